"""A whole recording: cut, translated piece by piece, and put together again."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from qwen_localize.errors import BadInput, LocalizeError
from qwen_localize.files import Apart, Kept, LocalMedia
from qwen_localize.tool import Context, Ending, Tokens

from .._shared.sound.recordings import PROGRAM, can_decode
from .assembling import Assembled, assembled
from .assignment import Assignment, sound, video
from .models import MODEL, expected
from .pieces import Translation
from .recording import Piece, Recording, cut, encoded

# What is smaller goes inside the request; of a larger one, only its upload's name.
_INLINE = 5_000_000
# A URL's length is not known; so much is set aside for it.
_UNKNOWN_SECONDS = 300.0
# An answer that ran out of room is asked for again in halves, so often.
_MOST_HALVINGS = 3
SILENT = (
    "Nobody speaks in {name}: its sound is silent, or too even to be speech. Nothing was sent or paid. Check the file."
)


@dataclass
class Job:
    """One recording under way.

    Attributes:
        whole: whether it goes to the service as it is.
        apart: reads strangers' files.
        folder: for what is needed meanwhile.
        damaged: how many seconds of the sound could not be decoded.
    """

    context: Context
    recording: Recording
    assignment: Assignment
    kept: Kept
    whole: bool
    apart: Apart
    folder: Path
    damaged: float = 0.0

    @property
    def path(self) -> Path | None:
        """Where the recording lies; None if it is behind a URL."""
        return self.context.files.kept.path(self.kept.digest) if self.kept.digest else None

    @property
    def dubbed(self) -> bool:
        """Whether a voice is to go with pictures."""
        return bool(self.assignment.voice) and self.recording.is_video

    async def pieces(self) -> list[Piece]:
        """The pieces to be translated; none if nobody speaks."""
        seconds = self.recording.seconds
        everything = Piece(0.0, seconds, ((0.0, seconds),) if seconds else ())
        if not self.path or not can_decode():
            return [everything]
        found = await cut(self.apart, self.recording, self.path, self.folder, dubbed=self.dubbed)
        self.damaged = found.damaged
        if not self.whole or not found.pieces:
            return found.pieces
        return [Piece(0.0, seconds, tuple(stretch for piece in found.pieces for stretch in piece.speech))]

    async def content(self, piece: Piece) -> tuple[dict[str, Any], bool]:
        """The part of a message that holds a piece, and whether it names an upload."""
        if not self.whole:
            data = await encoded(self.apart, self.recording, self.folder, piece)
            return sound(LocalMedia("piece.flac", data, "audio/flac").data_uri, "flac"), False
        media = await self.context.files.opened(self.kept)
        url = await self.context.files.offer(MODEL, media, _INLINE)
        part = video(url) if self.recording.is_video else sound(url, self.recording.kind)
        return part, url.startswith("oss://")

    def expected(self, piece: Piece) -> Tokens:
        """What a piece will probably take."""
        pictures = self.recording.pictures() if self.whole else 0
        speech = bool(self.assignment.voice)
        return expected(piece.seconds or _UNKNOWN_SECONDS, speech=speech, pictures=pictures)

    @property
    def mark(self) -> str:
        """What tells the recording from others; behind a URL, there may be another tomorrow."""
        batch = self.context.jobs.batch
        return self.kept.digest or f"{self.kept.url} {batch.id if batch else ''}"


async def work(context: Context, arguments: Mapping[str, Any], inputs: Sequence[Kept]) -> Ending:
    """Translate a recording.

    Raises:
        LocalizeError: it had to stop, and can go on later with what is paid.
    """
    async with _begun(context, arguments, inputs[0]) as job:
        try:
            pieces = await job.pieces()
        except BadInput as error:
            return _refused(f"{error} Nothing was sent or paid.")
        if not pieces:
            return _refused(SILENT.format(name=job.recording.name))
        translation = Translation(context, job.assignment, job.mark, job.content, job.expected)
        done = await _translated(job, translation, pieces)
        return _ending(await assembled(job, done, translation), translation)


def _refused(words: str) -> Ending:
    return Ending(message=words, details={}, artifacts=[], usage={}, cost=0.0, failed=True)


@asynccontextmanager
async def _begun(context: Context, arguments: Mapping[str, Any], kept: Kept) -> AsyncIterator[Job]:
    async with context.files.folder() as folder, context.files.apart(PROGRAM) as apart:
        assignment, recording = Assignment(**arguments["assignment"]), Recording(**arguments["recording"])
        if kept.digest:
            await context.files.held(kept)
        yield Job(context, recording, assignment, kept, arguments["whole"], apart, folder)


async def _translated(job: Job, translation: Translation, pieces: list[Piece]) -> list[Piece]:
    """Translate the pieces, in halves those whose answer was too long for one; returns what there is now."""
    await translation.all(pieces)
    for _ in range(_MOST_HALVINGS):
        halved = [half for piece in pieces for half in _halves(job, translation, piece)]
        if len(halved) == len(pieces):
            break
        pieces = halved
        await translation.all(pieces)
    return pieces


def _halves(job: Job, translation: Translation, piece: Piece) -> list[Piece]:
    """A piece whose answer was cut, as two pieces; any other as it is."""
    answer = translation.done.get(piece)
    is_cut = not isinstance(answer, LocalizeError) and answer is not None and answer.is_cut
    if not is_cut or job.whole or len(piece.speech) < 2:
        return [piece]
    middle = (piece.start + piece.end) / 2
    pauses = [(one[1] + other[0]) / 2 for one, other in pairwise(piece.speech)]
    at = min(pauses, key=lambda pause: abs(pause - middle))
    first = tuple(stretch for stretch in piece.speech if stretch[1] <= at)
    return [Piece(piece.start, at, first), Piece(at, piece.end, piece.speech[len(first) :])]


def _ending(made: Assembled, translation: Translation) -> Ending:
    receipt = translation.receipt
    return Ending(
        message=" ".join([made.message, *receipt.remarks]),
        details=made.details,
        artifacts=[file.model_dump() for file in made.files],
        usage=made.usage,
        cost=receipt.cost,
        failed=made.failed,
    )
