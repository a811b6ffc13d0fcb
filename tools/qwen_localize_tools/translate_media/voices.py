"""The voices of the pieces as one WAV file, and a video that has it as a track."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio.to_thread

from qwen_localize.errors import BadInput, Spoiled
from qwen_localize.files import Apart, Inspected
from qwen_localize.tool import Context, SavedFile

from .._shared.sound.recordings import asked
from .._shared.sound.wav import VOICE_RATE, Placed, WavFile, from_file, laid, layout, strip_riff
from .._shared.workers import in_a_thread
from .answer import PieceAnswer
from .recording import Piece, Recording

_HEAD = 4096
_BLOCK = 1024 * 1024
# What a header can say is the rate of a voice.
_RATES = range(8_000, 48_001)
_SECONDS = 1800.0
_MOST_VIDEO = 8 * 1024**3


@dataclass(frozen=True)
class Voice:
    """The voice of one piece, raw, in a file.

    Attributes:
        begin: where its samples begin, in bytes.
        rate: samples a second.
    """

    piece: Piece
    path: Path
    begin: int
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.path.stat().st_size - self.begin) // 2 / self.rate


@dataclass(frozen=True)
class Spoken:
    """What the voices became.

    Attributes:
        placed: each in its place.
        rate: samples a second.
        seconds: how long all of it is at least.
        drift: by how much a voice begins or ends earlier or later than who spoke, at most.
    """

    placed: Sequence[Placed]
    rate: int
    seconds: float
    drift: float


async def voices(context: Context, answers: Sequence[tuple[Piece, PieceAnswer]]) -> list[Voice]:
    """The voices of the pieces that have one."""
    parts, found = context.files.parts, [(piece, answer.voice) for piece, answer in answers if answer.voice]
    for _, digest in found:
        await parts.brought(digest)
    return await anyio.to_thread.run_sync(lambda: [_voice(piece, parts.path(digest)) for piece, digest in found])


def _voice(piece: Piece, path: Path) -> Voice:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    rate, samples = strip_riff(head) or (VOICE_RATE, head)
    return Voice(piece, path, len(head) - len(samples), rate if rate in _RATES else VOICE_RATE)


async def fitted(apart: Apart, recording: Recording, found: Sequence[Voice], folder: Path) -> list[Voice]:
    """The voices, those faster that would run into the next."""
    ends = [*(voice.piece.start for voice in found[1:]), recording.seconds]
    return [await _fitted(apart, voice, end, folder) for voice, end in zip(found, ends, strict=True)]


async def _fitted(apart: Apart, voice: Voice, end: float, folder: Path) -> Voice:
    room = end - begins(voice.piece)
    if voice.seconds <= room or voice.begin:
        return voice
    into = folder / f"{voice.piece.start}.pcm"
    request = {"do": "fit", "pcm": str(voice.path), "rate": voice.rate, "seconds": room, "into": str(into)}
    answer = await apart.ask(request, _SECONDS)
    return voice if answer.get("error") else replace(voice, path=into)


def begins(piece: Piece) -> float:
    """When somebody begins to speak in a piece."""
    return piece.speech[0][0] if piece.speech else piece.start


def spoken(found: Sequence[Voice], seconds: float) -> Spoken:
    """The voices laid out over a recording of so many seconds. It blocks."""
    dues = [*(begins(voice.piece) for voice in found[1:]), max(seconds, found[-1].piece.end)]
    rate = found[0].rate
    placed = [
        Placed(begins(voice.piece), voice.seconds, from_file(voice.path, voice.begin), due)
        for voice, due in zip(found, dues, strict=True)
    ]
    plan = layout(placed, rate, seconds)
    off = [_off(voice, start) for voice, start in zip(found, plan.starts, strict=True)]
    return Spoken(placed, rate, seconds, max(plan.drift, *off))


def _off(voice: Voice, start: float) -> float:
    """How far the end of a voice that begins there is from the end of who spoke, in seconds."""
    spoke_until = voice.piece.speech[-1][1] if voice.piece.speech else voice.piece.end
    return abs(start + voice.seconds - spoke_until)


async def saved_voice(context: Context, stem: str, spoken: Spoken) -> SavedFile:
    """The voices as a WAV file.

    Raises:
        OutputUnavailable: the disk refused it.
    """
    return await context.files.save(
        stem, in_a_thread(laid(spoken.placed, spoken.rate, spoken.seconds)), WavFile(), once=True
    )


@dataclass(frozen=True)
class Video:
    """A video that was checked when it was made; see `files.ArtifactType`."""

    mime_type: str
    ending: str
    seconds: float
    most_bytes: int = _MOST_VIDEO

    def inspected(self, path: Path) -> Inspected:
        """What it is."""
        if not path.stat().st_size:
            raise Spoiled("The video that was made is empty.")
        return Inspected(self.mime_type, self.ending, {"duration": self.seconds})


async def dubbed(
    context: Context, apart: Apart, recording: Recording, paths: dict[str, Path], lang: str, folder: Path
) -> tuple[SavedFile, dict[str, Any]]:
    """The video with the new voice and subtitles as tracks, and what is to be known of it.

    Args:
        context: where it is saved.
        apart: makes it.
        recording: the video.
        paths: of the `video`, the `voice` and the `subtitles`.
        lang: the target language's code.
        folder: for what is needed meanwhile.

    Raises:
        BadInput: it could not be made.
        OutputUnavailable: the disk refused it.
    """
    into = folder / "dubbed"
    request = {"do": "dub", "language": lang, "into": str(into)} | {name: str(path) for name, path in paths.items()}
    if recording.language:
        request["original_language"] = recording.language
    made = await asked(apart, recording.name, request)
    probed = await asked(apart, recording.name, {"do": "probe", "path": str(into)})
    if not probed.get("video") or not probed.get("audio"):
        raise BadInput("The video that was made has no picture or no sound.")
    kind = Video(str(made["mime_type"]), str(made["ending"]), float(probed["duration"]))
    stem = f"{recording.stem}.{lang}"
    return await context.files.save(stem, in_a_thread(_blocks(into)), kind, once=True), made


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
