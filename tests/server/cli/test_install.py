"""`qwen-localize install`: a client's own file, changed as its user agrees, and in nothing else."""

import io
import json
import os
import stat
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from qwen_localize.cli import clients, install, main
from qwen_localize.cli.clients import CLIENTS, Client, named
from qwen_localize.cli.install import launch, writing

KEY = "sk-0123456789abcdef0123456789abcdef"
NAMES = [client.name for client in CLIENTS]
RUN = ("/usr/bin/uv", "run", "qwen-localize")

Run = Any


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, with the key in the environment, and one way to start the server."""
    for name in ("XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "APPDATA", *install._SETTINGS):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    monkeypatch.setattr(launch, "command", lambda: RUN)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command; its exit status and all it said, in which the key never is."""

    def ran(*arguments: str) -> tuple[int, str]:
        status = main(["install", *arguments])
        said = capsys.readouterr()
        assert KEY not in said.out + said.err
        assert "Traceback" not in said.err
        return status, said.out + said.err

    return ran


def _entry(client: Client, path: Path) -> dict[str, Any]:
    found = install.entry_in(client, path)
    assert found
    return found


@pytest.mark.parametrize("name", NAMES)
def test_each_client_is_told_once_and_then_nothing_is_to_change(name: str, run: Run) -> None:
    client = named(name)
    status, said = run(name, "--yes")
    assert (status, client.path().exists()) == (0, True)
    assert f"+++ {client.path()}" in said
    assert client.after in said
    before = client.path().read_bytes()
    status, said = run(name)
    assert (status, client.path().read_bytes()) == (0, before)
    assert "Nothing to change" in said
    assert run(name, "--remove", "--yes")[0] == 0
    assert install.entry_in(client, client.path()) is None
    assert "Nothing to change" in run(name, "--remove")[1]


@pytest.mark.parametrize("name", NAMES)
def test_the_key_is_written_only_where_a_client_cannot_find_it_and_for_nobody_else_to_read(name: str, run: Run) -> None:
    client = named(name)
    run(name, "--yes")
    has_key = KEY in client.path().read_text("utf-8")
    assert has_key == (client.reference is None)
    if has_key and sys.platform != "win32":
        assert stat.S_IMODE(client.path().stat().st_mode) == 0o600


@pytest.mark.parametrize("name", [client.name for client in CLIENTS if client.project])
def test_a_projects_file_never_holds_the_key(name: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    client = named(name)
    path = Path.cwd() / str(client.project)
    monkeypatch.setattr(install, "getpass", lambda _: KEY)
    for key in (KEY, ""):
        monkeypatch.setenv("DASHSCOPE_API_KEY", key)
        for terminal in (io.StringIO(), _Terminal()):
            monkeypatch.setattr(sys, "stdin", terminal)
            run(name, "--project", "--yes")
            assert _entry(client, path)
            assert KEY not in path.read_text("utf-8")
            path.unlink()


def test_a_key_that_stood_in_a_projects_file_goes_from_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    old = {"command": "x", "env": {"DASHSCOPE_API_KEY": KEY}}
    Path(".mcp.json").write_text(json.dumps({"mcpServers": {"qwen-localize": old}}))
    run("claude-code", "--project", "--yes")
    assert KEY not in Path(".mcp.json").read_text()


def test_a_client_that_is_not_known_is_told_the_names_of_all_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["install", "emacs"])
    assert ", ".join(NAMES) in capsys.readouterr().err


def test_a_client_without_files_in_projects_says_so(run: Run) -> None:
    status, said = run("windsurf", "--project", "--yes")
    assert status == 2
    assert "Leave --project out" in said


_ZED = """// Zed settings
{
  "theme": "One Dark", // dark
  /* servers */
  "context_servers": {
    "other": { "command": "x", "env": { "API_TOKEN": "hunter2-secret" } },
  },
}
"""


