"""Users' own files replaced in their places: whole, or not at all, and only if nobody has changed them meanwhile."""

import glob
import hashlib
import os
import shutil
from pathlib import Path
from uuid import uuid4

from ..errors import OutputUnavailable, TryLater
from .inputs import shown

_LEFT_OVER_SECONDS = 3600.0


class Replaced(TryLater):
    """A file is another one than that which was read."""


def replaced(path: Path, data: bytes, expected: str | None) -> None:
    """Put bytes into the place of a file, with its mode kept; a link stays one, and its file is replaced.

    Args:
        path: the file.
        data: its new bytes.
        expected: the SHA-256 digest of the bytes that are there; None if there is no file yet.

    Raises:
        Replaced: something else is there.
        OutputUnavailable: the disk refuses it; what was there is there.
    """
    try:
        place = path.resolve()
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_name(f".{place.name[:100]}.{uuid4().hex[:8]}.part")
        try:
            _written(beside, data)
            _tidied(place, beside)
            if _digest(place) != expected:
                raise Replaced(f"{shown(path)} was changed meanwhile, and is left as it is. Call again.")
            if expected is not None:
                shutil.copymode(place, beside)
            beside.replace(place)
            _settled(place.parent)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        words = error.strerror or type(error).__name__
        raise OutputUnavailable(
            f"{shown(path)} cannot be written: {words}. See to its folder, then call again."
        ) from None


def _written(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _tidied(place: Path, beside: Path) -> None:
    """Remove what a process that was killed has left beside a file; what is young may be another process's."""
    now = beside.stat().st_mtime
    for other in place.parent.glob(f"{glob.escape(f'.{place.name[:100]}.')}*.part"):
        if now - other.stat().st_mtime > _LEFT_OVER_SECONDS:
            other.unlink(missing_ok=True)


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None


def _settled(folder: Path) -> None:
    """Have the disk keep the new name, where systems can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
