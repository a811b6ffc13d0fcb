"""What becomes of each sentence: it is shown, written as a subtitle, and spoken."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import anyio
import anyio.to_thread

from qwen_localize_tools.interpret_speech.live import Confirmed

from ...errors import LocalizeError, OutputUnavailable
from .growing import SubtitleFile, VoiceFile
from .loudspeaker import loudspeaker
from .screen import Screen

PLAY = "play"


class Player(Protocol):
    """Takes a voice: 16 bits, one channel, 24 kHz."""

    def add(self, pcm: bytes) -> None:
        """Go on with this."""

    def finish(self) -> None:
        """Return when all has come through."""


def player(speech: str, screen: Screen) -> AbstractContextManager[Player]:
    """What plays the voice, or writes it into a WAV file.

    Raises:
        LocalizeError: it cannot.
    """
    return loudspeaker(screen.say) if speech == PLAY else VoiceFile(Path(speech))


class Outputs:
    """All of them.

    Attributes:
        count: how many sentences there were.
        error: why nothing more can be put out.
        is_closed: whether nobody reads any more what is shown.
        give_up: called when one of these has happened.
    """

    def __init__(self, screen: Screen, subtitles: SubtitleFile | None, player: Player | None) -> None:
        self.screen, self._subtitles, self._player = screen, subtitles, player
        self.count = 0
        self.error: LocalizeError | None = None
        self.is_closed = False
        self.give_up: Callable[[], None] = lambda: None

    async def confirm(self, said: Confirmed) -> None:
        """A sentence that stays. Once it cannot be put out, nothing is any more."""
        self.count += 1
        try:
            await anyio.to_thread.run_sync(self._take, said)
        except LocalizeError as error:
            self.error = error
        except BrokenPipeError:
            self.is_closed = True
        except OSError as error:
            words = f"Standard output cannot be written ({error.strerror}). Make room, or send it elsewhere."
            self.error = OutputUnavailable(words)
        if self.error or self.is_closed:
            self.give_up()
            await anyio.sleep_forever()  # what is called off comes no further: it is not done with

    def _take(self, said: Confirmed) -> None:
        try:
            if self._subtitles:
                self._subtitles.add(said)
            if self._player:
                self._player.add(b"".join(said.voice))
        finally:
            self.screen.confirm(said)

    async def provisional(self, source: str, translation: str) -> None:
        """How the present sentence looks; the next one replaces it."""
        self.screen.provisional(source, translation)

    async def finish(self) -> None:
        """Return when all is played."""
        if self._player:
            await anyio.to_thread.run_sync(self._player.finish, abandon_on_cancel=True)

    @property
    def places(self) -> str:
        """Where what was said is."""
        return f" Subtitles: {self._subtitles.path}." if self._subtitles and self.count else ""
