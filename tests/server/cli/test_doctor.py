"""`qwen-localize doctor`: what is so, and what to do; nothing is paid, nothing hangs, and the key is never told."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import anyio
import pytest

from qwen_localize.cli import doctor, main
from qwen_localize.cli.clients import named
from qwen_localize.cli.doctor import machine, programs, service
from qwen_localize.cli.doctor.findings import Finding, State
from qwen_localize.clock import RealClock
from qwen_localize.sandbox import SandboxConfig, running
from qwen_localize_tools import TOOLS
from support import listening

ROOT = Path(__file__).parents[3]
KEY = "sk-0123456789abcdef0123456789abcdef"
SERVER = [sys.executable, "-m", "qwen_localize"]
pytestmark = pytest.mark.process


class Later(RealClock):
    """A clock that is wrong, or a day that is another one."""

    def __init__(self, by: float) -> None:
        super().__init__()
        self._by = by

    def wall(self) -> float:
        return super().wall() + self._by


class Report(NamedTuple):
    status: int
    said: str
    findings: list[Finding]

    def about(self, about: str) -> Finding:
        [finding] = [finding for finding in self.findings if finding.about == about]
        return finding


Examine = Any


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment in which nothing is set but a home without any client."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "DASHSCOPE_API_KEY": KEY} | {
        "QWEN_LOCALIZE_OUTPUT_DIR": str(tmp_path / "out"),
        "QWEN_LOCALIZE_STATE_DIR": str(tmp_path / "state"),
        "DASHSCOPE_BASE_URL": "http://127.0.0.1:9",
    }


@pytest.fixture
def examine(capsys: pytest.CaptureFixture[str]) -> Examine:
    """Runs the doctor; what it said in both forms, in which no key is."""

    async def examined(environment: Mapping[str, str], by: float = 0.0) -> Report:
        began = time.monotonic()
        status = await doctor.run(False, environment, Later(by))
        assert time.monotonic() - began < doctor._SECONDS + 5
        said = capsys.readouterr().out
        assert await doctor.run(True, environment, Later(by)) == status
        report = capsys.readouterr().out
        assert KEY not in said + report
        told = json.loads(report)
        assert told["healthy"] == (status == 0)
        findings = [Finding(**{**item, "state": State(item["state"])}) for item in told["findings"]]
        assert all(finding.remedy for finding in findings if finding.state in (State.WARNING, State.BROKEN))
        assert any(finding.state is State.BROKEN for finding in findings) == (status != 0)
        return Report(status, said, findings)

    return examined


@asynccontextmanager
async def sandbox(environment: dict[str, str]) -> AsyncIterator[dict[str, str]]:
    async with running(SandboxConfig()) as found:
        yield environment | {"DASHSCOPE_BASE_URL": found.origin}


def tell(client: str, command: list[str], **more: Any) -> Path:
    """Write a server into a client's file."""
    path = named(client).path({}, sys.platform)
    path.parent.mkdir(parents=True, exist_ok=True)
    entry = {"command": command[0], "args": command[1:], **more}
    path.write_text(json.dumps({named(client).at[0]: {"qwen-localize": entry}}), "utf-8")
    return path


