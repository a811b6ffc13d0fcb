"""Raw sound brought to one channel at 16 kHz as it comes, with what Python has."""

import sys
from array import array

RATE = 16_000


class Resampler:
    """Brings sound of 16 bits to one channel at `RATE`; each sample lies on the line between two that came.

    Args:
        rate: samples a second that come.
        channels: how many of them at a time.
    """

    def __init__(self, rate: int, channels: int = 1) -> None:
        self._step, self._channels = rate / RATE, channels
        self._odd = b""
        self._rest, self._position = array("h"), 0.0

    def feed(self, data: bytes) -> bytes:
        """What came, as far as it can be told without what follows."""
        samples = self._mixed(self._odd + data)
        if self._step != 1:
            samples = self._between(samples)
        if sys.byteorder == "big":
            samples.byteswap()
        return samples.tobytes()

    def _mixed(self, data: bytes) -> "array[int]":
        width = 2 * self._channels
        whole = len(data) // width * width
        self._odd = data[whole:]
        samples = array("h", data[:whole])
        if sys.byteorder == "big":
            samples.byteswap()
        if self._channels == 1:
            return samples
        sides = [samples[side :: self._channels] for side in range(self._channels)]
        return array("h", (sum(frame) // self._channels for frame in zip(*sides, strict=True)))

    def _between(self, samples: "array[int]") -> "array[int]":
        made, rest, position = array("h"), self._rest + samples, self._position
        while position + 1 < len(rest):
            at = int(position)
            made.append(int(rest[at] + (rest[at + 1] - rest[at]) * (position - at)))
            position += self._step
        whole = min(int(position), len(rest))
        self._rest, self._position = rest[whole:], position - whole
        return made
