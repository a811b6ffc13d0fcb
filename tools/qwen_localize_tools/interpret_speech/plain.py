"""WAV files of 16 bits, read with what Python has: for who has not installed PyAV."""

import sys
import wave
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qwen_localize.errors import BadInput, quote

_RATE = 16_000
_FRAMES = 65_536


@dataclass(frozen=True)
class PlainWav:
    """One such file."""

    path: Path
    rate: int
    channels: int
    frames: int

    @classmethod
    def of(cls, path: Path, name: str) -> "PlainWav":
        """The file.

        Raises:
            BadInput: it is another kind of recording; says what to install.
        """
        try:
            with wave.open(str(path)) as file:
                found = cls(path, file.getframerate(), file.getnchannels(), file.getnframes())
                is_plain = file.getsampwidth() == 2 and found.rate > 0
        except (wave.Error, EOFError, OSError):
            is_plain = False
        if not is_plain:
            raise BadInput(
                f"{quote(name, 60)} is no WAV of 16 bits, which is all that can be read without PyAV. Ask the user to "
                "run `uv sync --extra media`, or to convert it."
            )
        return found

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.frames / self.rate

    def write(self, into: Path) -> None:
        """Write its sound as raw samples in one channel, 16 kHz."""
        with into.open("wb") as file:
            for samples in self._resampled():
                if sys.byteorder == "big":
                    samples.byteswap()
                file.write(samples.tobytes())

    def _resampled(self) -> Iterator["array[int]"]:
        """The samples, each on the line between the two that it lies between."""
        step, position, rest = self.rate / _RATE, 0.0, array("h")
        for block in self._mixed():
            if step == 1:
                yield block
                continue
            rest += block
            made = array("h")
            while position + 1 < len(rest):
                at = int(position)
                made.append(int(rest[at] + (rest[at + 1] - rest[at]) * (position - at)))
                position += step
            whole = min(int(position), len(rest))
            rest, position = rest[whole:], position - whole
            yield made

    def _mixed(self) -> Iterator["array[int]"]:
        with wave.open(str(self.path)) as file:
            while data := file.readframes(_FRAMES):
                samples = array("h", data[: len(data) // 2 * 2])
                if sys.byteorder == "big":
                    samples.byteswap()
                if self.channels == 1:
                    yield samples
                    continue
                sides = [samples[side :: self.channels] for side in range(self.channels)]
                yield array("h", (sum(frame) // self.channels for frame in zip(*sides, strict=False)))
