"""WAV files: whether one is whole, and how pieces of a voice are laid on a time line as one."""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qwen_localize.errors import Spoiled
from qwen_localize.files import Inspected

# What the services' voices have, and do not say (docs/model-studio.md 9).
VOICE_RATE = 24000
_PCM, _EXTENSIBLE = 1, 0xFFFE
_BLOCK = 256 * 1024
_SILENCE = bytes(_BLOCK)


def header(frames: int, rate: int, channels: int = 1) -> bytes:
    """What stands before so many frames of 16 bits; a file of more than 4 GB says that it has as much as it can."""
    size = min(frames * channels * 2, 0xFFFFFFFF - 36)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, _PCM, channels, rate, rate * channels * 2, channels * 2, 16)
    return struct.pack("<4sI4s", b"RIFF", size + 36, b"WAVE") + form + struct.pack("<4sI", b"data", size)


def strip_riff(first: bytes) -> tuple[int, bytes] | None:
    """The rate of a model's sound, and its samples without a header, which may or may not be there.

    Returns:
        None if these first bytes end inside a header.
    """
    if not first.startswith(b"RIFF"):
        return None if b"RIFF".startswith(first) else (VOICE_RATE, first)
    rate, position = VOICE_RATE, 12
    while position + 8 <= len(first):
        name, size = struct.unpack_from("<4sI", first, position)
        if name == b"data":
            return rate, first[position + 8 :]
        if name == b"fmt " and position + 16 <= len(first):
            rate = struct.unpack_from("<I", first, position + 12)[0]
        position += 8 + size + size % 2
    return None


@dataclass(frozen=True)
class WavFile:
    """Results that are WAV files of 16 bits, in one channel or two; see `files.ArtifactType`."""

    most_bytes: int = 2 * 1024**3

    def inspected(self, path: Path) -> Inspected:
        """Its `duration` in seconds and its `rate`, after its sizes were found true.

        Raises:
            Spoiled: it is cut, or no such file.
        """
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
        try:
            channels, rate, begin, length = _described(head)
        except (struct.error, ValueError):
            raise Spoiled("What arrived as the result is no WAV file of 16 bits.") from None
        whole = struct.unpack_from("<I", head, 4)[0] + 8
        if not length or length % (channels * 2) or begin + length + length % 2 != size or whole != size:
            raise Spoiled("What arrived as the result is not a whole WAV file.")
        return Inspected("audio/wav", "wav", {"duration": round(length / (channels * 2 * rate), 3), "rate": rate})


def _described(head: bytes) -> tuple[int, int, int, int]:
    """Channels, rate, where the samples begin, and how many bytes they are said to have."""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise ValueError
    channels = rate = 0
    position = 12
    while True:
        name, size = struct.unpack_from("<4sI", head, position)
        position += 8
        if name == b"data" and channels:
            return channels, rate, position, size
        if name == b"fmt ":
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", head, position)
            if kind not in (_PCM, _EXTENSIBLE) or bits != 16 or channels not in (1, 2) or not rate:
                raise ValueError
        position += size + size % 2


@dataclass(frozen=True)
class Placed:
    """A piece of voice, and where it belongs.

    Attributes:
        start: seconds from the beginning.
        seconds: how long it is.
        samples: gives it, raw, 16 bits, one channel, from its beginning.
        due: when it should have ended; None if it may take its time.
    """

    start: float
    seconds: float
    samples: Callable[[], Iterable[bytes]]
    due: float | None = None


@dataclass(frozen=True)
class Layout:
    """Where pieces come to lie.

    Attributes:
        starts: when each begins.
        seconds: how long all is.
        drift: how much later than it should one begins, at most.
        late: how much later than it should the last one ends.
    """

    starts: tuple[float, ...]
    seconds: float
    drift: float
    late: float


def layout(pieces: Sequence[Placed], rate: int = VOICE_RATE, least: float = 0.0) -> Layout:
    """Where the pieces come to lie: each where it belongs, or behind the one before it; at `least` so many seconds."""
    starts, end = [], 0
    for piece in pieces:
        start = max(end, _frames(piece.start, rate))
        starts.append(start / rate)
        end = start + _frames(piece.seconds, rate)
    drift = max((start - piece.start for start, piece in zip(starts, pieces, strict=True)), default=0.0)
    due = pieces[-1].due if pieces else None
    late = 0.0 if due is None else max(0.0, end / rate - due)
    seconds = max(end, _frames(least, rate)) / rate
    return Layout(tuple(starts), seconds, max(0.0, round(drift, 4)), round(late, 4))


def laid(pieces: Sequence[Placed], rate: int = VOICE_RATE, least: float = 0.0) -> Iterator[bytes]:
    """A WAV file of the pieces with silence between, part by part; of at `least` so many seconds. It blocks."""
    plan = layout(pieces, rate, least)
    frames = _frames(plan.seconds, rate)
    yield header(frames, rate)
    position = 0
    for piece, start in zip(pieces, plan.starts, strict=True):
        first, count = _frames(start, rate), _frames(piece.seconds, rate)
        yield from _silence((first - position) * 2)
        yield from _exactly(piece.samples(), count * 2)
        position = first + count
    yield from _silence((frames - position) * 2)


def from_file(path: Path, start: int = 0) -> Callable[[], Iterator[bytes]]:
    """What gives the samples of a file, from so many bytes on."""

    def read() -> Iterator[bytes]:
        with path.open("rb") as file:
            file.seek(start)
            while block := file.read(_BLOCK):
                yield block

    return read


def _frames(seconds: float, rate: int) -> int:
    return max(0, round(seconds * rate))


def _silence(size: int) -> Iterator[bytes]:
    while size > 0:
        yield _SILENCE[:size]
        size -= _BLOCK


def _exactly(parts: Iterable[bytes], size: int) -> Iterator[bytes]:
    """So many bytes: what was promised at the beginning of the file must come."""
    for part in parts:
        if size <= 0:
            return
        yield part[:size]
        size -= len(part)
    yield from _silence(size)
