"""Gives a video another voice and subtitles, as tracks beside its own; a part of `program`. The picture stays as it is.

{"do": "dub", "video", "voice", "subtitles", "language", "into", …} is answered with {"container", "ending",
"mime_type", "audio_tracks", "subtitle_tracks", "video_bytes_sha256", "left_out"}. The voice is a WAV file, the
subtitles are SRT; either may be missing. Further: "original_language", and "titles": {"voice", "original",
"subtitles"}.
"""

import hashlib
import heapq
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from itertools import chain
from typing import Any, cast

import av
from av.audio.resampler import AudioResampler
from av.container import InputContainer, OutputContainer
from av.stream import Disposition

from .codes import three_letters
from .opening import Refused, check_unlocked, is_cover, moving_picture, opened, origin, packets, silence_log, tag

_MP4 = "mp4"
_MATROSKA = "matroska"
_KINDS = {_MP4: ("mp4", "video/mp4"), _MATROSKA: ("mkv", "video/x-matroska")}
_OPTIONS = {_MP4: {"movflags": "+faststart"}, _MATROSKA: {}}
_SUBTITLES = {_MP4: "mov_text", _MATROSKA: "subrip"}
# How text is to look; players have their own mind.
_LOOKS = b"""[Script Info]
ScriptType: v4.00+
PlayResX: 384
PlayResY: 288

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
# What the container says of itself, and not of the film.
_OWN = {"major_brand", "minor_version", "compatible_brands", "encoder", "duration"}
_BIT_RATE = 96_000
# As other players want to have it named.
_TAGS = ("hvc1", "dvh1", "avc3", "hev1", "dvhe")
_MICROSECOND = Fraction(1, 1_000_000)

# A packet and when it comes; a number keeps those of one time in order.
Timed = tuple[float, int, Any]


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request."""
    silence_log()
    try:
        check_unlocked(request["video"])
        with opened(request["video"]) as source:
            return _dubbed(source, request) if moving_picture(source) else {"error": "no_video"}
    except Refused as error:
        return {"error": error.word}


def _dubbed(source: InputContainer, request: dict[str, Any]) -> dict[str, Any]:
    kind = _container_for(source, request["into"])
    with ExitStack() as stack:
        container = stack.enter_context(av.open(request["into"], "w", format=kind, container_options=_OPTIONS[kind]))
        film = _Film(source, container, kind, request)
        container.start_encoding()
        ways = [film.copied(), *(way for way in (film.spoken(stack), film.titled(stack)) if way)]
        for _, _, packet in heapq.merge(*ways, key=lambda timed: timed[:2]):
            container.mux_one(packet)
    ending, mime_type = _KINDS[kind]
    return {
        "container": "mp4" if kind == _MP4 else "mkv",
        "ending": ending,
        "mime_type": mime_type,
        "audio_tracks": film.audio_tracks,
        "subtitle_tracks": film.subtitle_tracks,
        "video_bytes_sha256": film.digest.hexdigest(),
        "left_out": film.left_out,
    }


def _container_for(source: InputContainer, into: str) -> str:
    """MP4 for what came in one, if it takes the picture and all sound; else Matroska, which takes nearly all."""
    if not source.format.name.startswith("mov,"):
        return _MATROSKA
    with av.open(into, "w", format=_MP4) as trial:
        wanted = [moving_picture(source), *source.streams.audio]
        return _MP4 if all(_copy_of(stream, trial) for stream in wanted) else _MATROSKA


def _copy_of(stream: Any, container: OutputContainer) -> Any:
    """A stream for the same packets; None if the container does not take them."""
    if stream.codec_context is None and stream.type != "attachment":
        return None
    try:
        copy = container.add_stream_from_template(stream, opaque=True)
    except ValueError:
        return None
    if tag(stream) in _TAGS and container.format.name == _MP4:
        copy.codec_context.codec_tag = tag(stream)
    copy.metadata.update({name: text for name, text in stream.metadata.items() if name.lower() not in _OWN})
    return copy


