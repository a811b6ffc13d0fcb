"""How a reference is read for a caller who does not share this machine's disk; for others it is what it says."""

from collections.abc import Sequence
from pathlib import Path

import anyio.to_thread

from ..errors import BadInput
from ..files import Door, is_remote, permitted


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
    if stored := await anyio.to_thread.run_sync(door.stored, reference):
        return str(stored), (stored.parent,)
    if is_remote(reference):
        if not remote:
            raise BadInput(f"Only a file that was brought here can be read. {door.advice([reference])}")
    elif not await anyio.to_thread.run_sync(_is_permitted, reference, allowed):
        raise _unreadable(door, [reference])
    return reference, allowed


def check_places(references: Sequence[str], allowed: tuple[Path, ...], door: Door | None) -> None:
    """Refuse paths, folders and patterns where none can be read, before anything is looked for.

    Raises:
        BadInput: there are some; says how files are brought here.
    """
    local = [reference for reference in references if not is_remote(reference.strip())]
    if door and local and not allowed:
        raise _unreadable(door, local)


def _is_permitted(reference: str, allowed: tuple[Path, ...]) -> bool:
    try:
        permitted(reference, allowed)
    except BadInput:
        return False
    return True


def _unreadable(door: Door, references: Sequence[str]) -> BadInput:
    # The same for what is not there and for what may not be read: nobody learns what lies on the disk.
    return BadInput(f"No such file can be read on the server's machine. {door.advice(references)}")
