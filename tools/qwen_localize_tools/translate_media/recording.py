"""A recording or a video: what it is, whether it can be translated, and its sound in pieces."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import anyio.to_thread

from qwen_localize.files import Apart

from .._shared.sound.recordings import RATE, asked, can_decode, decode, probed
from .models import MOST_TOKENS_IN, Size, expected, picture_tokens

# What is longer is more likely a mistake than an order; and cost and time can no longer be overlooked.
MOST_HOURS = 4
# Pieces are as long as keeps subtitles near what is said; where a voice goes with pictures, nearer.
_PIECE, _DUBBED_PIECE, _LEAST_PIECE = 30.0, 8.0, 2.0
# A whole file goes into memory, and is uploaded.
MOST_WHOLE_BYTES = 40 * 1024 * 1024


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
    found = await probed(apart, name, path, MOST_HOURS)
    seconds, video = float(found["duration"]), found.get("video") or {}
    language = str(found["audio"].get("language", ""))
    size = {"width": int(video.get("width", 0)), "height": int(video.get("height", 0))}
    return Recording(name, _kind(name), seconds, is_video=bool(video), language=language, **size)


def _kind(name: str) -> str:
    return Path(name).suffix.lower().removeprefix(".") or "wav"


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
    pcm = folder / "sound.pcm"
    damaged = await decode(apart, recording.name, path, pcm, MOST_HOURS)
    most = _DUBBED_PIECE if dubbed else _PIECE
    wanted = {"do": "cut", "pcm": str(pcm), "rate": RATE, "most": most, "least": _LEAST_PIECE}
    found = await asked(apart, recording.name, wanted)
    pieces = [Piece(piece["start"], piece["end"], _stretches(piece["speech"])) for piece in found["pieces"]]
    return Cut(pieces, damaged)


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
    await asked(apart, recording.name, request)
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
