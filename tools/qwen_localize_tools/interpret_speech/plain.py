"""WAV files of 16 bits, read with what Python has: for who has not installed PyAV."""

import wave
from dataclasses import dataclass
from pathlib import Path

from qwen_localize.errors import BadInput, quote

from .._shared.sound.resampling import Resampler

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
        resampler = Resampler(self.rate, self.channels)
        with into.open("wb") as file, wave.open(str(self.path)) as source:
            while data := source.readframes(_FRAMES):
                file.write(resampler.feed(data))
