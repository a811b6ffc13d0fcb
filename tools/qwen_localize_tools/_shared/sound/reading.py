"""Says what a recording is, and decodes its sound; a part of `program`.

{"do": "probe", "path"} is answered with {"container", "duration", "audio", "video", "audio_tracks", "is_picture"}, and
{"do": "decode", "path", "into", "rate", "most"} with {"seconds", "damaged_seconds", "is_cut", "is_silent"}.
"""

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.format import Flags

from .opening import Refused, check_unlocked, is_cover, is_picture, moving_picture, opened, origin, packets, silence_log
from .timeline import Timeline

# So much is measured; no recording that a model takes is longer.
_MOST_PACKETS = 6_000_000
_TRIED_PACKETS = 200
# Formats that may be joined of several recordings.
_JOINED: int = cast(Any, Flags.ts_discont).value
# A silence in one piece that is written at once.
_SILENCE = bytes(1024 * 1024)
_LOUD = 32


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request."""
    silence_log()
    try:
        return _probed(request["path"]) if request["do"] == "probe" else _decoded(request)
    except Refused as error:
        return {"error": error.word}


def _probed(path: str) -> dict[str, Any]:
    if Path(path).stat().st_size and is_picture(path):
        return {
            "container": "picture",
            "duration": 0.0,
            "audio": None,
            "video": None,
            "audio_tracks": 0,
            "is_picture": True,
        }
    check_unlocked(path)
    with opened(path) as container:
        audio, video = container.streams.best("audio"), moving_picture(container)
        facts = {
            "container": _container(container),
            "audio": _audio(audio) if audio else None,
            "video": _video(video) if video else None,
            "audio_tracks": len(container.streams.audio),
            "is_picture": False,
            "has_cover": any(map(is_cover, container.streams.video)),
        }
        duration = _measured(container)
    if audio and not video and not _can_decode(path):
        raise Refused("unreadable")
    return facts | {"duration": round(duration, 3)}


def _container(container: InputContainer) -> str:
    name = container.format.name
    if name.startswith("mov,"):
        return "mov" if container.metadata.get("major_brand", "").strip() == "qt" else "mp4"
    return name.partition(",")[0]


def _audio(stream: Any) -> dict[str, Any]:
    facts = {"codec": stream.codec_context.name, "rate": stream.rate, "channels": stream.channels}
    return facts | ({"language": stream.language} if stream.language not in (None, "und") else {})


def _video(stream: Any) -> dict[str, Any]:
    context = stream.codec_context
    rate = float(stream.average_rate or stream.guessed_rate or 0)
    return {"codec": context.name, "width": context.width, "height": context.height, "fps": round(rate, 3)}


def _measured(container: InputContainer) -> float:
    """How long it lasts, by its packets: headers are missing, or lie."""
    streams = [stream for stream in (*container.streams.audio, *container.streams.video) if not is_cover(stream)]
    lines = {stream.index: _timeline(container) for stream in streams}
    number = 0
    for number, packet in enumerate(packets(container, *streams)):
        lines[packet.stream_index].reach(_start(packet), float((packet.duration or 0) * packet.time_base))
        if number > _MOST_PACKETS:
            break
    measured = max((line.end for line in lines.values()), default=0.0)
    return max(measured, (container.duration or 0) / av.time_base) if number > _MOST_PACKETS else measured


def _timeline(container: InputContainer) -> Timeline:
    return Timeline(origin(container), is_joined=bool(container.format.flags & _JOINED))


def _start(timed: Any) -> float | None:
    return None if timed.pts is None or not timed.time_base else float(timed.pts * timed.time_base)


def _can_decode(path: str) -> bool:
    """Whether any of its first sound can be decoded: nearly any bytes look like some format."""
    with opened(path) as container:
        for number, packet in enumerate(packets(container, container.streams.best("audio"))):
            if _frames(packet):
                return True
            if number > _TRIED_PACKETS:
                break
        return False


def _frames(packet: Any) -> list[AudioFrame]:
    try:
        return [frame for frame in packet.decode() if frame.samples]
    except (av.FFmpegError, ValueError):
        return []


def _decoded(request: dict[str, Any]) -> dict[str, Any]:
    check_unlocked(request["path"])
    with opened(request["path"]) as container, Path(request["into"]).open("wb") as file:
        stream = container.streams.best("audio")
        if not stream:
            raise Refused("silent")
        sound = _Sound(file, int(request.get("rate", 16000)), float(request.get("most", 86400)))
        damaged = _written(container, stream, sound)
        sound.close()
    if not sound.has_frames:
        raise Refused("undecodable")
    return {
        "seconds": round(sound.seconds, 3),
        "damaged_seconds": round(damaged, 3),
        "is_cut": sound.is_full,
        "is_silent": not sound.is_loud,
    }


def _written(container: InputContainer, stream: Any, sound: "_Sound") -> float:
    """Write all that can be decoded; how many seconds could not."""
    line, damaged = _timeline(container), 0.0
    for packet in packets(container, stream):
        frames = _frames(packet)
        if not frames and packet.duration and line.end and not packet.is_discard:
            damaged += float(packet.duration * packet.time_base)
        _lay(frames, line, sound)
        if sound.is_full:
            return damaged
    _lay(_rest(stream), line, sound)
    return damaged


def _lay(frames: list[AudioFrame], line: Timeline, sound: "_Sound") -> None:
    for frame in frames:
        gap = line.gap(_start(frame), frame.samples / frame.sample_rate)
        sound.be_silent_until(line.end - frame.samples / frame.sample_rate if gap else 0.0)
        sound.add(frame)


def _rest(stream: Any) -> list[AudioFrame]:
    try:
        return [frame for frame in stream.codec_context.decode(None) if frame.samples]
    except (av.FFmpegError, ValueError, EOFError):
        return []


class _Sound:
    """Raw sound that is written to a file: 16 bits, one channel, at one rate."""

    def __init__(self, file: BinaryIO, rate: int, most: float) -> None:
        self._file, self._rate, self._most = file, rate, int(most * rate)
        self._samples = 0
        self._resampler: AudioResampler | None = None
        self._kind: tuple[str, str, int] | None = None
        self.has_frames = self.is_loud = self.is_full = False

    @property
    def seconds(self) -> float:
        """How much there is."""
        return self._samples / self._rate

    def be_silent_until(self, seconds: float) -> None:
        """Fill up with silence."""
        missing = min(int(seconds * self._rate), self._most) - self._samples
        while missing > 0:
            part = min(missing, len(_SILENCE) // 2)
            self._write(_SILENCE[: part * 2])
            missing -= part

    def add(self, frame: AudioFrame) -> None:
        """Go on with a frame, of whatever kind."""
        self.has_frames = True
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._kind:
            self._flush()
            self._kind, self._resampler = kind, AudioResampler(format="s16", layout="mono", rate=self._rate)
        frame.pts = None
        self._take(self._resampled(frame))

    def close(self) -> None:
        """Write what is still held back."""
        self._flush()

    def _resampled(self, frame: AudioFrame | None) -> Iterator[AudioFrame]:
        if self._resampler:
            yield from self._resampler.resample(frame)

    def _flush(self) -> None:
        self._take(self._resampled(None))
        self._resampler = None

    def _take(self, frames: Iterator[AudioFrame]) -> None:
        for frame in frames:
            self._write(bytes(frame.planes[0])[: frame.samples * 2])

    def _write(self, data: bytes) -> None:
        data = data[: (self._most - self._samples) * 2]
        self._file.write(data)
        self._samples += len(data) // 2
        self.is_full = self._samples >= self._most
        if not self.is_loud and data.strip(b"\0"):
            values = array("h", data)
            self.is_loud = max(max(values), -min(values)) > _LOUD
