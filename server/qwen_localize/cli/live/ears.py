"""Where live sound comes from: the microphone, or standard input. It goes on as 16 bits, one channel, 16 kHz."""

import queue
import struct
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

import anyio.to_thread

from qwen_localize_tools.interpret_speech.live import RATE, Resampler

from ...errors import BadInput, LocalizeError

_STEP_SECONDS = 0.1
_NO_MICROPHONE = (
    "The microphone needs the extra mic (uv sync --extra mic) and the system's PortAudio library. Without them, pipe "
    "sound in: arecord -f S16_LE -r 16000 -c 1 -t raw | qwen-localize live --to en -"
)
_RIFF_HEAD, _CHUNK_HEAD, _MOST_CHUNK = 12, 8, 1024 * 1024


@dataclass(frozen=True)
class Ears:
    """A source of sound.

    Attributes:
        can_wait: whether it can be read more slowly than it comes.
        next_piece: blocks until there is more; gives nothing at the end.
    """

    name: str
    can_wait: bool
    next_piece: Callable[[], bytes]

    async def sound(self) -> AsyncIterator[bytes]:
        """What is heard, piece by piece."""
        while pcm := await anyio.to_thread.run_sync(self.next_piece, abandon_on_cancel=True):
            yield pcm


@contextmanager
def ears(source: str, rate: int) -> Iterator[Ears]:
    """The microphone, or standard input.

    Args:
        source: `mic` or `-`.
        rate: of raw sound on standard input.

    Raises:
        LocalizeError: it cannot be used.
    """
    if source == "-":
        yield _piped(sys.stdin.buffer, rate)
        return
    with _microphone() as found:
        yield found


def _piped(file: BinaryIO, rate: int) -> Ears:
    head = file.read(_RIFF_HEAD)
    channels, rest = 1, head
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        (rate, channels), rest = _described(file), b""
    resampler, first = Resampler(rate, channels), [rest]

    def next_piece() -> bytes:
        while data := (first.pop() if first else b"") + file.read(int(rate * _STEP_SECONDS) * 2 * channels):
            if pcm := resampler.feed(data):
                return pcm
        return b""

    return Ears("standard input", True, next_piece)


def _described(file: BinaryIO) -> tuple[int, int]:
    """Rate and channels of a WAV file, read up to its samples.

    Raises:
        BadInput: it has others than those of 16 bits.
    """
    rate = channels = bits = 0
    while len(head := file.read(_CHUNK_HEAD)) == _CHUNK_HEAD:
        name, size = struct.unpack("<4sI", head)
        if name == b"data" and bits == 16 and rate and channels:
            return rate, channels
        if name == b"data" or size > _MOST_CHUNK:
            break
        chunk = file.read(size + size % 2)
        if name == b"fmt " and len(chunk) >= 16:
            channels, rate, bits = map(int, struct.unpack_from("<xxHIxxxxxxH", chunk))
    raise BadInput(
        "Standard input is a WAV file, but none of 16 bits. Convert it: ffmpeg -i in.wav -ar 16000 -f s16le -"
    )


@contextmanager
def _microphone() -> Iterator[Ears]:
    try:
        import sounddevice  # type: ignore[import-untyped, unused-ignore]
    except (ImportError, OSError) as error:
        raise LocalizeError(_NO_MICROPHONE) from error
    pieces: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def heard(data: Any, *_: Any) -> None:
        pieces.put(bytes(data))

    make = partial(sounddevice.RawInputStream, samplerate=RATE, channels=1, dtype="int16")
    try:
        stream = make(blocksize=int(RATE * _STEP_SECONDS), callback=heard)
    except sounddevice.PortAudioError as error:
        raise LocalizeError(f"The microphone cannot be opened ({error}). Check the system's sound settings.") from error
    with stream:
        yield Ears("microphone", False, pieces.get)
