"""A recording or a video: what it is, whether it can be translated, and its sound in pieces."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import anyio.to_thread

from qwen_localize.errors import BadInput, StateUnavailable, quote
from qwen_localize.files import Apart

from .models import MOST_TOKENS_IN, Size, expected, picture_tokens

PROGRAM = Path(__file__).parent.parent / "_shared" / "sound" / "program.py"
RATE = 16_000
# What is longer is more likely a mistake than an order; and cost and time can no longer be overlooked.
MOST_HOURS = 4
# Pieces are as long as keeps subtitles near what is said; where a voice goes with pictures, nearer.
_PIECE, _DUBBED_PIECE, _LEAST_PIECE = 30.0, 8.0, 2.0
# A whole file goes into memory, and is uploaded.
MOST_WHOLE_BYTES = 40 * 1024 * 1024
_QUICK, _LONG = 60.0, 1800.0
_WORDS = {
    "empty": "is empty. Check that it was written, or get it again.",
    "encrypted": "is protected against copying (DRM), so its sound cannot be read. Use a file without protection.",
    "died": "brought the program down that reads it. Export it anew, as WAV, MP3 or MP4.",
    "endless": "took too long to be read and was given up. Export it anew, as WAV, MP3 or MP4.",
    "memory": "takes more memory to be read than any recording should. Export it anew, as WAV, MP3 or MP4.",
    "undecodable": "has a sound track of which nothing can be decoded. Export it anew, as WAV, MP3 or MP4.",
}
_DISK_FULL = (
    "The disk of the state directory is full, so recordings cannot be decoded. Free some space, or set "
    "QWEN_LOCALIZE_STATE_DIR to a folder on another disk."
)
_BROKEN = "is no recording that can be read: it is broken, or something else under that name. Export or get it anew."


def can_decode() -> bool:
    """Whether the extra `media` is there."""
    return find_spec("av") is not None


@dataclass(frozen=True)
class Recording:
    """What is to be translated.

    Attributes:
        name: the file's own.
        kind: its format, as the service wants it named.
        seconds: how long it is; 0 where nobody could look.
        is_video: whether it has pictures that move.
        width: of these, in pixels; `height` too.
        language: of its sound, as it says itself.
    """

    name: str
    kind: str
    seconds: float = 0.0
    is_video: bool = False
    width: int = 0
    height: int = 0
    language: str = ""

    @property
    def as_json(self) -> dict[str, Any]:
        """As it stands in a job's order."""
        return asdict(self)

    @property
    def stem(self) -> str:
        """Its name without the ending."""
        return Path(self.name).stem or "recording"

    def pictures(self) -> int:
        """Tokens of its pictures, where all of it is seen."""
        return picture_tokens(self.seconds, Size(self.width, self.height)) if self.is_video else 0


@dataclass(frozen=True)
class Piece:
    """A part of a recording, in seconds, and the stretches in it where somebody speaks."""

    start: float
    end: float
    speech: tuple[tuple[float, float], ...]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True)
class Cut:
    """A recording's sound, cut.

    Attributes:
        pieces: in which somebody speaks.
        damaged: how many seconds of it could not be decoded.
    """

    pieces: list[Piece]
    damaged: float


async def looked_at(apart: Apart, name: str, path: Path) -> Recording:
    """What a file is.

    Raises:
        BadInput: it cannot be translated; nothing was sent.
    """
    found = refused(name, await apart.ask({"do": "probe", "path": str(path)}, _QUICK))
    if found.get("is_picture"):
        raise BadInput(f"{quote(name)} is a picture, whatever its name says. translate_image translates pictures.")
    if not found.get("audio"):
        raise BadInput(f"{quote(name)} has no sound track, so there is nothing to translate.")
    seconds, video = float(found["duration"]), found.get("video") or {}
    if seconds > MOST_HOURS * 3600:
        raise BadInput(
            f"{quote(name)} lasts {seconds / 3600:.1f} hours; at most {MOST_HOURS} are taken. Cut it into parts."
        )
    language = str(found["audio"].get("language", ""))
    size = {"width": int(video.get("width", 0)), "height": int(video.get("height", 0))}
    return Recording(name, _kind(name), seconds, is_video=bool(video), language=language, **size)


def _kind(name: str) -> str:
    return Path(name).suffix.lower().removeprefix(".") or "wav"


def refused(name: str, answer: dict[str, Any]) -> dict[str, Any]:
    """What the program that reads strangers' files has answered.

    Raises:
        BadInput: it could not read this one.
        StateUnavailable: the disk is full.
    """
    if answer.get("error") == "disk":
        raise StateUnavailable(_DISK_FULL)
    if error := answer.get("error"):
        raise BadInput(f"{quote(name)} {_WORDS.get(str(error), _BROKEN)}")
    return answer


async def cut(apart: Apart, recording: Recording, path: Path, folder: Path, *, dubbed: bool) -> Cut:
    """The pieces of a recording; its sound then lies in the folder.

    Args:
        apart: the program that reads strangers' files.
        recording: what it is.
        path: where it lies.
        folder: where its sound goes, as `sound.pcm`.
        dubbed: whether a voice is to go with pictures, for which pieces are shorter.

    Raises:
        BadInput: it cannot be decoded.
    """
    pcm = str(folder / "sound.pcm")
    decode = {"do": "decode", "path": str(path), "into": pcm, "rate": RATE, "most": MOST_HOURS * 3600}
    decoded = refused(recording.name, await apart.ask(decode, _LONG))
    most = _DUBBED_PIECE if dubbed else _PIECE
    wanted = {"do": "cut", "pcm": pcm, "rate": RATE, "most": most, "least": _LEAST_PIECE}
    found = refused(recording.name, await apart.ask(wanted, _LONG))
    pieces = [Piece(piece["start"], piece["end"], _stretches(piece["speech"])) for piece in found["pieces"]]
    return Cut(pieces, float(decoded["damaged_seconds"]))


def _stretches(found: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((start, end) for start, end in found)


async def encoded(apart: Apart, recording: Recording, folder: Path, piece: Piece) -> bytes:
    """A piece's sound as FLAC.

    Raises:
        StateUnavailable: the disk is full.
    """
    into = folder / f"{piece.start}.flac"
    span = {"start": piece.start, "end": piece.end, "rate": RATE}
    request = {"do": "encode", "pcm": str(folder / "sound.pcm"), "into": str(into)} | span
    refused(recording.name, await apart.ask(request, _QUICK))
    data = await anyio.to_thread.run_sync(into.read_bytes)
    into.unlink(missing_ok=True)
    return data


def goes_whole(recording: Recording, size: int, *, dubbed: bool) -> bool:
    """Whether a recording goes to the service as it is: a short video, since its pictures help, and what nobody here
    can decode."""
    if not can_decode():
        return True
    most = _DUBBED_PIECE if dubbed else _PIECE
    tokens = expected(recording.seconds, speech=dubbed, pictures=recording.pictures())
    fits = size <= MOST_WHOLE_BYTES and tokens.input <= MOST_TOKENS_IN
    return recording.is_video and recording.seconds <= most and fits
