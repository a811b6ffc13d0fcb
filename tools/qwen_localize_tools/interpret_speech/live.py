"""The engine for somebody who speaks now: sound goes in as it is made, sentences come out as they are certain."""

import re
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from qwen_localize.clock import Clock
from qwen_localize.tool import Context, Receipt

from .._shared.sound.resampling import RATE, Resampler
from .._shared.sound.wav import VOICE_RATE
from .._shared.sound.wav import header as wav_header
from .._shared.subtitles import Said as Spoken
from .._shared.subtitles import bilingual, srt
from .._shared.times import clock
from .checking import checked
from .events import Partial
from .hearing import BYTES_PER_MS, STEP
from .interpreter import Interpreter
from .models import DEFAULT, ROWS
from .session import Listener, Said
from .sounds import LiveSound
from .wish import Wish

__all__ = [
    "DEFAULT_MODEL",
    "RATE",
    "VOICE_RATE",
    "Confirmed",
    "Live",
    "Resampler",
    "Subtitler",
    "wanted",
    "wav_header",
]

DEFAULT_MODEL = DEFAULT
# So much is taken in before the engine asks for more, in milliseconds; and so much sooner than it can be spoken.
_AHEAD, _SOONER = 300, 1000
# Of so many steps it is known when they came: of ten minutes.
_MOST_STEPS = 6000
_LAST_END = re.compile(r"--> (\d+):(\d+):(\d+),(\d+)\n")


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
        return clock(self.start)

    @property
    def words(self) -> str:
        """The translation, or why there is none."""
        return self.translation or (f"({self.error})" if self.error else "")


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


class Subtitler:
    """Makes subtitles of sentences one by one: they are numbered on, and none is shown over another."""

    def __init__(self) -> None:
        self._number, self._end = 1, 0.0

    def text(self, said: Confirmed) -> str:
        """A sentence as SRT."""
        start = max(said.start, self._end)
        text = srt(bilingual([Spoken(start, max(said.end, start), said.source, said.words)]))
        if not (ends := _LAST_END.findall(text)):
            return ""
        hours, minutes, seconds, rest = map(int, ends[-1])
        self._end = hours * 3600 + minutes * 60 + seconds + rest / 1000
        timed = [block.partition("\n")[2] for block in text.strip().split("\n\n")]
        first, self._number = self._number, self._number + len(timed)
        return "".join(f"{number}\n{block}\n\n" for number, block in enumerate(timed, first))


class Moments:
    """When each step of the sound came, as far back as anybody asks.

    Args:
        clock: what time it is.

    Attributes:
        size: how much has come, in bytes.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.size = 0
        self._steps, self._came = 0, deque[float](maxlen=_MOST_STEPS)
        self._began: float | None = None

    def add(self, size: int) -> None:
        """So many more bytes have come."""
        self.size += size
        now = self._clock.now()
        self._began = now if self._began is None else self._began
        while self._steps * STEP * BYTES_PER_MS < self.size:
            self._came.append(now)
            self._steps += 1

    def since(self, end: int) -> float:
        """How long ago the sound came that ends there, in seconds."""
        if not self._came:
            return 0.0
        index = -(-end // STEP) - 1 - (self._steps - len(self._came))
        return self._clock.now() - self._came[min(max(index, 0), len(self._came) - 1)]

    @property
    def ahead(self) -> float:
        """How much more has come than can have been spoken since it began, in milliseconds."""
        if self._began is None:
            return 0.0
        return self.size / BYTES_PER_MS - (self._clock.now() - self._began) * 1000


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
        self._moments = Moments(context.clock)
        self.sessions = 0

    @property
    def receipt(self) -> Receipt:
        """What it has cost so far."""
        return self._series.receipt

    async def ready(self) -> None:
        """Return when more sound is wanted, for a source that may be able to wait.

        A recording can, but somebody who speaks cannot: what comes no sooner than it can be spoken is always wanted.
        """
        if self._moments.ahead > _SOONER:
            await self._sound.wanted(self._moments.size // BYTES_PER_MS - _AHEAD)

    def add(self, pcm: bytes) -> None:
        """What came next: 16 bits, one channel, `RATE`; nothing does after the end."""
        if self._sound.length is None:
            self._sound.add(pcm)
            self._moments.add(len(pcm))

    def end(self) -> None:
        """Nothing comes any more."""
        self._sound.end()

    async def run(self, outlet: Outlet) -> None:
        """Interpret until the end.

        Raises:
            LocalizeError: it cannot go on; what was confirmed stands.
        """

        async def hear(said: Said) -> None:
            if said.source or said.translation or said.error:
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
        latency = self._moments.since(said.end)
        times = said.start / 1000, said.end / 1000
        return Confirmed(*times, said.source, said.translation, said.voice, said.error, latency)
