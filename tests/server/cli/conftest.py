"""Fixtures: the commands for a terminal, typed in this process; their time is virtual."""

from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from qwen_localize.cli import main
from qwen_localize.cli.terminal import calling
from qwen_localize.mcp_server import build_server
from support import KEY, ORIGIN
from terminal import Said, Typed
from virtual_time import VirtualClock, VirtualLoop


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """A command typed in a project's folder, which is the working directory and all that the settings allow."""
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    for name, value in {
        "DASHSCOPE_API_KEY": KEY,
        "DASHSCOPE_BASE_URL": ORIGIN,
        "QWEN_LOCALIZE_OUTPUT_DIR": str(tmp_path / "out"),
        "QWEN_LOCALIZE_STATE_DIR": str(tmp_path / "state"),
    }.items():
        monkeypatch.setenv(name, value)
    run: Any = anyio.run
    monkeypatch.setattr(anyio, "run", partial(run, backend_options={"loop_factory": VirtualLoop}))
    monkeypatch.setattr(calling, "build_server", partial(build_server, clock=VirtualClock()))

    def said(*arguments: str) -> Said:
        try:
            status = main(arguments)
        except SystemExit as wrong:  # as argparse ends
            status = int(str(wrong.code))
        return Said(status, *capsys.readouterr())

    return said
