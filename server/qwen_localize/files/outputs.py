"""Where results go: named for people, written whole, never over anything.

A file is streamed to a temporary name in the output directory, checked, synced, and only then given its name.
"""

import hashlib
import os
import re
import unicodedata
from collections.abc import AsyncIterable, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, Protocol
from uuid import uuid4

import anyio.to_thread

from ..errors import OutputUnavailable, Spoiled
from ..wellformed import whole
from .kept import LEFT_OVER_SECONDS
from .shelves import Shelf, Shelves

_ROOM = 64 * 1024 * 1024
# With a device's name before its first dot, a file is that device on Windows.
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³]) *(\.|$)", re.IGNORECASE)
_NAME_LIMIT = 80
_PARTIAL = ".partial-"
_TAIL = re.compile(r"\.[\w-]{1,40}\Z")
# Most systems take 255 bytes; a number and an ending come behind it.
_NAME_BYTES = 200
Plan = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Inspected:
    """What a finished file turned out to be; `ending` without a dot.

    Attributes:
        facts: what else was found out, such as a picture's `width` and `height` in pixels.
    """

    mime_type: str
    ending: str
    facts: Mapping[str, Any] = field(default_factory=dict)


class ArtifactType(Protocol):
    """What kind of file a tool's results are."""

    @property
    def most_bytes(self) -> int:
        """How large one can be; what is larger is none."""

    def inspected(self, path: Path) -> Inspected:
        """What the file is, after all of it was read: a cut one is found only at its end. Runs in a worker thread.

        Raises:
            Spoiled: it is not whole, or not of this kind.
        """


@dataclass(frozen=True)
class Artifact:
    """A finished file."""

    path: Path
    mime_type: str
    bytes: int
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def as_json(self) -> dict[str, Any]:
        """As it stands in records and answers."""
        place = {"path": whole(str(self.path)), "uri": self.path.as_uri()}
        return place | {"mime_type": self.mime_type, "bytes": self.bytes} | dict(self.facts)


