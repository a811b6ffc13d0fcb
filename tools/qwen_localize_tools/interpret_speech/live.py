"""The engine for somebody who speaks now: sound goes in as it is made, sentences come out as they are certain."""

import bisect
from dataclasses import dataclass
from typing import Protocol

from qwen_localize.tool import Context, Receipt

from .._shared.sound.resampling import RATE, Resampler
from .._shared.sound.wav import VOICE_RATE
from .._shared.subtitles import Said as Spoken
from .._shared.subtitles import bilingual, srt
from .checking import checked
from .events import Partial
from .hearing import BYTES_PER_MS
from .interpreter import Interpreter
from .models import DEFAULT, ROWS
from .session import Listener, Said
from .sounds import LiveSound
from .transcript import clock
from .wish import Wish

__all__ = ["DEFAULT_MODEL", "RATE", "VOICE_RATE", "Confirmed", "Live", "Resampler", "subtitles", "wanted"]

DEFAULT_MODEL = DEFAULT
# So much is taken in before the engine asks for more.
_AHEAD_MS = 1000


@dataclass(frozen=True)
class Confirmed:
    """A sentence that stays; times in seconds from the beginning.

    Attributes:
        voice: the translation as sound: 16 bits, one channel, `VOICE_RATE`.
        error: why it is not translated.
        latency: seconds from the end of its sound to now.
    """

    start: float
    end: float
    source: str
    translation: str
    voice: tuple[bytes, ...]
    error: str
    latency: float

    @property
    def clock(self) -> str:
        """When it began, for people."""
        return clock(round(self.start * 1000))


class Outlet(Protocol):
    """Who wants to know what is said."""

    async def confirm(self, said: Confirmed) -> None:
        """A sentence that stays."""

    async def provisional(self, source: str, translation: str) -> None:
        """How the present sentence looks; the next one replaces it."""


def wanted(model: str, source_lang: str, target_lang: str, *, speech: bool, voice: str) -> Wish:
    """What is wanted.

    Raises:
        BadArgument: the model cannot do it; says what to do.
    """
    return checked(model, source_lang, target_lang, speech=speech, voice=voice, hot_words=[], instructions="")


def subtitles(said: Confirmed, first: int) -> tuple[str, int]:
    """A sentence as SRT, whose first subtitle has that number, and the number of the next."""
    cues = bilingual([Spoken(said.start, said.end, said.source, said.translation or f"({said.error})")])
    blocks = srt(cues).strip().split("\n\n")
    timed = [block.partition("\n")[2] for block in blocks]
    return "".join(f"{number}\n{block}\n\n" for number, block in enumerate(timed, first)), first + len(blocks)


class Live:
    """Somebody who speaks.

    Args:
        context: for the paid connection, and time.
        wish: what is wanted.
    """

    def __init__(self, context: Context, wish: Wish) -> None:
        self.wish = wish
        self._context, self._row = context, ROWS[wish.model]
        self._series = context.calls.series(self._row.model)
        self._sound = LiveSound()
        self._taken = 0
        self._ends: list[int] = []
        self._moments: list[float] = []
        self.sessions = 0

    @property
    def receipt(self) -> Receipt:
        """What it has cost so far."""
        return self._series.receipt

    async def ready(self) -> None:
        """Return when more sound is wanted, for a source that can wait: a pipe can, somebody who speaks cannot."""
        await self._sound.wanted(self._taken - _AHEAD_MS)

    def add(self, pcm: bytes) -> None:
        """What came next: 16 bits, one channel, `RATE`."""
        self._sound.add(pcm)
        self._taken += len(pcm) // BYTES_PER_MS
        self._ends.append(self._taken)
        self._moments.append(self._context.clock.now())

    def end(self) -> None:
        """Nothing comes any more."""
        self._sound.end()

    async def run(self, outlet: Outlet) -> None:
        """Interpret until the end.

        Raises:
            LocalizeError: it cannot go on; what was confirmed stands.
        """

        async def hear(said: Said) -> None:
            if said.source or said.translation:
                await outlet.confirm(self._confirmed(said))

        async def tell(_at: int, partial: Partial) -> None:
            if partial != Partial():
                await outlet.provisional(partial.source, partial.translation)

        engine = Interpreter(self._row, self.wish, self._series, self._context.clock, Listener(hear, tell))
        try:
            await engine.run(self._sound)
        finally:
            self.sessions = engine.sessions

    def _confirmed(self, said: Said) -> Confirmed:
        index = min(bisect.bisect_left(self._ends, said.end), len(self._ends) - 1)
        latency = self._context.clock.now() - self._moments[index]
        del self._ends[:index], self._moments[:index]
        times = said.start / 1000, said.end / 1000
        return Confirmed(*times, said.source, said.translation, said.voice, said.error, latency)