class _Film:
    """The streams of the new file, and what comes into each.

    Attributes:
        audio_tracks: how many there are.
        subtitle_tracks: how many there are.
        digest: of the bytes of the picture.
        left_out: the kinds of streams that the container does not take.
    """

    def __init__(self, source: InputContainer, container: OutputContainer, kind: str, request: dict[str, Any]) -> None:
        self._source, self._kind, self._request = source, kind, request
        self._container = container
        self.digest = hashlib.sha256()
        self.left_out: list[str] = []
        container.metadata.update({name: text for name, text in source.metadata.items() if name not in _OWN})
        self._picture = moving_picture(source)
        self._copies: dict[int, Any] = {}
        self._taken(self._picture)
        self._voice = self._new_voice() if request.get("voice") else None
        self._copy_sound()
        self._subtitles = self._new_subtitles() if request.get("subtitles") else None
        self._copy_others()
        container.set_chapters(source.chapters())
        self.audio_tracks = len(container.streams.audio)
        self.subtitle_tracks = len(container.streams.subtitles)

    def copied(self) -> Iterator[Timed]:
        """What is taken over, from the beginning on."""
        shift = round(origin(self._source) / _MICROSECOND)
        last: dict[int, int] = {}
        streams = [stream for stream in self._source.streams if stream.index in self._copies and _is_timed(stream)]
        for number, packet in enumerate(packets(self._source, *streams)):
            if packet.stream_index == self._picture.index:
                self.digest.update(packet)
            _in_order(packet, round(shift * _MICROSECOND / packet.time_base), last)
            packet.stream = self._copies[packet.stream_index]
            yield float(packet.dts * packet.time_base), number, packet

    def spoken(self, stack: ExitStack) -> Iterator[Timed] | None:
        """The voice, encoded."""
        if not self._voice:
            return None
        sound = stack.enter_context(av.open(self._request["voice"], "r", format="wav"))
        return self._encoded(sound)

    def titled(self, stack: ExitStack) -> Iterator[Timed] | None:
        """The subtitles."""
        if not self._subtitles:
            return None
        texts = stack.enter_context(av.open(self._request["subtitles"], "r", format="srt"))
        return self._written(texts)

    def _encoded(self, sound: InputContainer) -> Iterator[Timed]:
        voice = cast(Any, self._voice)
        resampler = AudioResampler("fltp", "mono", voice.rate)
        for frame in chain(sound.decode(audio=0), [None]):
            for part in resampler.resample(frame):
                yield from self._numbered(voice.encode(part))
        yield from self._numbered(voice.encode(None))

    def _numbered(self, encoded: Sequence[Any]) -> Iterator[Timed]:
        for packet in encoded:
            # In Matroska, what comes before the beginning would move all the rest; it is silence.
            if self._kind == _MP4 or packet.pts >= 0:
                yield float(packet.dts * packet.time_base), 0, packet

    def _written(self, texts: InputContainer) -> Iterator[Timed]:
        subtitles = cast(Any, self._subtitles)
        for number, packet in enumerate(packets(texts)):
            text = bytes(packet)
            made = av.Packet(len(text).to_bytes(2, "big") + text if self._kind == _MP4 else text)
            made.pts = made.dts = packet.pts
            made.duration, made.time_base = packet.duration, packet.time_base
            made.stream = subtitles
            yield float(packet.pts * packet.time_base), number, made

    def _new_voice(self) -> Any:
        with av.open(self._request["voice"], "r", format="wav") as sound:
            rate = sound.streams.audio[0].rate
        voice: Any = self._container.add_stream(
            "aac", rate=rate, layout="mono", bit_rate=_BIT_RATE, options={"aac_coder": "fast"}
        )
        voice.disposition = Disposition.default | Disposition.dub
        self._name(voice, "voice", self._request["language"])
        return voice

    def _new_subtitles(self) -> Any:
        subtitles: Any = self._container.add_stream(_SUBTITLES[self._kind])
        subtitles.codec_context.subtitle_header = _LOOKS
        self._name(subtitles, "subtitles", self._request["language"])
        return subtitles

    def _name(self, stream: Any, what: str, language: str) -> None:
        stream.metadata["language"] = three_letters(language)
        if title := (self._request.get("titles") or {}).get(what):
            stream.metadata["title"] = title
            if self._kind == _MP4:
                stream.metadata["handler_name"] = title

    def _copy_sound(self) -> None:
        for stream in self._source.streams.audio:
            copy = self._taken(stream)
            if not copy:
                continue
            copy.disposition = stream.disposition & ~Disposition.default if self._voice else stream.disposition
            if language := self._request.get("original_language"):
                known = stream.language not in (None, "und")
                self._name(copy, "original", str(stream.language) if known else language)

    def _copy_others(self) -> None:
        for stream in self._source.streams:
            if stream.index in self._copies or stream.type == "audio":
                continue
            if is_cover(stream) or not (copy := self._taken(stream)):
                continue
            copy.disposition = stream.disposition & ~Disposition.default

    def _taken(self, stream: Any) -> Any:
        copy = _copy_of(stream, self._container)
        if copy:
            self._copies[stream.index] = copy
        else:
            self.left_out.append(f"{stream.type} {stream.index}")
        return copy


def _is_timed(stream: Any) -> bool:
    return bool(stream.type != "attachment")


def _in_order(packet: Any, shift: int, last: dict[int, int]) -> None:
    """Shift a packet to the new beginning, and let it come after the one before it, as containers want it."""
    before = last.get(packet.stream_index)
    if packet.dts is None:
        packet.dts = before + shift + 1 if before is not None else packet.pts or 0
    if packet.pts is None:
        packet.pts = packet.dts
    dts = packet.dts - shift
    if before is not None and dts <= before:
        dts = before + 1
    packet.pts, packet.dts = max(packet.pts - shift, dts), dts
    last[packet.stream_index] = dts
