"""Bare sound: signed 16-bit little-endian samples of one channel, as bytes."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEARD_RATE = 16_000  # samples per second that are listened to
SPOKEN_RATE = 24_000  # and that come back (docs/model-studio.md 9 and 10.1)
WIDTH = 2  # bytes of a sample


def samples(pcm: bytes) -> "NDArray[np.int16]":
    """The samples of a sound; half a sample at its end is left out."""
    import numpy as np

    return np.frombuffer(pcm, "<i2", len(pcm) // WIDTH)


def seconds(pcm: bytes, rate: int) -> float:
    """How long a sound is."""
    return len(pcm) // WIDTH / rate


def resample(pcm: bytes, rate: int, wanted: int) -> bytes:
    """The same sound at another rate, by straight lines between samples."""
    if rate == wanted or not pcm:
        return pcm
    import numpy as np

    old = samples(pcm)
    places = np.arange(len(old) * wanted // rate) * (rate / wanted)
    new: bytes = np.round(np.interp(places, np.arange(len(old)), old)).astype("<i2").tobytes()
    return new
