"""How a reference is read for a caller who does not share this machine's disk; for others it is what it says."""

from collections.abc import Sequence
from pathlib import Path

import anyio.to_thread

from ..errors import BadInput
from ..files import Door, Found, find, is_remote, permitted


async def entered(
    reference: str, allowed: tuple[Path, ...], door: Door | None, *, remote: bool = True
) -> tuple[str, tuple[Path, ...]]:
    """A reference as it can be read, and below which folders.

    Args:
        reference: as the caller wrote it: a path, a URL, a data URI, or a link of this server's own.
        allowed: the directories below which files may be read.
        door: how files come in; None for a caller who shares the disk.
        remote: whether what is elsewhere can be read.

    Raises:
        BadInput: it cannot be read; says how the file is brought here.
    """
    reference = reference.strip()
    if door is None:
        return reference, allowed
    if stored := await door.stored(reference):
        return str(stored), (stored.parent,)
    if is_remote(reference):
        if not remote:
            raise BadInput(f"Only a file that was brought here can be read. {door.advice([reference])}")
    elif not await anyio.to_thread.run_sync(_is_permitted, reference, allowed):
        raise _unreadable(door, [reference])
    return reference, allowed


async def gathered(references: Sequence[str], allowed: tuple[Path, ...], door: Door | None) -> Found:
    """The files that references stand for, with folders and patterns among them; see `files.find`.

    Args:
        references: as the caller wrote them.
        allowed: the directories below which may be looked.
        door: how files come in; None for a caller who shares the disk.

    Raises:
        BadInput: one stands for nothing, or may not be looked into.
    """
    local = [reference for reference in references if reference.strip() and not is_remote(reference.strip())]
    if door is None or not local:
        return await find(references, allowed)
    if not await anyio.to_thread.run_sync(_are_inside, local, allowed):
        raise _unreadable(door, local)
    try:
        return await find(references, allowed)
    except BadInput:  # its words tell where the server works
        raise _unreadable(door, local) from None


def _are_inside(references: Sequence[str], allowed: tuple[Path, ...]) -> bool:
    """Whether all lead below the folders that may be read, whether anything is there or not."""
    try:
        paths = [Path(reference.strip()).resolve() for reference in references]
    except (OSError, ValueError, RuntimeError):
        return False
    return all(any(path.is_relative_to(folder) for folder in allowed) for path in paths)


def _is_permitted(reference: str, allowed: tuple[Path, ...]) -> bool:
    try:
        permitted(reference, allowed)
    except BadInput:
        return False
    return True


def _unreadable(door: Door, references: Sequence[str]) -> BadInput:
    # The same for what is not there and for what may not be read: nobody learns what lies on the disk.
    return BadInput(f"No such file can be read on the server's machine. {door.advice(references)}")
