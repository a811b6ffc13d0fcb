"""Sound from a file, and sound while it is made."""

from pathlib import Path

import anyio
import anyio.to_thread

from .hearing import BYTES_PER_MS, STEP

_BLOCK = 10_000 * BYTES_PER_MS
# Of live sound that nobody has confirmed, so much is kept: ten minutes are 19 MB.
_MOST_KEPT = 600_000


class FileSound:
    """A file of raw sound; a few seconds of it are in memory."""

    is_live = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self.length: int | None = path.stat().st_size // BYTES_PER_MS
        self._block, self._from = b"", 0

    async def read(self, at: int) -> bytes:
        """See `Sound.read`."""
        first, size = at * BYTES_PER_MS, STEP * BYTES_PER_MS
        if not self._from <= first <= self._from + len(self._block) - size:
            self._block = await anyio.to_thread.run_sync(self._read, first)
            self._from = first
        found = self._block[first - self._from : first - self._from + size]
        return found if len(found) >= BYTES_PER_MS else b""

    def _read(self, first: int) -> bytes:
        with self._path.open("rb") as file:
            file.seek(first)
            return file.read(_BLOCK)

    def forget(self, before: int) -> None:
        """Nothing is to be forgotten: it lies on the disk."""


class LiveSound:
    """Sound as it is made: `add` what comes, `end` it; what is not confirmed yet is kept in memory."""

    is_live = True

    def __init__(self) -> None:
        self.length: int | None = None
        self._kept, self._from = bytearray(), 0
        self._changed = anyio.Event()
        self._asked = 0

    def add(self, pcm: bytes) -> None:
        """What came next: 16 bits, one channel, 16 kHz; nothing does after the end."""
        if self.length is not None:
            return
        self._kept += pcm
        self._wake()
        self.forget(self._end - _MOST_KEPT)

    def end(self) -> None:
        """Nothing comes any more."""
        self.length = self._end
        self._wake()

    async def wanted(self, at: int) -> None:
        """Return when what lies there was asked for, or nothing is any more."""
        while self.length is None and self._asked < at:
            await self._changed.wait()

    @property
    def _end(self) -> int:
        return self._from + len(self._kept) // BYTES_PER_MS

    def _wake(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    async def read(self, at: int) -> bytes:
        """See `Sound.read`; what was forgotten is silence."""
        if at > self._asked:
            self._asked = at
            self._wake()
        while self.length is None and self._end < at + STEP:
            await self._changed.wait()
        if at < self._from:
            return bytes(STEP * BYTES_PER_MS)
        first = (at - self._from) * BYTES_PER_MS
        found = bytes(self._kept[first : first + STEP * BYTES_PER_MS])
        return found if len(found) >= BYTES_PER_MS else b""

    def forget(self, before: int) -> None:
        """See `Sound.forget`."""
        before = min(before, self._end)
        if before > self._from:
            del self._kept[: (before - self._from) * BYTES_PER_MS]
            self._from = before