def test_comments_order_and_other_servers_stay_byte_for_byte(run: Run) -> None:
    path = named("zed").path()
    path.parent.mkdir(parents=True)
    path.write_text(_ZED, "utf-8")
    _, said = run("zed", "--yes")
    assert "hunter2" not in said
    after = path.read_text("utf-8")
    head, _, tail = _ZED.partition("\n  },\n}")
    assert after.startswith(head)
    assert after.endswith("\n  },\n}" + tail)
    run("zed", "--remove", "--yes")
    assert path.read_text("utf-8") == _ZED


_CODEX = """# my settings
model = "gpt-5"   # the good one

[mcp_servers.other]  # keep
command = 'x'
env = { TOKEN = "hunter2-secret" }

[tui]
theme = "dark"
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_toml_keeps_its_comments_and_order(newline: str, run: Run) -> None:
    path = named("codex").path()
    path.parent.mkdir(parents=True)
    text = _CODEX.replace("\n", newline)
    path.write_bytes(text.encode())
    _, said = run("codex", "--yes")
    assert "hunter2" not in said
    after = path.read_bytes().decode()
    ours = tomllib.loads(after)["mcp_servers"].pop("qwen-localize")
    assert ours["required"] is True
    assert ours["env_vars"] == ["DASHSCOPE_API_KEY"]
    assert all(line in after.splitlines() for line in _CODEX.splitlines())
    run("codex", "--remove", "--yes")
    assert tomllib.loads(path.read_text("utf-8")) == tomllib.loads(text)
    assert [line for line in path.read_bytes().decode().split(newline) if line] == [x for x in _CODEX.split("\n") if x]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cursor", '{"mcpServers": {'),
        ("cursor", "[]"),
        ("cursor", '{"mcpServers": []}'),
        ("codex", "[mcp_servers\n"),
        ("codex", "mcp_servers = 3\n"),
        ("cursor", "�"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_and_left(name: str, text: str, run: Run) -> None:
    path = named(name).path()
    path.parent.mkdir(parents=True)
    path.write_bytes(before := text.encode("utf-8", "surrogateescape"))
    for more in ((), ("--remove",)):
        status, said = run(name, "--yes", *more)
        if not (more and text.endswith(("[]", "[]}", "3\n"))):  # there it is not, so there is nothing to remove
            assert (status, said.count("\n")) == (2, 1)
            assert "left as it is" in said
        assert path.read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        'mcp_servers = { other = { command = "x" } }\nmodel = "m"\n[tui]\ntheme = "d"\n',
        '[mcp_servers]\nother = { command = "x" }\n\n[tui]\ntheme = "d"\n',
        'mcp_servers.other.command = "x"\nmodel = "m"\n[tui]\ntheme = "d"\n',
        '[mcp_servers.a]\ncommand = "x"\n[tui]\ntheme = "d"\n[mcp_servers.b]\ncommand = "y"\n',
        '[[profiles]]\nname = "a"\n[[profiles]]\nname = "b"',
        '"mcp_servers".\'other\' = {command = "x"}',
    ],
)
def test_toml_of_any_form_says_of_everything_else_what_it_said(text: str, run: Run) -> None:
    path = named("codex").path()
    path.parent.mkdir(parents=True)
    path.write_text(text)
    status, said = run("codex", "--yes")
    made = tomllib.loads(path.read_text())
    if status:
        assert "left as it is" in said
        assert path.read_text() == text
    else:
        assert made["mcp_servers"].pop("qwen-localize")["command"] == RUN[0]
    assert {"mcp_servers": {}, **tomllib.loads(text)} == {"mcp_servers": {}, **made}


def test_no_secret_of_another_server_is_shown(run: Run) -> None:
    path = named("cursor").path()
    path.parent.mkdir()
    secrets = [f"hunter{number}-secret" for number in range(6)]
    other = {
        "env": {"X_API_KEY": secrets[0]},
        "headers": {"Authorization": f"Bearer {secrets[1]}"},
        "url": f"https://x/?token={secrets[2]}&a=b",
        "args": [f"--token={secrets[3]}", "--api-key", secrets[4]],
        "password": secrets[5],
    }
    for indent in (None, 2):
        path.write_text(json.dumps({"mcpServers": {"other": other}}, indent=indent))
        _, said = run("cursor", "--dry-run")
        assert "hunter" not in said


def test_what_the_user_set_for_the_server_stays(run: Run) -> None:
    path = named("gemini").path()
    path.parent.mkdir(parents=True)
    old = {"command": "old", "trust": True, "timeout": 5, "env": {"HTTPS_PROXY": "http://p:1"}}
    path.write_text(json.dumps({"mcpServers": {"qwen-localize": old}}))
    run("gemini", "--yes")
    entry = _entry(named("gemini"), path)
    assert (entry["trust"], entry["timeout"], entry["command"]) == (True, 5, RUN[0])
    assert entry["env"] == {"HTTPS_PROXY": "http://p:1", "DASHSCOPE_API_KEY": "$DASHSCOPE_API_KEY"}


def test_codex_that_passes_the_key_on_no_longer_has_it_in_its_file(run: Run) -> None:
    path = named("codex").path()
    path.parent.mkdir(parents=True)
    path.write_text(f'[mcp_servers.qwen-localize]\ncommand = "x"\nenv = {{ DASHSCOPE_API_KEY = "{KEY}" }}\n')
    run("codex", "--yes")
    assert KEY not in path.read_text("utf-8")
    assert _entry(named("codex"), path)["env_vars"] == ["DASHSCOPE_API_KEY"]


def test_a_server_that_was_a_remote_one_is_replaced_whole(run: Run) -> None:
    path = named("cursor").path()
    path.parent.mkdir(parents=True)
    path.write_text('{"mcpServers": {"qwen-localize": {"url": "http://127.0.0.1:1/mcp"}}}')
    run("cursor", "--yes")
    assert set(_entry(named("cursor"), path)) == {"command", "args", "env"}


def test_settings_that_are_set_here_are_written_but_nothing_secret(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_REGION", "ap-southeast-1")
    monkeypatch.setenv("QWEN_LOCALIZE_TOKEN", "hunter2-secret")
    monkeypatch.setenv("QWEN_LOCALIZE_DATABASE_URL", "postgresql://u:hunter2-secret@h/d")
    run("cursor", "--yes")
    env = _entry(named("cursor"), named("cursor").path())["env"]
    assert env == {"DASHSCOPE_REGION": "ap-southeast-1", "DASHSCOPE_API_KEY": "${env:DASHSCOPE_API_KEY}"}


def test_vs_code_asks_for_the_key_by_an_input_that_goes_with_the_server(run: Run) -> None:
    path = named("vscode").path()
    path.parent.mkdir(parents=True)
    path.write_text('{\n  "inputs": [{"id": "other"}],\n  "servers": {}\n}\n')
    run("vscode", "--yes")
    made = json.loads(path.read_text("utf-8"))
    assert [item["id"] for item in made["inputs"]] == ["other", "dashscope-key"]
    run("vscode", "--remove", "--yes")
    assert path.read_text("utf-8") == '{\n  "inputs": [{"id": "other"}],\n  "servers": {}\n}\n'


def test_without_somebody_who_agrees_nothing_is_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    status, said = run("cursor")
    assert status == 2
    assert "Add --yes" in said
    for answer in ("n", "", "maybe"):
        monkeypatch.setattr(sys, "stdin", _Terminal(f"{answer}\n"))
        assert run("cursor")[0] == 1
    assert run("cursor", "--dry-run")[0] == 0
    assert not named("cursor").path().exists()
    monkeypatch.setattr(sys, "stdin", _Terminal("y\n"))
    assert run("cursor")[0] == 0
    assert named("cursor").path().exists()


def test_a_key_that_is_typed_is_written_for_a_client_that_could_not_find_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    monkeypatch.setattr(sys, "stdin", _Terminal())
    monkeypatch.setattr(install, "getpass", lambda prompt: f" {KEY} ")
    run("claude-desktop", "--yes")
    assert KEY in named("claude-desktop").path().read_text("utf-8")
    monkeypatch.setattr(install, "getpass", lambda prompt: pytest.fail("it is there already"))
    assert "Nothing to change" in run("claude-desktop", "--yes")[1]
    monkeypatch.setattr(install, "getpass", lambda prompt: "")
    _, said = run("cursor", "--yes")
    assert "Cursor reads DASHSCOPE_API_KEY from the environment" in said
    assert run("zed", "--yes")[0] == 2


def test_without_a_key_and_a_terminal_only_clients_that_find_it_are_told(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    status, said = run("claude-desktop", "--yes")
    assert (status, said.count("\n")) == (2, 1)
    assert "Set DASHSCOPE_API_KEY" in said
    assert run("claude-desktop", "--dry-run")[0] == 0
    assert not named("claude-desktop").path().exists()
    assert run("gemini", "--yes")[0] == 0


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_linked_file_is_followed_and_keeps_its_mode(run: Run, home: Path) -> None:
    real = home / "dotfiles" / "cursor.json"
    real.parent.mkdir()
    real.write_text("{}")
    real.chmod(0o640)
    path = named("cursor").path()
    path.parent.mkdir()
    path.symlink_to(real)
    run("cursor", "--yes")
    assert path.is_symlink()
    assert _entry(named("cursor"), real)
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert [*real.parent.iterdir()] == [real]


def test_a_file_that_another_program_changes_meanwhile_is_left_to_it(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = named("claude-code").path()
    path.write_text("{}")

    def answered() -> str:
        path.write_text('{"theirs": 1}')
        return "y"

    monkeypatch.setattr(sys, "stdin", _Terminal())
    monkeypatch.setattr("builtins.input", answered)
    status, said = run("claude-code")
    assert status == 2
    assert "changed" in said
    assert path.read_text() == '{"theirs": 1}'
    assert [*home.iterdir()] == [path]


def test_a_death_at_any_moment_leaves_the_old_file_or_the_new_one(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "a.json"

    class Death(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Death

    for moment in ("fsync", "chmod", "replace"):
        path.write_text("old")
        with monkeypatch.context() as patch:
            patch.setattr(*((os, moment) if moment == "fsync" else (Path, moment)), die)
            with pytest.raises(Death):
                writing.replace(path, "old", "new", secret=True)
        assert path.read_text() == "old"
        assert [*tmp_path.iterdir()] == [path]
    writing.replace(path, "old", "new", secret=True)
    assert path.read_text() == "new"


def test_a_byte_order_mark_stays(run: Run) -> None:
    path = named("cursor").path()
    path.parent.mkdir()
    path.write_text('\ufeff{"a": 1}', "utf-8")
    run("cursor", "--yes")
    assert path.read_text("utf-8").startswith('\ufeff{"a": 1, "mcpServers"')


def test_a_client_finds_its_file_where_its_own_variable_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEX_HOME", str(home / "elsewhere"))
    assert named("codex").path() == home / "elsewhere" / "config.toml"


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux", ".config/Claude"),
        ("darwin", "Library/Application Support/Claude"),
        ("win32", "AppData/Roaming/Claude"),
    ],
)
def test_each_system_has_its_own_places(platform: str, expected: str, home: Path) -> None:
    path = named("claude-desktop").path({}, platform)
    assert path == home / expected / "claude_desktop_config.json"
    if platform != "win32":
        assert named("zed").path({}, platform) == home / ".config" / "zed" / "settings.json"


def test_of_two_files_the_one_that_exists_is_changed(home: Path, run: Run) -> None:
    path = home / ".config" / "opencode" / "opencode.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    run("opencode", "--yes")
    assert _entry(named("opencode"), path)["command"] == list(RUN)


def test_every_client_has_one_name_and_one_title() -> None:
    assert len({client.name for client in CLIENTS}) == len({client.title for client in CLIENTS}) == len(CLIENTS) == 11
    assert clients.NAME == "qwen-localize"
