"""Where live sound comes from: the microphone, or standard input. It goes on as 16 bits, one channel, 16 kHz.

It is read in a thread that dies with the program: nobody can call off what waits for a pipe, or for a microphone.
"""

import concurrent.futures
import queue
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio
from anyio import from_thread
from anyio.lowlevel import EventLoopToken, current_token
from anyio.streams.memory import MemoryObjectSendStream

from qwen_localize_tools.interpret_speech.live import RATE

from ...errors import BadInput, LocalizeError
from .pipe import heard_in

_STEP_SECONDS = 0.1
_NO_MICROPHONE = (
    "The microphone needs the extra mic (uv sync --extra mic) and the system's PortAudio library. Without them, pipe "
    "sound in: arecord -f S16_LE -r 16000 -c 1 -t raw | qwen-localize live --to en -"
)
_NOTHING_PIPED = (
    "Nothing is piped into standard input. Pipe sound in, a WAV file or raw sound of 16 bits, or leave - out for the "
    "microphone."
)
# What a thread meets that goes on to read when nobody wants to hear any more.
_UNWANTED = (anyio.BrokenResourceError, anyio.ClosedResourceError, RuntimeError, concurrent.futures.CancelledError)


@dataclass(frozen=True)
class Ears:
    """A source of sound.

    Attributes:
        can_wait: whether it can be read more slowly than it comes.
        pieces: give what is heard; blocks until there is more.
    """

    name: str
    can_wait: bool
    pieces: Callable[[], Iterator[bytes]]

    async def sound(self) -> AsyncIterator[bytes]:
        """What is heard, piece by piece.

        Raises:
            LocalizeError: it is no sound.
        """
        send, receive = anyio.create_memory_object_stream[bytes | LocalizeError](1)
        threading.Thread(target=self._read, args=(send, current_token()), daemon=True).start()
        async with receive:
            async for piece in receive:
                if isinstance(piece, LocalizeError):
                    raise piece
                yield piece

    def _read(self, send: MemoryObjectSendStream[bytes | LocalizeError], token: EventLoopToken) -> None:
        with suppress(*_UNWANTED):
            try:
                for piece in self.pieces():
                    from_thread.run(send.send, piece, token=token)
            except LocalizeError as error:
                from_thread.run(send.send, error, token=token)
            except OSError as error:
                words = f"No more can be read from {self.name} ({error.strerror}). Pipe sound in another way."
                from_thread.run(send.send, BadInput(words), token=token)
            from_thread.run_sync(send.close, token=token)


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
        yield _piped(rate)
        return
    with _microphone() as found:
        yield found


def _piped(rate: int) -> Ears:
    if sys.stdin is None or sys.stdin.isatty():
        raise BadInput(_NOTHING_PIPED)
    file: Any = sys.stdin.buffer
    # Without a buffer, what has come is had at once; and no thread holds a lock that the program's end asks for.
    return Ears("standard input", True, partial(heard_in, getattr(file, "raw", file), rate))


@contextmanager
def _microphone() -> Iterator[Ears]:
    try:
        import sounddevice  # type: ignore[import-untyped, unused-ignore]
    except (ImportError, OSError) as error:
        raise LocalizeError(_NO_MICROPHONE) from error
    pieces: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def heard(data: Any, *_: Any) -> None:
        pieces.put(bytes(data))

    make: Any = partial(sounddevice.RawInputStream, samplerate=RATE, channels=1, dtype="int16")
    try:
        stream = make(blocksize=int(RATE * _STEP_SECONDS), callback=heard, finished_callback=partial(pieces.put, b""))
        stream.start()
    except sounddevice.PortAudioError as error:
        words = " ".join(str(error).split())
        raise LocalizeError(f"The microphone cannot be opened ({words}). Check the system's sound settings.") from error
    try:
        yield Ears("the microphone", False, lambda: iter(pieces.get, b""))
    finally:
        stream.close()