async def test_where_all_is_well_nothing_is_broken(
    environment: dict[str, str], examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_SECONDS", 60.0)  # a machine that is busy with other tests
    monkeypatch.setattr(doctor, "_SECONDS", 60.0)
    tell("cursor", SERVER, env={"DASHSCOPE_API_KEY": "${env:DASHSCOPE_API_KEY}"})
    tell("claude-code", SERVER)
    async with sandbox(environment) as env:
        report = await examine(env)
    assert report.status == 0, report.said
    for about in ("python", "key", "service", "clock", "output folder", "state folder", "Cursor"):
        assert report.about(about).state is State.GOOD, report.about(about)
    assert report.about("Claude Code").state is State.NOTE  # which has no key
    assert "Nothing is broken." in report.said
    assert not Path(environment["QWEN_LOCALIZE_STATE_DIR"]).exists()


async def test_nothing_that_it_asks_is_paid(environment: dict[str, str], examine: Examine) -> None:
    async with running(SandboxConfig()) as found:
        await examine(environment | {"DASHSCOPE_BASE_URL": found.origin})
        assert {entry.kind for entry in found.ledger.entries} <= {"list", "other"}, found.ledger.report()["counts"]
        assert found.ledger.count("list") == 2
        assert not found.ledger.paid


async def test_without_a_key_it_says_how_to_get_one(environment: dict[str, str], examine: Examine) -> None:
    del environment["DASHSCOPE_API_KEY"]
    async with sandbox(environment) as env:
        report = await examine(env)
    assert report.status == 1
    assert "Create one" in report.about("key").words
    assert report.about("service").state is State.GOOD


@pytest.mark.parametrize(
    ("key", "words"),
    [("nonsense", "DASHSCOPE_REGION"), ("two words", "blank"), ("sk-schlüssel", "DASHSCOPE_API_KEY cannot be used")],
)
async def test_a_key_that_is_none_is_told_from_one_that_is(
    key: str, words: str, environment: dict[str, str], examine: Examine
) -> None:
    async with sandbox(environment) as env:
        report = await examine(env | {"DASHSCOPE_API_KEY": key})
    found = report.about("key")
    assert found.state is State.BROKEN
    assert words in found.words + found.remedy
    assert key not in report.said


async def test_without_a_network_each_finding_is_a_sentence(environment: dict[str, str], examine: Examine) -> None:
    report = await examine(environment)
    assert report.status == 1
    assert report.about("service").state is State.BROKEN
    assert "cannot be reached" in report.about("service").words
    assert report.about("key").state is State.WARNING
    assert "Traceback" not in report.said


async def test_a_service_that_never_answers_is_not_waited_for(environment: dict[str, str], examine: Examine) -> None:
    async def silent(stream: Any) -> None:
        async with stream:
            await anyio.sleep_forever()

    async with listening(silent) as origin:
        report = await examine(environment | {"DASHSCOPE_BASE_URL": origin})
    assert "did not answer within" in report.about("service").words
    assert report.about("key").state is State.WARNING


@pytest.mark.parametrize("proxy", ["http://user:hunter2@127.0.0.1:9", "nonsense://x"])
async def test_a_proxy_that_does_not_work_is_named_without_its_password(
    proxy: str, environment: dict[str, str], examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    report = await examine(environment | {"DASHSCOPE_BASE_URL": "https://model-studio.example"})
    found = report.about("service")
    assert found.state is State.BROKEN
    assert "proxy" in (found.words + found.remedy).lower()
    assert "hunter2" not in report.said


async def test_a_clock_that_is_wrong_is_told(environment: dict[str, str], examine: Examine) -> None:
    async with sandbox(environment) as env:
        report = await examine(env, by=3600)
    found = report.about("clock")
    assert found.state is State.WARNING
    assert re.search(r"(3599|3600|3601) s ahead of", found.words)


async def test_a_setting_that_cannot_be_used_is_named_and_the_rest_is_still_checked(
    environment: dict[str, str], examine: Examine
) -> None:
    report = await examine(environment | {"DASHSCOPE_REGION": "mars", "QWEN_LOCALIZE_WAIT": "soon"})
    refused = [finding for finding in report.findings if finding.about == "settings"]
    assert {finding.words.split()[0] for finding in refused} == {"DASHSCOPE_REGION", "QWEN_LOCALIZE_WAIT"}
    assert report.about("python").state is State.GOOD


async def test_folders_that_cannot_be_used_are_told(
    environment: dict[str, str], examine: Examine, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    more = {
        "QWEN_LOCALIZE_OUTPUT_DIR": str(tmp_path / "file" / "out"),
        "QWEN_LOCALIZE_ALLOWED_DIRS": os.pathsep.join([str(tmp_path), str(tmp_path / "gone")]),
    }
    report = await examine(environment | more)
    assert report.about("output folder").state is State.BROKEN
    assert "QWEN_LOCALIZE_OUTPUT_DIR" in report.about("output folder").remedy
    wide, gone = (finding for finding in report.findings if finding.about == "readable folder")
    assert "any file below" in wide.words  # the home
    assert (wide.state, gone.state) == (State.WARNING, State.WARNING)


@pytest.mark.parametrize(("free", "state"), [(5_000_000_000, State.GOOD), (500_000_000, State.WARNING), (9, "broken")])
async def test_a_disk_without_room_is_told(
    free: int, state: str, environment: dict[str, str], examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert (await examine(environment)).about("state folder").state == state


async def test_an_extra_that_is_missing_is_a_note(
    environment: dict[str, str], examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "find_spec", lambda name: None if name == "av" else object())
    report = await examine(environment)
    assert report.about("extra media").state is State.NOTE
    assert "qwen-localize[media]" in report.about("extra media").remedy
    assert report.about("extra sheets").state is State.GOOD


def test_every_extra_has_a_purpose() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(project["optional-dependencies"]) == set(machine.EXTRAS)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["/nowhere/uv", "run"], "there is no program “/nowhere/uv”"),
        ([sys.executable, "-c", "raise SystemExit(3)"], "exit status 3"),
        ([sys.executable, "-c", "print('hello')"], "not as an MCP server"),
        ([sys.executable, "-c", "print('[' * 90000)"], "not as an MCP server"),
        ([sys.executable, "-c", "import sys; print('x' * 2_000_000)"], "not as an MCP server"),
        ([sys.executable, "-c", 'print(\'{"result": {"serverInfo": {"name": "other"}}}\')'], "another server, “other”"),
        ([""], "no command"),
    ],
)
async def test_a_client_that_cannot_start_the_server_is_told_why(
    command: list[str], words: str, environment: dict[str, str], examine: Examine
) -> None:
    path = tell("cursor", command)
    found = (await examine(environment)).about("Cursor")
    assert found.state is State.BROKEN
    assert words in found.words
    assert str(path) in found.words
    assert "qwen-localize install cursor" in found.remedy


async def test_a_server_that_never_answers_is_not_waited_for(
    environment: dict[str, str], examine: Examine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(programs, "_SECONDS", 1.0)
    code = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(99)"
    command = [sys.executable, "-c", code]
    tell("cursor", command)
    found = (await examine(environment)).about("Cursor")
    assert found.state is State.BROKEN
    assert shlex.join(command) in found.remedy
    if sys.platform != "win32":  # where this would not ask, but end
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_what_many_clients_start_alike_is_started_once(
    environment: dict[str, str], examine: Examine, tmp_path: Path
) -> None:
    code = f"open({str(tmp_path / 'starts')!r}, 'a').write('x'); print(1)"
    for client in ("cursor", "windsurf", "claude-desktop"):
        tell(client, [sys.executable, "-c", code])
    await examine(environment)
    assert (tmp_path / "starts").read_text() == "xx"  # once for each of two reports


async def test_a_clients_file_that_is_broken_is_told_and_left(environment: dict[str, str], examine: Examine) -> None:
    path = tell("cursor", SERVER)
    path.write_text("{", "utf-8")
    found = (await examine(environment)).about("Cursor")
    assert found.state is State.WARNING
    assert "cannot be understood" in found.words
    assert path.read_text("utf-8") == "{"


async def test_what_a_project_names_is_told_but_never_started(
    environment: dict[str, str], examine: Examine, tmp_path: Path
) -> None:
    code = f"open({str(tmp_path / 'pwned')!r}, 'w')"
    entry = {"command": sys.executable, "args": ["-c", code]}
    Path(".mcp.json").write_text(json.dumps({"mcpServers": {"qwen-localize": entry}}), "utf-8")
    report = await examine(environment)
    assert "was not started" in report.about("Claude Code").words
    assert not (tmp_path / "pwned").exists()


async def test_models_that_are_off_are_told_from_their_day_on(environment: dict[str, str], examine: Examine) -> None:
    for retired in service.RETIRED:
        day = datetime.combine(retired.since, datetime.min.time(), UTC)
        for moment, told in ((day - timedelta(seconds=60), False), (day, True)):
            report = await examine(environment, by=moment.timestamp() - time.time())
            notes = [finding.words for finding in report.findings if finding.about == "models"]
            assert any(retired.model in words for words in notes) == told


def test_what_is_used_instead_of_a_model_is_offered_and_is_not_off_itself() -> None:
    offered = {model.name for tool in TOOLS for model in tool.models}
    assert {retired.instead for retired in service.RETIRED} <= offered
    assert not {retired.instead for retired in service.RETIRED} & {retired.model for retired in service.RETIRED}


async def test_a_check_that_fails_to_end_says_so(
    environment: dict[str, str], examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless() -> AsyncIterator[Finding]:
        await anyio.sleep_forever()
        yield Finding("never", State.GOOD, "")

    monkeypatch.setattr(doctor, "_SECONDS", 0.5)
    monkeypatch.setattr(machine, "extras", endless)
    assert "did not end" in (await examine(environment)).about("extras").words


async def test_a_check_that_fails_says_so_and_the_others_go_on(
    environment: dict[str, str], examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(machine, "find_spec", fail)
    report = await examine(environment)
    assert "a fault of its own (RuntimeError)" in report.about("extras").words
    assert report.about("python").state is State.GOOD


async def test_codex_that_passes_the_key_on_has_it(environment: dict[str, str], examine: Examine) -> None:
    path = named("codex").path({})
    path.parent.mkdir()
    command = f"command = {json.dumps(sys.executable)}\nargs = ['-m', 'qwen_localize']\n"
    path.write_text(f'[mcp_servers.qwen-localize]\n{command}env_vars = ["DASHSCOPE_API_KEY"]\n', "utf-8")
    assert (await examine(environment)).about("Codex").state is State.GOOD


def test_it_runs_from_the_command_line_without_a_network(environment: dict[str, str]) -> None:
    command = [*SERVER, "doctor", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["healthy"] is False


def test_the_command_takes_the_environment_of_its_process(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(["doctor"]) == 1
    assert "BROKEN   service: http://127.0.0.1:9 cannot be reached" in capsys.readouterr().out
