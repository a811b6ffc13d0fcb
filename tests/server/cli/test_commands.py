"""The command line, as somebody types it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from qwen_localize.cli import main

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


def test_a_command_that_cannot_run_tells_the_shell_so() -> None:
    env = os.environ | {"DASHSCOPE_REGION": "mars"}
    result = subprocess.run([*COMMAND, "serve"], capture_output=True, text=True, env=env, check=False)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_the_demo_puts_every_tool_to_work_and_leaves_the_results(tmp_path: Path) -> None:
    result = subprocess.run(
        [*COMMAND, "demo", "--output", str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    names = {"sample.ru.jpg", "sample.ru-before-after.jpg", "sample.make-it-black-and-white.png"}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert all(str(tmp_path / name) in result.stdout for name in names)
    for expected in (
        "SALE = РАСПРОДАЖА applied",
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
