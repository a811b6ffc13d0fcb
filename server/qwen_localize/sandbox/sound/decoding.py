"""Sound and video files to bare sound, by PyAV where it is installed."""

import io
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import Refusal, unreadable
from .pcm import HEARD_RATE, WIDTH, resample, seconds

if TYPE_CHECKING:
    from av import AudioFrame


@dataclass(frozen=True)
class Recording:
    """A decoded file.

    Attributes:
        pcm: its sound at HEARD_RATE; empty if it has none.
        length: in seconds, of the sound or the video, whichever is longer.
        size: width and height of its pictures, in pixels; None if it has none.
    """

    pcm: bytes
    length: float
    size: tuple[int, int] | None = None


def decode(data: bytes) -> Recording:
    """Decode a file.

    Raises:
        Refusal: it is neither sound nor video, or PyAV would be needed and is missing.
    """
    try:
        import av
    except ImportError:
        return _wave(data)
    try:
        with av.open(io.BytesIO(data), "r") as container:
            video = next(iter(container.streams.video), None)
            size = (video.codec_context.width, video.codec_context.height) if video else None
            length = (container.duration or 0) / 1_000_000
            pcm = _resampled(container.decode(audio=0)) if container.streams.audio else b""
    except (av.FFmpegError, ValueError) as error:
        raise unreadable() from error
    if not pcm and size is None:
        raise unreadable()
    return Recording(pcm, max(length if size else 0.0, seconds(pcm, HEARD_RATE)), size)


def _resampled(frames: "Iterable[AudioFrame]") -> bytes:
    from av import AudioResampler

    resampler = AudioResampler("s16", "mono", HEARD_RATE)
    parts = [part for frame in (*frames, None) for part in resampler.resample(frame)]
    return b"".join(bytes(part.planes[0])[: part.samples * WIDTH] for part in parts)


def _wave(data: bytes) -> Recording:
    """A WAV of 16-bit samples, which the standard library can read too."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, WIDTH):
                raise _undecodable()
            pcm = resample(file.readframes(file.getnframes()), file.getframerate(), HEARD_RATE)
    except (wave.Error, EOFError) as error:
        raise _undecodable() from error
    return Recording(pcm, seconds(pcm, HEARD_RATE))


def _undecodable() -> Refusal:
    words = "This sandbox decodes only WAV of 16 bit mono: install qwen-localize[sandbox] for the rest."
    return Refusal(400, "InvalidParameter", words)
