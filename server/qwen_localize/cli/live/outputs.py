"""What becomes of each sentence: it is shown, written as a subtitle, and spoken."""

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from qwen_localize_tools.interpret_speech.live import VOICE_RATE, Confirmed, subtitle

from ...errors import LocalizeError, OutputUnavailable
from .screen import Screen

PLAY = "play"


class Player(Protocol):
    """Takes a voice: 16 bits, one channel, 24 kHz."""

    def add(self, pcm: bytes) -> None:
        """Go on with this."""


class Subtitles:
    """An SRT file that grows with each sentence.

    Raises:
        OutputUnavailable: there is a file of that name, or it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._count = path, 0
        try:
            self._file = path.open("x", encoding="utf-8", newline="\n")
        except FileExistsError:
            raise OutputUnavailable(f"{path} is there already, and is not overwritten. Choose another name.") from None
        except OSError as error:
            raise OutputUnavailable(f"{path} cannot be written ({error.strerror}). Choose another place.") from error

    def add(self, said: Confirmed) -> None:
        """One more sentence; it is in the file when this returns."""
        text, self._count = subtitle(said, self._count + 1)
        self._file.write(text)
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()


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
    path = Path(speech)
    try:
        file = path.open("xb")
    except FileExistsError:
        raise OutputUnavailable(f"{path} is there already, and is not overwritten. Choose another name.") from None
    except OSError as error:
        raise OutputUnavailable(f"{path} cannot be written ({error.strerror}). Choose another place.") from error
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
    try:
        import sounddevice

        stream: Any = sounddevice.RawOutputStream(samplerate=VOICE_RATE, channels=1, dtype="int16")
    except (ImportError, OSError) as error:
        words = "Playing the voice needs the extra mic (uv sync --extra mic) and the system's PortAudio library."
        raise LocalizeError(f"{words} Or write it: --speech voice.wav") from error
    with stream:
        yield _Played(stream)


class _Played:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def add(self, pcm: bytes) -> None:
        """Play this; waits while what came before is not played."""
        self._stream.write(pcm)


@dataclass
class Outputs:
    """All of them.

    Attributes:
        count: how many sentences there were.
    """

    screen: Screen
    subtitles: Subtitles | None
    player: Player | None
    count: int = field(default=0)

    def confirm(self, said: Confirmed) -> None:
        """A sentence that stays; it blocks."""
        self.count += 1
        if self.subtitles:
            self.subtitles.add(said)
        self.screen.confirm(said)
        for pcm in said.voice if self.player else ():
            self.player.add(pcm)  # type: ignore[union-attr]

    @property
    def places(self) -> str:
        """Where what was said is."""
        return f" Subtitles: {self.subtitles.path}." if self.subtitles else ""
