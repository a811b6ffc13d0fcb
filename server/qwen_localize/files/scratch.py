"""Folders for what is needed only for a while, such as sound as it is decoded."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from ..errors import StateUnavailable
from .kept import LEFT_OVER_SECONDS


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A folder of its own, gone with all that is in it when the block ends.

    Raises:
        StateUnavailable: the disk refuses it.
    """
    folder = parent / uuid4().hex
    try:
        folder.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise StateUnavailable(
            f"{parent} cannot be written ({error.strerror}). Free some space, or set QWEN_LOCALIZE_STATE_DIR to "
            "another folder."
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_scratch(parent: Path, now: float) -> None:
    """Remove what processes have left that died; `now` in Unix seconds."""
    for folder in parent.glob("*") if parent.exists() else ():
        if now - folder.stat().st_mtime > LEFT_OVER_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
