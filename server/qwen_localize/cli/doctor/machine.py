"""This machine: Python, the extras, the folders and their room."""

import os
import shutil
import sys
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile

from ... import __version__
from ...settings import Settings
from .findings import Finding, broken, good, note, warning

_OLDEST = (3, 11)
_LITTLE, _TOO_LITTLE = 1_000_000_000, 100_000_000

# The extras: what each is for, and the modules that it brings.
EXTRAS = {
    "cluster": ("replicas and workers on a shared database", ("obstore", "procrastinate", "psycopg", "psycopg_pool")),
    "http": ("qwen-localize serve --http", ("prometheus_client", "starlette", "uvicorn")),
    "media": ("recordings and videos in translate_media and interpret_speech", ("av",)),
    "mic": ("the microphone in qwen-localize live", ("sounddevice",)),
    "photos": ("HEIC photos", ("pillow_heif",)),
    "sheets": ("xlsx files in analyze_conversation", ("python_calamine",)),
    "sandbox": ("the local stand-in of the service", ("rapidocr", "pocketsphinx", "uvicorn")),
}


async def python() -> AsyncIterator[Finding]:
    """Which Python runs which version of this program."""
    version = ".".join(map(str, sys.version_info[:3]))
    words = f"qwen-localize {__version__} on Python {version} ({sys.executable})."
    if sys.version_info[:2] < _OLDEST:
        yield broken("python", words, "Install Python 3.11 or newer.")
    else:
        yield good("python", words)


async def extras() -> AsyncIterator[Finding]:
    """Which extras are installed."""
    for name, (purpose, modules) in EXTRAS.items():
        missing = [module for module in modules if not find_spec(module)]
        if missing:
            remedy = f"If you need it: pip install 'qwen-localize[{name}]', or in a clone uv sync --extra {name}."
            yield note(f"extra {name}", f"Not installed; it is for {purpose}.", remedy)
        else:
            yield good(f"extra {name}", f"Installed, for {purpose}.")


async def folders(settings: Settings) -> AsyncIterator[Finding]:
    """Whether results and jobs can be written down, and what may be read."""
    yield _written("output folder", settings.output_dir, "QWEN_LOCALIZE_OUTPUT_DIR")
    yield _written("state folder", settings.state_dir, "QWEN_LOCALIZE_STATE_DIR")
    for folder in settings.allowed_dirs:
        yield _read(folder, made=folder == settings.output_dir.resolve())


def _written(about: str, folder: Path, variable: str) -> Finding:
    place = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    remedy = f"Make it writable, or set {variable} to a folder that is."
    try:
        if not place.is_dir():
            return broken(about, f"{place} is no folder.", remedy)
        with TemporaryFile(dir=place):
            free = shutil.disk_usage(place).free
    except OSError as error:
        return broken(about, f"{folder} cannot be written ({error.strerror}).", remedy)
    words = f"{folder} can be {'written' if place == folder else 'made'}; {free / 1e9:.1f} GB are free."
    more = f"Make room, or set {variable} to a folder on another disk."
    if free < _TOO_LITTLE:
        return broken(about, words, more)
    return warning(about, words, more) if free < _LITTLE else good(about, words)


def _read(folder: Path, *, made: bool) -> Finding:
    about, variable = "readable folder", "QWEN_LOCALIZE_ALLOWED_DIRS"
    if folder in (Path(folder.anchor), Path.home()):
        remedy = f"Name only the folders with your pictures and texts in {variable}."
        return warning(about, f"Tools may read any file below {folder}.", remedy)
    if folder.is_dir() and os.access(folder, os.R_OK):
        return good(about, f"Tools may read files below {folder}.")
    if made:
        return good(about, f"Tools may read files below {folder}, once it exists.")
    return warning(about, f"{folder} is no folder that can be read.", f"Correct {variable}.")
