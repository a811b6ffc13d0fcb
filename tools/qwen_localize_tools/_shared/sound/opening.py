"""Opens a stranger's recording for the programs: that file and no other, whatever it says inside."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import av
from av.container import InputContainer
from av.stream import Disposition

# Playlists, lists of files, descriptions of streams and pictures are none of these: they lead elsewhere.
_FORMATS = (
    "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dsf,dts,eac3,flac,flv,gsm,loas,matroska,mov,mp3,mpc,mpc8,mpeg,"
    "mpegts,mxf,nut,ogg,rm,tak,tta,voc,w64,wav,wv"
)
# A file object needs no protocol; this name is none's.
_OPTIONS = {"format_whitelist": _FORMATS, "protocol_whitelist": "none"}
_BUFFER = 256 * 1024
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_PICTURE_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1")
_LOCKED_TAGS = ("drms", "drmi", "drmt", "aavd", "enca", "encv")
_PACKETS_LOOKED_AT = 32


class Refused(ValueError):
    """The file cannot be used; `word` says why."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class _Nameless:
    """A file without its name: FFmpeg believes endings, and opens files that a name tells it to."""

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


@contextmanager
def opened(path: str) -> Iterator[InputContainer]:
    """The recording in a file.

    Raises:
        Refused: it is empty, no recording, or locked.
    """
    if not Path(path).stat().st_size:
        raise Refused("empty")
    with Path(path).open("rb") as file, _container(file) as container:
        if not container.streams.audio and not container.streams.video:
            raise Refused("unreadable")
        yield container


def _container(file: BinaryIO) -> InputContainer:
    try:
        return av.open(_Nameless(file), "r", options=_OPTIONS, buffer_size=_BUFFER, metadata_errors="replace")
    except (av.FFmpegError, UnicodeError) as error:
        raise Refused("unreadable") from error


def check_unlocked(path: str) -> None:
    """Refuse what is encrypted.

    Raises:
        Refused: it is.
    """
    with opened(path) as container:
        if any(name.lower().startswith("asf_protection") for name in container.metadata):
            raise Refused("encrypted")
        for stream in container.streams:
            if tag(stream).lower() in _LOCKED_TAGS:
                raise Refused("encrypted")
        for number, packet in enumerate(packets(container)):
            if packet.has_sidedata("encryption_info"):
                raise Refused("encrypted")
            if number > _PACKETS_LOOKED_AT:
                break


def tag(stream: Any) -> str:
    """The four letters that name a stream's codec in its container; empty if they are none."""
    try:
        return str(stream.codec_context.codec_tag) if stream.codec_context else ""
    except UnicodeDecodeError:
        return ""


def packets(container: InputContainer, *streams: Any) -> Iterator[Any]:
    """What can be read of it, up to where it is broken."""
    try:
        for packet in container.demux(*streams):
            if packet.size:
                yield packet
    except av.FFmpegError:
        return


def is_picture(path: str) -> bool:
    """Whether it is a picture, by its first bytes."""
    with Path(path).open("rb") as file:
        head = file.read(16)
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    return head.startswith(_PICTURES) or (head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS)


def moving_picture(container: InputContainer) -> Any:
    """The video that it shows, which is not its cover; None if there is none."""
    shown = [stream for stream in container.streams.video if not is_cover(stream)]
    best = container.streams.best("video")
    return next((stream for stream in shown if best and stream.index == best.index), shown[0] if shown else None)


def is_cover(stream: Any) -> bool:
    """Whether a video is the picture on a record's cover."""
    return bool(stream.disposition & (Disposition.attached_pic | Disposition.still_image))


def origin(container: InputContainer) -> float:
    """When it begins, in its own time: players count from there."""
    return max(0.0, (container.start_time or 0) / av.time_base)


def silence_log() -> None:
    """Keep FFmpeg from remembering what it would say of a broken file."""
    av.logging.set_level(None)
    os.environ.pop("FFREPORT", None)