class Outputs:
    """The output directory.

    Args:
        directory: where files go; made when first needed.
        room: bytes that must be free before anything is paid for.
        shelf: where replicas share what is written; a file is there before it has its name here.
    """

    def __init__(self, directory: Path, room: int = _ROOM, shelf: Shelf | None = None) -> None:
        self.directory = directory
        self._room, self._shelf = room, shelf

    @classmethod
    def shared(cls, directory: Path, shelves: Shelves | None, room: int = _ROOM) -> "Outputs":
        """A directory, shared with other replicas if there are shelves, and it has one of them."""
        return cls(directory, room, shelves.of(directory) if shelves else None)

    async def prepare(self) -> None:
        """Make sure that a result could be written, before it is paid for.

        Raises:
            OutputUnavailable: the directory cannot be made or written, or its disk is full.
        """
        await anyio.to_thread.run_sync(self._prepare)

    def _prepare(self) -> None:
        with self._explained():
            self.directory.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self.directory, prefix=".probe-"):
                pass
        if _free(self.directory) < self._room:
            raise OutputUnavailable(
                f"The disk of {self.directory} is full: less than {self._room // 2**20} MB are free. "
                "Nothing was sent. Free some space, or set QWEN_LOCALIZE_OUTPUT_DIR to another disk."
            )

    def sweep(self, now: float) -> None:
        """Remove unfinished files of processes that died; `now` in Unix seconds. It blocks."""
        for path in self.directory.glob(f"{_PARTIAL}*") if self.directory.is_dir() else ():
            if now - path.stat().st_mtime > LEFT_OVER_SECONDS:
                path.unlink(missing_ok=True)

    async def save(
        self,
        stem: str,
        chunks: AsyncIterable[bytes],
        kind: ArtifactType,
        *,
        part: str = "",
        planned: str = "",
        plan: Plan | None = None,
        once: bool = False,
    ) -> Artifact:
        """Write a result under the first free name that begins with `stem`.

        Args:
            stem: the name without its ending.
            chunks: the content.
            kind: what it must be.
            part: a name for the unfinished file, so that a later try replaces it.
            planned: the path that an earlier try had announced; if that file is this result, it stays the only one.
            plan: told each path before a file is placed there.
            once: whether an equal file that has the first such name is this one.

        Raises:
            Spoiled: what came is empty, too large, cut, or not of its kind.
            OutputUnavailable: the disk refused it.
        """
        with self._temporary(part) as temporary:
            await _written(temporary, chunks, kind.most_bytes)
            found = await anyio.to_thread.run_sync(kind.inspected, temporary)
            size = temporary.stat().st_size
            if once:
                planned = str(self.directory / f"{safe_name(stem)}.{found.ending}")
            path = await self._keep(temporary, stem, found.ending, planned, plan)
            return Artifact(path, found.mime_type, size, found.facts)

    async def copy(self, source: Path, stem: str, taken: Collection[str]) -> Path:
        """Write a result once more, under the first name that begins with `stem` and is not `taken` by another one.

        A file there that is equal is this one, which an earlier try has written. If the result itself is no longer
        there, somebody has moved it away: its path is the answer.

        Raises:
            OutputUnavailable: the disk refused it.
        """
        if not await anyio.to_thread.run_sync(source.exists):
            return source
        with self._temporary("") as temporary:
            await anyio.to_thread.run_sync(_copy_synced, source, temporary)
            for name in _names(safe_name(stem), source.suffix.removeprefix(".")):
                path = self.directory / name
                if str(path) in taken:
                    continue
                if await anyio.to_thread.run_sync(_same, temporary, path):
                    return path
                if await self._placed(temporary, path):
                    return path
        raise AssertionError("names never run out")

    async def save_text(self, name: str, text: str, mime_type: str, *, once: bool = False) -> Artifact:
        """Write a text in UTF-8; `name` has its ending. With `once`, an equal file of that name is this one.

        Raises:
            OutputUnavailable: the disk refused it.
        """
        stem, _, ending = name.rpartition(".")
        data = text.encode(errors="replace")
        with self._temporary("") as temporary:
            await anyio.to_thread.run_sync(_write_synced, temporary, data)
            earlier = str(self.directory / f"{safe_name(stem)}.{ending}") if once else ""
            return Artifact(await self._keep(temporary, stem, ending, earlier, None), mime_type, len(data))

    @contextmanager
    def _temporary(self, part: str) -> Iterator[Path]:
        path = self.directory / f"{_PARTIAL}{part or uuid4().hex[:12]}"
        with self._explained():
            try:
                yield path
            finally:
                path.unlink(missing_ok=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputUnavailable(
                f"{self.directory} cannot be written ({error.strerror}). Make it writable, or set "
                "QWEN_LOCALIZE_OUTPUT_DIR to a folder that is."
            ) from error

    async def _keep(self, temporary: Path, stem: str, ending: str, planned: str, plan: Plan | None) -> Path:
        """The whole file's final path, once it is there."""
        if planned and await self._was_placed(temporary, Path(planned)):
            return Path(planned)
        for name in _names(safe_name(stem), ending):
            path = self.directory / name
            if path.exists():
                continue
            if plan:
                await plan(str(path))
            if await self._placed(temporary, path):
                return path
        raise AssertionError("names never run out")

    async def _was_placed(self, temporary: Path, path: Path) -> bool:
        """Whether an earlier try, perhaps another replica's, has given an equal file this name."""
        is_here: bool = await anyio.to_thread.run_sync(_same, temporary, path)
        if self._shelf is None or path.parent != self.directory:
            return is_here and self._shelf is None
        if is_here:
            return await self._shelf.take(path, path.name)
        return await self._shelf.holds(temporary, path.name) and await anyio.to_thread.run_sync(_place, temporary, path)

    async def _placed(self, temporary: Path, path: Path) -> bool:
        """Give a file its name unless that is taken, here or by another replica."""
        if self._shelf:
            is_free = not await anyio.to_thread.run_sync(path.exists)
            if not (is_free and await self._shelf.take(temporary, path.name)):
                return False
        return await anyio.to_thread.run_sync(_place, temporary, path)


async def _written(path: Path, chunks: AsyncIterable[bytes], most: int) -> None:
    """The chunks in a file, synced."""
    size = 0
    with path.open("wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise Spoiled(f"The result is larger than {most // 2**20} MB, which no result of this kind is.")
            await anyio.to_thread.run_sync(file.write, chunk)
        await anyio.to_thread.run_sync(_sync, file)
    if not size:
        raise Spoiled("The result arrived empty.")


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        _sync(file)


def _copy_synced(source: Path, path: Path) -> None:
    import shutil

    with source.open("rb") as whole_file, path.open("wb") as file:
        shutil.copyfileobj(whole_file, file)
        _sync(file)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def own_folder(root: Path, principal: str) -> Path:
    """A principal's own folder below a root that all share; the root itself for the user of this machine."""
    return root / mark_of(principal) if principal else root


def own_folders(root: Path, *, of_jobs: bool = False) -> list[Path]:
    """The folders of all who have one; with `of_jobs`, those of jobs as well."""
    folders = [root, *root.glob("p-*")]
    return [*folders, *(job for folder in folders for job in folder.glob("job-*"))] if of_jobs else folders


def mark_of(principal: str) -> str:
    """A name for a principal that can stand in a path or a link, and tells nothing of it."""
    return f"p-{hashlib.blake2b(principal.encode(errors='surrogateescape'), digest_size=10).hexdigest()}"


def safe_name(stem: str) -> str:
    """A file name that every system takes: no separators, control or reserved characters, of bounded length.

    What a tool has put behind the last dot, such as a language, is never cut: it tells results of one input apart.
    """
    text = unicodedata.normalize("NFC", stem)
    text = "".join("-" if char in '<>:"/\\|?*' or not char.isprintable() else char for char in text)
    tail = found[0] if (found := _TAIL.search(text)) else ""
    head, room = text[: len(text) - len(tail)], _NAME_LIMIT - len(tail)
    cut = head[:room].encode(errors="replace")[: _NAME_BYTES - len(tail.encode())].decode(errors="ignore")
    text = f"{cut if cut == head else cut.rstrip(' .')}{tail}".strip(" .") or "file"
    return f"_{text}" if _RESERVED.match(text) else text


def _names(stem: str, ending: str) -> Iterator[str]:
    yield f"{stem}.{ending}"
    number = 2
    while True:
        yield f"{stem}-{number}.{ending}"
        number += 1


def _place(temporary: Path, final: Path) -> bool:
    """Give the file its name unless that is taken; a link fails where a rename would overwrite."""
    try:
        final.hardlink_to(temporary)
    except FileExistsError:
        return False
    except OSError:
        # No hard links here (FAT, some network disks): an empty file takes the name, and is then replaced.
        try:
            final.touch(exist_ok=False)
        except FileExistsError:
            return False
        _take_over(temporary, final)
    _sync_folder(final.parent)
    return True


def _take_over(temporary: Path, reserved: Path) -> None:
    try:
        temporary.replace(reserved)
    except OSError:
        reserved.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _same(one: Path, other: Path) -> bool:
    import filecmp

    try:
        return other.is_file() and filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False  # its folder may be out of reach by now


def _free(directory: Path) -> int:
    import shutil

    return shutil.disk_usage(directory).free
