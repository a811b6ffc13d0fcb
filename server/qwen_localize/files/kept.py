"""Inputs of jobs, and parts of results, kept in the state directory so that any process can go on with a job.

Named by their content: equal inputs of many jobs are kept once. Where replicas share storage, each keeps there what it
keeps here, and what one does not have, it brings from there.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import anyio.to_thread

from ..errors import BadInput, StateUnavailable
from .inputs import read_pieces
from .media import LocalFile, LocalMedia, Media, RemoteMedia
from .storage import NotStored, Storage

_DIGEST = re.compile(r"[0-9a-f]{64}")
# What no job knows is left over from a process that died before it had written its job down.
LEFT_OVER_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Kept:
    """An input as a job's record names it: by its URL, or by the digest of its bytes."""

    name: str
    url: str = ""
    digest: str = ""
    mime_type: str = ""

    @classmethod
    def of(cls, media: "Media | Kept") -> "Kept":
        """How media is named."""
        if isinstance(media, Kept):
            return media
        if isinstance(media, RemoteMedia):
            return cls(media.name, url=media.url)
        return cls(media.name, digest=media.mark, mime_type=media.mime_type)

    @property
    def mark(self) -> str:
        """What tells it from other media."""
        return self.url or self.digest

    @property
    def as_json(self) -> dict[str, Any]:
        """As it stands in the record."""
        return asdict(self)


class KeptFiles:
    """The bytes of inputs, or of parts of results.

    Args:
        state: the state directory.
        folder: which of its folders; results that are paid for have one of their own.
        storage: what replicas share.
    """

    def __init__(self, state: Path, folder: str = "inputs", storage: Storage | None = None) -> None:
        self._folder, self._storage = state / folder, storage
        self._claimed: set[str] = set()

    def path(self, digest: str) -> Path:
        """Where the bytes lie.

        Raises:
            ValueError: it is no digest.
        """
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"{digest!r} is no digest")
        return self._folder / digest

    def has(self, digest: str) -> bool:
        """Whether the bytes are there; with storage, they may as well be in that, which is not asked."""
        return self._storage is not None or self.path(digest).exists()

    def holds(self, kept: Kept) -> bool:
        """Whether an input can be had: what is behind a URL is not here, and is the service's to fetch."""
        return not kept.digest or self.has(kept.digest)

    async def is_lost(self, kept: Kept) -> bool:
        """Whether an input is neither here nor in the storage, which is asked; without one, see `holds`.

        Raises:
            StorageUnavailable: the storage cannot be used.
        """
        if self._storage is None or not kept.digest or kept.digest in self._claimed:
            return False
        is_here = await anyio.to_thread.run_sync(self.path(kept.digest).exists)
        return not is_here and not await self._storage.has(self._key(kept.digest))

    def _key(self, digest: str) -> str:
        return f"{self._folder.name}/{digest}"

    async def brought(self, digest: str) -> bool:
        """See that the bytes are on this disk: whether they are.

        Raises:
            StateUnavailable: the storage cannot be used, or the disk refuses them.
        """
        path = self.path(digest)
        if await anyio.to_thread.run_sync(path.exists):
            return True
        if self._storage is None:
            return False
        try:
            await self._storage.get(self._key(digest), path)
        except NotStored:
            return False
        except OSError as error:
            raise self._unwritable(error) from error
        return True

    async def put(self, data: bytes) -> str:
        """Keep bytes: their digest. What is kept already is as new.

        Raises:
            StateUnavailable: the disk refuses them, or the storage cannot be used.
        """
        return await self._shared(await anyio.to_thread.run_sync(self._put, data))

    async def _shared(self, digest: str) -> str:
        if self._storage:  # also what is there already: by its age it is known what nobody needs
            await self._storage.put(self._key(digest), self.path(digest))
        return digest

    def _put(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        self._claimed.add(digest)
        if not self._renewed(digest):
            with self._placed() as (file, hashed):
                file.write(data)
                hashed.update(data)
        return digest

    def _renewed(self, digest: str) -> bool:
        """Whether the bytes are there, and then as if they had come now: what lies there for long is removed."""
        try:
            os.utime(self.path(digest))
        except FileNotFoundError:
            return False
        except OSError:
            return self.has(digest)
        return True

    async def hold(self, file: LocalFile) -> Kept:
        """Keep a copy of a file, which may be larger than memory.

        Raises:
            BadInput: it cannot be read.
            StateUnavailable: the disk refuses it, or the storage cannot be used.
        """
        return Kept(file.name, digest=await self._shared(await anyio.to_thread.run_sync(self._hold, file.path)))

    def _hold(self, path: Path) -> str:
        with self._placed() as (file, hashed):
            for piece in read_pieces(path):
                file.write(piece)
                hashed.update(piece)
        return hashed.hexdigest()

    @contextmanager
    def _placed(self) -> Iterator[tuple[IO[bytes], "hashlib._Hash"]]:
        """A file that is named by the digest of what was written into it, once it is safe on the disk."""
        temporary, hashed = self._folder / f".{uuid4().hex}", hashlib.sha256()
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with temporary.open("xb") as file:
                yield file, hashed
                file.flush()
                os.fsync(file.fileno())
            self._claimed.add(hashed.hexdigest())
            temporary.replace(self._folder / hashed.hexdigest())
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            temporary.unlink(missing_ok=True)

    def _unwritable(self, error: OSError) -> StateUnavailable:
        return StateUnavailable(
            f"{self._folder} cannot be written ({error.strerror}). Free some space, or set "
            "QWEN_LOCALIZE_STATE_DIR to another folder."
        )

    async def get(self, kept: Kept) -> Media:
        """An input as media.

        Raises:
            BadInput: its bytes are gone, or are not what they were.
            StateUnavailable: they are in the storage, and cannot be brought from there now.
        """
        if kept.url:
            return RemoteMedia(kept.url, kept.name)
        if self._storage:
            await self.brought(kept.digest)
        data = await anyio.to_thread.run_sync(self._get, kept.digest)
        return LocalMedia(kept.name, data, kept.mime_type)

    def _get(self, digest: str) -> bytes:
        try:
            data = self.path(digest).read_bytes()
        except OSError as error:
            words = f"An input that was kept for a job is gone ({error.strerror}). Call the tool again."
            raise BadInput(words) from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise BadInput("An input that was kept for a job was damaged on the disk. Call the tool again.")
        return data

    def remove(self, digest: str) -> None:
        """Let go of bytes that no job needs, unless they were kept for one that is not written down yet.

        In storage they stay until they are old: another replica may need them for a job that it is just writing down.
        """
        if digest not in self._claimed:
            self.path(digest).unlink(missing_ok=True)

    def settled(self, digests: Iterable[str]) -> None:
        """From now on the jobs' records alone say whether these are needed."""
        self._claimed.difference_update(digests)

    def left_over(self, now: float, seconds: float = LEFT_OVER_SECONDS) -> Iterator[str]:
        """What has lain there for so long, and may belong to no job; `now` in Unix seconds."""
        for path in self._folder.glob("*") if self._folder.exists() else ():
            if now - path.stat().st_mtime < seconds:
                continue
            if _DIGEST.fullmatch(path.name):
                yield path.name
            else:
                path.unlink(missing_ok=True)
