"""Recordings and videos for tests, made on the spot: beeps with pauses between, noise, and moving stripes."""

import math
import random
from array import array
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

RATE = 16000
Stretch = tuple[float, float]
_CODECS = {
    "wav": "pcm_s16le",
    "mp3": "libmp3lame",
    "m4a": "aac",
    "ogg": "libopus",
    "flac": "flac",
    "mka": "aac",
    "aac": "aac",
    "ts": "aac",
    "amr": "libopencore_amrnb",
}
_FORMATS = {"m4a": "mp4", "mka": "matroska", "aac": "adts", "ts": "mpegts"}


def beeps(
    seconds: float, loud: Sequence[Stretch] = (), rate: int = RATE, noise: int = 0, seed: int = 1
) -> "array[int]":
    """Samples that are loud in these stretches, in all if there are none; noise is how strong it is elsewhere."""
    dice = random.Random(seed)
    grain = [dice.randint(-noise, noise) for _ in range(rate)] if noise else [0] * rate
    whole = [int(9000 * math.sin(index * 2 * math.pi * 440 / rate)) for index in range(rate)]
    count = int(seconds * rate)
    samples = array("h", (grain * (int(seconds) + 1))[:count])
    for start, end in loud or [(0, seconds)]:
        first, last = int(start * rate), min(int(end * rate), count)
        samples[first:last] = array("h", (whole * (int(end - start) + 2))[: last - first])
    return samples


def recording(
    path: Path,
    seconds: float = 3.0,
    loud: Sequence[Stretch] = (),
    *,
    rate: int = RATE,
    channels: int = 1,
    start: float = 0.0,
    options: dict[str, str] | None = None,
) -> Path:
    """A recording in the format that its ending names; its sound begins at `start`."""
    ending = path.suffix[1:]
    with av.open(str(path), "w", format=_FORMATS.get(ending, ending), options=options or {}) as container:
        stream: Any = container.add_stream(_CODECS[ending], rate=8000 if ending == "amr" else rate)
        stream.layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[channels]
        encode(container, stream, beeps(seconds, loud, rate), rate, channels, start)
    return path


def encode(
    container: Any, stream: Any, samples: "array[int]", rate: int, channels: int = 1, start: float = 0.0
) -> None:
    """Samples of one channel, in all channels of a stream."""
    resampler = av.AudioResampler(stream.codec_context.format.name, stream.layout.name, stream.rate, 0)
    for first in range(0, len(samples), 1024):
        part = samples[first : first + 1024]
        frame = av.AudioFrame("s16", stream.layout.name, len(part))
        frame.planes[0].update(array("h", [value for value in part for _ in range(channels)]).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = rate, first + int(start * rate), Fraction(1, rate)
        for sound in resampler.resample(frame):
            container.mux(stream.encode(sound))
    for sound in resampler.resample(None):
        container.mux(stream.encode(sound))
    container.mux(stream.encode(None))


def video(
    path: Path,
    seconds: float = 2.0,
    *,
    codec: str = "libx264",
    with_audio: bool = True,
    loud: Sequence[Stretch] = (),
    language: str = "",
    start: float = 0.0,
    options: dict[str, str] | None = None,
) -> Path:
    """A video of moving stripes, with beeps that begin at `start`."""
    with av.open(str(path), "w", options=options or {}) as container:
        shown: Any = container.add_stream(codec, rate=25, width=160, height=96, pix_fmt="yuv420p")
        shown.options = {"g": "12", "bf": "2"} if codec == "libx264" else {}
        heard: Any = None
        if with_audio:
            heard = container.add_stream("libopus" if path.suffix == ".webm" else "aac", rate=48000)
            heard.layout = "mono"
            heard.metadata["language"] = language or "und"
        for number in range(int(seconds * 25)):
            container.mux(shown.encode(_stripes(number)))
        container.mux(shown.encode(None))
        if heard:
            encode(container, heard, beeps(seconds - start, loud, 48000), 48000, 1, start)
    return path


def _stripes(number: int) -> Any:
    frame = av.VideoFrame(160, 96, "yuv420p")
    for plane in frame.planes:
        row = bytes((index * 3 + number * 5) % 256 for index in range(plane.line_size))
        plane.update(row * plane.height)
    frame.pts, frame.time_base = number, Fraction(1, 25)
    return frame
