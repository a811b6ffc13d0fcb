"""What becomes of each sentence: it is shown, written as a subtitle, and spoken."""

import queue
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import anyio.to_thread

from qwen_localize_tools.interpret_speech.live import VOICE_RATE, Confirmed, subtitles

from ...errors import LocalizeError, OutputUnavailable
from .screen import Screen

PLAY = "play"
_NO_LOUDSPEAKER = (
    "Playing the voice needs the extra mic (uv sync --extra mic) and the system's PortAudio library. Or write it into "
    "a file: --speech voice.wav"
)


class Player(Protocol):
    """Takes a voice: 16 bits, one channel, 24 kHz."""

    def add(self, pcm: bytes) -> None:
        """Go on with this."""


class SubtitleFile:
    """An SRT file that grows with each sentence.

    Raises:
        OutputUnavailable: there is a file of that name, or it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._next = path, 1
        with _made(path):
            self._file = path.open("x", encoding="utf-8", newline="\n")

    def add(self, said: Confirmed) -> None:
        """One more sentence; it is in the file when this returns."""
        text, self._next = subtitles(said, self._next)
        self._file.write(text)
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()


@contextmanager
def _made(path: Path) -> Iterator[None]:
    """What goes wrong when a file is made, in a sentence."""
    try:
        yield
    except FileExistsError:
        raise OutputUnavailable(f"{path} is there already, and is not overwritten. Choose another name.") from None
    except OSError as error:
        raise OutputUnavailable(f"{path} cannot be written ({error.strerror}). Choose another place.") from error


@contextmanager
def player(speech: str) -> Iterator[Player]:
    """What plays the voice, or writes it into a WAV file.

    Raises:
        LocalizeError: it cannot.
    """
    if speech == PLAY:
        with _loudspeaker() as found:
            yield found
        return
    with _made(Path(speech)):
        file = Path(speech).open("xb")  # noqa: SIM115 - closed below
    with file, wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(VOICE_RATE)
        yield _Written(writer)


class _Written:
    def __init__(self, writer: wave.Wave_write) -> None:
        self._writer = writer

    def add(self, pcm: bytes) -> None:
        """Go on with this; the file is whole after it."""
        self._writer.writeframes(pcm)


@contextmanager
def _loudspeaker() -> Iterator[Player]:
    """Plays in a thread of its own: who listens is not held up; at the end, all is played that was said."""
    try:
        import sounddevice

        make: Any = sounddevice.RawOutputStream
        stream = make(samplerate=VOICE_RATE, channels=1, dtype="int16")
    except (ImportError, OSError, RuntimeError) as error:
        raise LocalizeError(_NO_LOUDSPEAKER) from error
    pieces: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def play() -> None:
        while pcm := pieces.get():
            stream.write(pcm)

    with stream:
        thread = threading.Thread(target=play, daemon=True)
        thread.start()
        yield _Played(pieces)
        pieces.put(b"")
        thread.join()


class _Played:
    def __init__(self, pieces: "queue.SimpleQueue[bytes]") -> None:
        self._pieces = pieces

    def add(self, pcm: bytes) -> None:
        """Play this after what came before."""
        if pcm:
            self._pieces.put(pcm)


class Outputs:
    """All of them.

    Attributes:
        count: how many sentences there were.
    """

    def __init__(self, screen: Screen, subtitles: SubtitleFile | None, player: Player | None) -> None:
        self.screen, self._subtitles, self._player = screen, subtitles, player
        self.count = 0

    async def confirm(self, said: Confirmed) -> None:
        """A sentence that stays."""
        self.count += 1
        await anyio.to_thread.run_sync(self._take, said)

    def _take(self, said: Confirmed) -> None:
        if self._subtitles:
            self._subtitles.add(said)
        self.screen.confirm(said)
        if self._player:
            self._player.add(b"".join(said.voice))

    async def provisional(self, source: str, translation: str) -> None:
        """How the present sentence looks; the next one replaces it."""
        self.screen.provisional(source, translation)

    @property
    def places(self) -> str:
        """Where what was said is."""
        return f" Subtitles: {self._subtitles.path}." if self._subtitles else ""
