"""Inputs of jobs, kept in the state directory until the job ends, so that any process can go on with it.

Named by their content: equal inputs of many jobs are kept once.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio.to_thread

from ..errors import BadInput, StateUnavailable
from .media import LocalMedia, Media, RemoteMedia

_DIGEST = re.compile(r"[0-9a-f]{64}")
# What no job knows is left over from a process that died before it had written its job down.
_LEFT_OVER_SECONDS = 24 * 3600.0


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


class KeptInputs:
    """The bytes of inputs.

    Args:
        state: the state directory.
    """

    def __init__(self, state: Path) -> None:
        self._folder = state / "inputs"

    def path(self, digest: str) -> Path:
        """Where the bytes lie.

        Raises:
            ValueError: it is no digest.
        """
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"{digest!r} is no digest")
        return self._folder / digest

    def has(self, digest: str) -> bool:
        """Whether the bytes are there."""
        return self.path(digest).exists()

    def holds(self, kept: Kept) -> bool:
        """Whether an input can be had: what is behind a URL is not here, and is the service's to fetch."""
        return not kept.digest or self.has(kept.digest)

    async def put(self, data: bytes) -> None:
        """Keep bytes, unless they are kept already.

        Raises:
            StateUnavailable: the disk refuses them; nothing was sent.
        """
        await anyio.to_thread.run_sync(self._put, data)

    def _put(self, data: bytes) -> None:
        digest = hashlib.sha256(data).hexdigest()
        if self.has(digest):
            return
        temporary = self._folder / f".{digest}-{uuid4().hex[:8]}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._folder / digest)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise StateUnavailable(
                f"{self._folder} cannot be written ({error.strerror}). Nothing was sent. Free some space, or set "
                "QWEN_LOCALIZE_STATE_DIR to another folder."
            ) from error

    async def get(self, kept: Kept) -> Media:
        """An input as media.

        Raises:
            BadInput: its bytes are gone, or are not what they were.
        """
        if kept.url:
            return RemoteMedia(kept.url, kept.name)
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
        """Let go of bytes that no job needs."""
        self.path(digest).unlink(missing_ok=True)

    def left_over(self, now: float) -> Iterator[str]:
        """What has lain there for a day, and may belong to no job; `now` in Unix seconds."""
        for path in self._folder.glob("*") if self._folder.exists() else ():
            if now - path.stat().st_mtime < _LEFT_OVER_SECONDS:
                continue
            if _DIGEST.fullmatch(path.name):
                yield path.name
            else:
                path.unlink(missing_ok=True)
