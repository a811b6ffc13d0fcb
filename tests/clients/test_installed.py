"""Real clients see the server that `install` writes into their files, and take the commands that the README prints."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clients import fetched
from qwen_localize.cli import install, main
from qwen_localize.cli.clients import CLIENTS, KEY, NAME, named
from qwen_localize.cli.install import launch
from qwen_localize.cli.manifests import configs

pytestmark = [
    pytest.mark.clients,
    pytest.mark.process,
    pytest.mark.skipif(sys.platform == "win32", reason="the commands are written for a POSIX shell"),
]
SECRET = "sk-0123456789abcdef0123456789abcdef"
# What each says of a server that it has found; the first four have started it and spoken with it.
LISTS = {
    "claude-code": ("claude mcp list", rf"{NAME}: .*Connected"),
    "gemini": ("gemini mcp list", rf"{NAME}: .*Connected"),
    "qwen-code": ("qwen mcp list", rf"{NAME}: .*Connected"),
    "opencode": ("opencode mcp list", rf"✓ {NAME} .*connected"),
    "codex": ("codex mcp list", rf"{NAME} .*enabled"),
    "copilot": ("copilot mcp get qwen-localize", r"(?s)Status: Enabled.*Command: .*Tools: \*"),
}
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without any client's settings."""
    for name in ("XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", *install._SETTINGS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", fetched.path(fetched.programs()))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(KEY, SECRET)
    monkeypatch.setenv("GEMINI_CLI_TRUST_WORKSPACE", "true")
    monkeypatch.setattr(launch, "command", lambda: (sys.executable, "-m", "qwen_localize"))
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path


def _said(command: str) -> str:
    """What a command says, run as somebody types it."""
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return COLOURS.sub("", done.stdout)


@pytest.mark.parametrize("name", LISTS)
def test_a_client_lists_the_server_that_was_written_into_its_file(name: str, home: Path, record_property: Any) -> None:
    assert main(["install", name, "--yes"]) == 0
    command, expected = LISTS[name]
    said = _said(command)
    record_property("said", said)
    assert re.search(expected, said), said
    assert main(["install", name, "--remove", "--yes"]) == 0
    assert not re.search(expected, _said(f"{command} || true"))


@pytest.mark.parametrize("name", LISTS)
def test_a_client_takes_the_command_that_is_printed_for_it(name: str, home: Path) -> None:
    client = named(name)
    _said(configs.command(client))
    entry = install.entry_in(client, client.path())
    assert entry
    command = entry["command"]
    argv = command if isinstance(command, list) else [command, *entry["args"]]
    assert argv == ["uv", *launch.in_clone(configs.CLONE)]
    env = entry.get("env") or entry["environment"]
    assert env[KEY] == (SECRET if name == "codex" else client.reference)
    assert main(["install", name, "--yes"]) == 0
    assert SECRET not in client.path().read_text("utf-8")
    assert re.search(LISTS[name][1], _said(LISTS[name][0]))


@pytest.mark.parametrize("name", ["claude-code", "qwen-code", "opencode"])
def test_a_reference_in_a_clients_file_gives_the_server_its_key(
    name: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = home / "seen"
    script = home / "server.sh"
    server = shlex.join((sys.executable, "-m", "qwen_localize"))
    script.write_text(f'#!/bin/sh\necho "[${KEY}]" >> {shlex.quote(str(seen))}\nexec {server}\n')
    script.chmod(0o700)
    monkeypatch.setattr(launch, "command", lambda: (str(script),))
    main(["install", name, "--yes"])
    _said(LISTS[name][0])
    assert f"[{SECRET}]" in seen.read_text()


def test_every_client_with_a_command_of_its_own_is_tried() -> None:
    assert {client.name for client in CLIENTS if client.command} == set(LISTS)
    assert os.environ.get("HOME")
