"""Files that callers have sent to a server whose disk they do not share: kept for a day, each for its sender alone."""

import errno
import hashlib
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import anyio.to_thread

from ..errors import Spoiled
from .inputs import MOST_BYTES
from .shelves import Shelf
from .storage import NotStored, Storage

KEPT_SECONDS = 24 * 3600.0
# How much one principal may have here at a time.
MOST_OF_ONE, MOST_FILES, MOST_AT_ONCE = 2 * MOST_BYTES, 500, 4
_PARTIAL = ".partial-"


class Door(Protocol):
    """How files come to a server whose disk the caller does not share."""

    async def stored(self, reference: str) -> Path | None:
        """The file behind one of this server's own links; None if it is no such link.

        Raises:
            BadInput: it is one that cannot be used.
            StateUnavailable: it cannot be had now.
        """

    def advice(self, references: Sequence[str]) -> str:
        """How these files can be brought here, in a sentence or two."""


class TooMuch(Exception):
    """More than is taken; the text says what, why and what to do."""


class Uploads:
    """The folder of what was sent.

    Args:
        state: the state directory.
        storage: what replicas share: what has come to one of them can be used at any.
    """

    def __init__(self, state: Path, storage: Storage | None = None) -> None:
        self._folder, self._storage = state / "uploads", storage
        self._coming: Counter[str] = Counter()

    def path(self, mark: str, number: str, name: str) -> Path:
        """Where an upload lies, whether it is there or not.

        Args:
            mark: names the principal.
            number: names the upload.
            name: the file's own.
        """
        return self._folder / mark / number / name

    def is_there(self, path: Path, now: float) -> bool:
        """Whether an upload has come, and is kept still; `now` in Unix seconds."""
        return path.is_file() and now - path.stat().st_mtime < KEPT_SECONDS

    async def brought(self, path: Path, now: float) -> bool:
        """See that an upload is on this disk: whether it has come, to whichever replica, and is kept still.

        Raises:
            StorageUnavailable: the storage cannot be used.
            OSError: the disk refuses it.
        """
        if self._storage and not await anyio.to_thread.run_sync(path.is_file):
            try:
                await self._storage.get(self._key(path), path)
            except NotStored:
                return False
        return await anyio.to_thread.run_sync(self.is_there, path, now)

    def _key(self, path: Path) -> str:
        return f"uploads/{path.relative_to(self._folder).as_posix()}"

    async def take(self, path: Path, chunks: AsyncIterator[bytes], now: float, expected: bytes = b"") -> int:
        """Keep what comes where `path` says: its length. `expected` is its SHA-256, if that was told.

        Raises:
            TooMuch: it is too large, or its principal has too much here.
            Spoiled: it is not what was told.
            FileExistsError: something has come there already.
            OSError: the disk refuses it.
            StorageUnavailable: the storage cannot be used.
        """
        mine = path.parent.parent
        await anyio.to_thread.run_sync(self.sweep, now)
        room = await self._room(mine, now)
        size, digest = 0, hashlib.sha256()
        with self._partial(mine) as temporary:
            with temporary.open("xb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > min(MOST_BYTES, room):
                        raise TooMuch(_words(size))
                    await anyio.to_thread.run_sync(file.write, chunk)
                    digest.update(chunk)
            if expected and digest.digest() != expected:
                raise Spoiled("What arrived is not what the digest was made of. Send it again.")
            shelf = Shelf(self._storage, self._key(path.parent)) if self._storage else None
            if shelf and not await shelf.take(temporary, path.name):
                raise FileExistsError(errno.EEXIST, "another replica has taken a file there")
            await anyio.to_thread.run_sync(_place, temporary, path)
        return size

    async def _room(self, mine: Path, now: float) -> int:
        """How many bytes a principal may still send, to all replicas."""
        room: int = await anyio.to_thread.run_sync(_room, mine)
        if self._storage is None:
            return room
        listed = [each async for each in self._storage.listed(f"uploads/{mine.name}")]
        return min(room, _left([each.bytes for each in listed if now - each.modified < KEPT_SECONDS]))

    @contextmanager
    def _partial(self, folder: Path) -> Iterator[Path]:
        if self._coming[folder.name] >= MOST_AT_ONCE:
            raise TooMuch(f"{MOST_AT_ONCE} uploads of yours are coming in now. Send one after the other.")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = folder / f"{_PARTIAL}{uuid4().hex}"
        self._coming[folder.name] += 1
        try:
            yield temporary
        finally:
            self._coming[folder.name] -= 1
            temporary.unlink(missing_ok=True)

    def sweep(self, now: float) -> None:
        """Remove what has been here for a day; `now` in Unix seconds. It blocks."""
        for path in self._folder.glob("*/*") if self._folder.is_dir() else ():
            with suppress(FileNotFoundError):  # others sweep as well
                if now - path.stat().st_mtime > KEPT_SECONDS:
                    _remove(path)


def _place(temporary: Path, path: Path) -> None:
    """Give an upload its name, unless something has that, or others that came meanwhile have taken the room."""
    if (size := temporary.stat().st_size) > _room(path.parent.parent):
        raise TooMuch(_words(size))
    path.parent.mkdir()  # of two at once, the second fails here
    temporary.rename(path)


def _room(folder: Path) -> int:
    """How many bytes a principal may still send.

    Raises:
        TooMuch: as many files are here as may be.
    """
    return _left([size for path in folder.glob("*/*") if (size := _size(path)) is not None])


def _left(sizes: list[int]) -> int:
    if len(sizes) >= MOST_FILES:
        raise TooMuch(
            f"{MOST_FILES} uploads are kept for you already. Use those that are here, or go on tomorrow: each is kept "
            "for a day."
        )
    return MOST_OF_ONE - sum(sizes)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _words(size: int) -> str:
    if size > MOST_BYTES:
        return f"The file is larger than {MOST_BYTES // 2**30} GB. Make it smaller."
    return (
        f"More than {MOST_OF_ONE // 2**30} GB would be kept for you. Use what is here, or go on tomorrow: each upload "
        "is kept for a day."
    )
