"""How a client is told to start this program again."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from qwen_localize.cli.install import launch

ROOT = Path(__file__).parents[3]


def test_a_clone_is_run_by_uv_and_leaves_the_working_directory_to_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    assert launch.command() == ("/bin/uv", "run", "--no-dev", "--project", str(ROOT), "qwen-localize")


def test_a_clone_without_uv_is_run_by_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert launch.command() == (sys.executable, "-m", "qwen_localize")


def test_what_uvx_made_is_run_by_uvx_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(launch, "_clone", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "archive-v0" / "abc"))
    git = {"url": "https://x/q.git", "vcs_info": {"vcs": "git"}}
    for told, expected in (
        ("", []),
        ('{"url": "file:///q.whl"}', ["--from", "qwen-localize @ file:///q.whl"]),
        (json.dumps(git), ["--from", "qwen-localize @ git+https://x/q.git"]),
    ):
        monkeypatch.setattr(launch, "distribution", lambda _, told=told: SimpleNamespace(read_text=lambda _: told))
        assert launch.command() == ("/bin/uvx", *expected, "qwen-localize")


def test_an_installed_program_is_run_by_the_path_of_its_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "_clone", lambda: None)
    monkeypatch.setattr(sys, "prefix", "/usr")
    [script] = launch.command()
    assert Path(script).is_absolute()
    assert Path(script).stem == "qwen-localize"


@pytest.mark.process
@pytest.mark.skipif(not shutil.which("uv"), reason="uv is not installed")
def test_what_is_written_for_a_clone_starts_in_any_folder(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    result = subprocess.run(
        [*launch.command(), "--version"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.stdout.startswith("qwen-localize "), result.stderr
