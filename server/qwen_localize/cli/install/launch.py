"""How this very program is started again, by somebody else and from anywhere."""

import json
import shutil
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import qwen_localize

from ..clients import NAME

# Environments that uvx makes lie in uv's cache, and go when that is cleaned.
_PASSING = ("archive-v", "environments-v")


def command() -> tuple[str, ...]:
    """The program and its arguments: by uvx, in a clone by uv, or else the script that was installed."""
    uv, uvx = shutil.which("uv"), shutil.which("uvx")
    if clone := _clone():
        return (uv, *in_clone(str(clone))) if uv else (sys.executable, "-m", "qwen_localize")
    if uvx and Path(sys.prefix).parent.name.startswith(_PASSING):
        return (uvx, *_origin(), NAME)
    script = Path(sys.executable).with_name(f"{NAME}.exe" if sys.platform == "win32" else NAME)
    return (str(script),) if script.is_file() else (sys.executable, "-m", "qwen_localize")


def in_clone(folder: str) -> tuple[str, ...]:
    """What uv is told to start the server of a clone. The working directory stays the client's."""
    return ("run", "--no-dev", "--project", folder, NAME)


def _origin() -> tuple[str, ...]:
    """Where uvx had this program from, if not from the index."""
    try:
        told = json.loads(distribution(NAME).read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        return ()
    url, vcs = told.get("url"), told.get("vcs_info", {}).get("vcs")
    return ("--from", f"{NAME} @ {f'{vcs}+' if vcs else ''}{url}") if url else ()


def _clone() -> Path | None:
    """The clone that this program runs from, if it does."""
    root = Path(qwen_localize.__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() and (root / "uv.lock").is_file() else None
