"""Where speech begins and ends, judged by loudness alone, in the time of the sound itself.

A sample is loud or it is not; nothing is averaged over frames, whose borders would depend on where hearing began. So
the same sound gives the same sentences however it is cut into pieces, however fast it comes, and after any silence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .pcm import WIDTH, samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEAST = 0.1  # seconds; what is shorter is a click
_MOST = 30.0  # seconds; a longer sentence is cut
_STEP = 1.0  # seconds of speech between two reports that it goes on
_LEVEL = 500  # of 32768, at the usual threshold
_USUAL = 0.2


@dataclass(frozen=True)
class Turns:
    """When a sentence has ended.

    Attributes:
        threshold: -1 to 1; the higher, the louder speech must be (docs/model-studio.md 10.1).
        silence: seconds of silence that end a sentence.
    """

    threshold: float = _USUAL
    silence: float = 1.0

    @property
    def level(self) -> float:
        """The amplitude from which on a sample is loud."""
        return float(_LEVEL * 4 ** (self.threshold - _USUAL))


@dataclass(frozen=True)
class Started:
    """Speech began, `start` seconds into the sound."""

    start: float


@dataclass(frozen=True)
class Going:
    """Speech that began at `start` has lasted `lasted` seconds."""

    start: float
    lasted: float


@dataclass(frozen=True)
class Utterance:
    """Finished speech: from its first loud sample, `start` seconds into the sound, to its last."""

    start: float
    end: float
    pcm: bytes


Event = Started | Going | Utterance


class Activity:
    """Finds speech in a sound that comes piece by piece."""

    def __init__(self, turns: Turns, rate: int) -> None:
        self._level = turns.level
        self._silence = round(turns.silence * rate)
        self._rate = rate
        self._half = b""
        self._heard = 0  # samples so far
        self._kept = bytearray()  # from the first loud sample on
        self._first = self._last = -1  # loud samples of the speech that goes on; -1 for none
        self._told = 0  # reports about it

    @property
    def heard(self) -> float:
        """Seconds heard so far."""
        return self._heard / self._rate

    @property
    def quiet(self) -> float:
        """Seconds of silence up to now."""
        return 0.0 if self._first >= 0 else (self._heard - self._last - 1) / self._rate

    def feed(self, pcm: bytes) -> list[Event]:
        """What happens in the next piece."""
        whole = self._half + pcm
        even = len(whole) - len(whole) % WIDTH
        piece, self._half = whole[:even], whole[even:]
        offset = self._heard
        loud = _loud(samples(piece), self._level) + offset
        events = [event for run in _runs(loud, self._silence) for event in self._run(run, piece, offset)]
        self._heard += even // WIDTH
        self._keep(piece, offset)
        if self._first >= 0 and self._heard - self._last - 1 >= self._silence:
            events += self._end(self._last + 1)
        return events

    def flush(self) -> list[Event]:
        """The speech that goes on now, ended."""
        return self._end(self._last + 1) if self._first >= 0 else []

    def _run(self, loud: "NDArray[np.int64]", piece: bytes, offset: int) -> Iterator[Event]:
        """Loud samples with no long silence between them."""
        if self._first >= 0 and loud[0] - self._last > self._silence:
            self._keep(piece, offset)
            yield from self._end(self._last + 1)
        most = round(_MOST * self._rate)
        while len(loud):
            if self._first < 0:
                self._begin(int(loud[0]))
            within = int((loud < self._first + most).sum())
            if within:
                self._last = int(loud[within - 1])
                yield from self._report()
            loud = loud[within:]
            if len(loud):
                self._keep(piece, offset)
                yield from self._end(self._first + most)

    def _begin(self, first: int) -> None:
        self._first, self._told = first, 0
        self._kept.clear()

    def _keep(self, piece: bytes, offset: int) -> None:
        """Keep what of this piece belongs to the speech that goes on."""
        if self._first >= 0:
            missing = self._first + len(self._kept) // WIDTH - offset
            self._kept += piece[max(0, missing) * WIDTH :]

    def _report(self) -> Iterator[Event]:
        lasted = (self._last - self._first + 1) / self._rate
        start = self._first / self._rate
        if not self._told and lasted >= _LEAST:
            self._told = 1
            yield Started(start)
        while self._told and lasted >= self._told * _STEP:
            yield Going(start, self._told * _STEP)
            self._told += 1

    def _end(self, end: int) -> list[Event]:
        first, told = self._first, self._told
        pcm = bytes(self._kept[: (end - first) * WIDTH])
        self._first = -1
        return [Utterance(first / self._rate, end / self._rate, pcm)] if told else []


def _loud(sound: "NDArray[np.int16]", level: float) -> "NDArray[np.int64]":
    """Where a sound is loud."""
    import numpy as np

    return np.flatnonzero((sound >= level) | (sound <= -level))


def _runs(loud: "NDArray[np.int64]", silence: int) -> "list[NDArray[np.int64]]":
    """Loud samples, apart where a long silence is between them."""
    import numpy as np

    return np.split(loud, np.flatnonzero(np.diff(loud) > silence) + 1) if len(loud) else []


def utterances(pcm: bytes, rate: int, turns: Turns) -> list[Utterance]:
    """All speech of a whole sound."""
    activity = Activity(turns, rate)
    return [event for event in (*activity.feed(pcm), *activity.flush()) if isinstance(event, Utterance)]
