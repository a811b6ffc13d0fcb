"""The command line, as somebody types it."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest

from qwen_localize.cli import main
from qwen_localize.state import Cost, CostLedger, Database

pytestmark = pytest.mark.process
COMMAND = [sys.executable, "-m", "qwen_localize"]


@pytest.mark.parametrize(
    ("arguments", "env", "expected"),
    [
        (["serve"], {"DASHSCOPE_REGION": "mars"}, "DASHSCOPE_REGION cannot be used"),
        (["serve", "--sandbox", "--fault", "nonsense"], {}, "throttle"),
        (["--sandbox", "serve", "--fault", "nonsense"], {}, "throttle"),
        (["--sandbox", "--fault", "nonsense"], {}, "throttle"),
        (["serve", "--fault", "cut"], {}, "does nothing without --sandbox"),
        (["--allow", __file__], {}, "it is a file"),
        (["demo", "--live"], {"DASHSCOPE_API_KEY": ""}, "Set DASHSCOPE_API_KEY"),
    ],
)
def test_a_command_that_cannot_run_says_why_in_one_line(
    arguments: list[str],
    env: dict[str, str],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert expected in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_manifests_are_written_in_a_clone_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["manifests"]) == 2
    assert "Run this in a clone of the project" in capsys.readouterr().err


def test_a_command_that_cannot_run_tells_the_shell_so() -> None:
    env = os.environ | {"DASHSCOPE_REGION": "mars"}
    result = subprocess.run([*COMMAND, "serve"], capture_output=True, text=True, env=env, check=False)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_the_demo_puts_every_tool_to_work_and_leaves_the_results(tmp_path: Path) -> None:
    result = subprocess.run(
        [*COMMAND, "demo", "--output", str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    pictures = {"sample.ru.jpg", "sample.ru-before-after.jpg", "sample.make-it-black-and-white.png"}
    names = pictures | {f"sample.ru.{ending}" for ending in ("txt", "srt", "vtt", "wav")}
    found = {path.name for path in tmp_path.iterdir() if ".review." not in path.name}
    assert found == names | {"app"}
    told = pictures | {"sample.ru.srt", "sample.ru.wav", "app/locales/ru.json"}
    assert all(str(tmp_path / name) in result.stdout for name in told)
    for expected in (
        "glossary: 2 term(s) kept",
        "Leak-proof steel lid",
        "satisfaction: satisfied",
        "would have cost about",
    ):
        assert expected in result.stdout


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [*COMMAND, "sandbox", "--port", port]
        result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert f"Port {port} is taken" in result.stderr


@pytest.mark.parametrize("command", [["--fault", "help"], ["sandbox", "--fault", "help"]])
def test_the_ways_to_misbehave_can_be_asked_for(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command) == 0
    assert "wrongtype" in capsys.readouterr().out


def test_costs_are_shown_without_a_key_too_which_a_terminal_often_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QWEN_LOCALIZE_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    assert main(["usage"]) == 0
    assert "Nothing has been spent yet on this machine, with any key." in capsys.readouterr().out
    database = Database(tmp_path, 0)
    anyio.run(CostLedger(database).expect, Cost("a key's scope", "ocr", "qwen-vl-ocr", 0.05), time.time(), None)
    database.close()
    assert main(["usage"]) == 0
    assert "0.050000" in capsys.readouterr().out
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-0123456789abcdef")
    assert main(["usage"]) == 0
    assert "Nothing has been spent yet with this key." in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_server_with_a_sandbox_that_is_told_to_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    pipe, env = subprocess.PIPE, os.environ | {"TMPDIR": str(tmp_path)}
    command = [*COMMAND, "--sandbox"]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=env) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write('{"jsonrpc": "2.0", "id": 1, "method": "server/discover"}\n')
        process.stdin.flush()
        process.stdout.readline()
        assert list(tmp_path.iterdir())
        process.terminate()
        _, log = process.communicate(timeout=20)
    assert "Traceback" not in log
    assert not list(tmp_path.iterdir())
