"""What of a recording is worth sending: long silences are paid for as well, and some models fail at them."""

import math
import sys
from array import array
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from operator import mul
from typing import Any, Protocol

# What is read and sent at a time (docs/model-studio.md 10.3: about 100 ms in 100 ms), and how many bytes that is.
STEP = 100
BYTES_PER_MS = 32
# Of a silence so much is sent: every service has ended the sentence by then; and so much before the next word.
_MOST_QUIET, _BEFORE = 4_000, 500
# What is shorter is a click, or what is left of a word that was heard, and worth no session.
_LEAST_SOUND = 200
# Decibels below full scale: quieter than the first is silence, louder than the last never is.
_NOTHING, _SILENCE, _SPEECH = -100.0, -60.0, -40.0
# What is so little above the noise is noise, and how fast the noise may rise, in decibels a step.
_RISE, _RISING = 6.0, 0.05

_product_sum: Callable[[Any, Any], float] = getattr(math, "sumprod", lambda one, other: sum(map(mul, one, other)))


class Sound(Protocol):
    """Raw sound: 16 bits, one channel, 16 kHz; times are milliseconds from its beginning.

    Attributes:
        is_live: whether it is made while it is read, so that what was missed should be caught up with.
        length: how much there is; None if nobody knows yet.
    """

    is_live: bool
    length: int | None

    async def read(self, at: int) -> bytes:
        """The next `STEP` milliseconds, waited for where they are not yet spoken; less at the end, then nothing."""

    def forget(self, before: int) -> None:
        """What lies before is not read again."""


@dataclass(frozen=True)
class Heard:
    """A piece of sound; without `pcm` if it is not worth sending.

    Attributes:
        quiet: milliseconds since the last loud one.
    """

    at: int
    pcm: bytes
    quiet: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.at + len(self.pcm) // BYTES_PER_MS


class Ear:
    """Tells sound from silence, by a noise that may change slowly."""

    def __init__(self) -> None:
        self._floor = _SILENCE - _RISE

    def is_loud(self, pcm: bytes) -> bool:
        """Whether there may be speech in it; in doubt there is."""
        level = _decibels(pcm)
        self._floor = min(self._floor + _RISING, level)
        return level >= max(_SILENCE, min(self._floor + _RISE, _SPEECH))


def _decibels(pcm: bytes) -> float:
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    energy = _product_sum(samples, samples) / max(len(samples), 1)
    return 10 * math.log10(energy / 2**30) if energy else _NOTHING


async def next_sound(sound: Sound, at: int, ear: Ear) -> int | None:
    """Where something is to be heard next, or a moment before; None if there is nothing until the end."""
    begin, loud = at, 0
    while pcm := await sound.read(at):
        loud = loud + STEP if ear.is_loud(pcm) else 0
        if loud >= _LEAST_SOUND:
            return max(begin, at + STEP - loud - _BEFORE)
        at += len(pcm) // BYTES_PER_MS or 1
        sound.forget(at - _LEAST_SOUND - _BEFORE)
    return None


async def worth_sending(sound: Sound, at: int, ear: Ear) -> AsyncGenerator[Heard]:
    """The sound from there, with no silence longer than a few seconds."""
    quiet, held = 0, deque[Heard](maxlen=_BEFORE // STEP)
    while pcm := await sound.read(at):
        quiet = 0 if ear.is_loud(pcm) else quiet + STEP
        heard = Heard(at, pcm, quiet)
        at += len(pcm) // BYTES_PER_MS or 1
        if quiet > _MOST_QUIET:
            held.append(heard)
            yield Heard(heard.at, b"", quiet)
            continue
        while held:
            yield held.popleft()
        yield heard
