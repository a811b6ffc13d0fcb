"""The pieces put together: text, subtitles, voice and video, and what is to be said of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread

from qwen_localize.errors import BadInput, LocalizeError
from qwen_localize.tool import SavedFile, cny
from qwen_localize.wellformed import clipped

from .._shared.sound.recordings import can_decode
from .._shared.subtitles import cues_of, srt, vtt
from .._shared.times import clock
from .._shared.usage import usage
from .answer import PieceAnswer
from .models import MODEL
from .pieces import Translation
from .recording import Piece
from .result import shown
from .unopened import EXTRA
from .voices import Spoken, Voice, dubbed, fitted, saved_voice, spoken, voices

if TYPE_CHECKING:
    from .work import Job

_MOST_NAMED, _MOST_REASON, _MOST_TIMES = 3, 300, 500
# Seconds of damage that are worth a word.
_MUCH = 1.0


@dataclass
class Assembled:
    """What came of a recording."""

    message: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    files: list[SavedFile] = field(default_factory=list)
    usage: dict[str, Any] = field(default_factory=dict)
    failed: bool = False


class Outcome:
    """The pieces in their order, and what came of each."""

    def __init__(self, pieces: Sequence[Piece], translation: Translation) -> None:
        found = [(piece, translation.done[piece]) for piece in pieces]
        self.answers = [(piece, answer) for piece, answer in found if isinstance(answer, PieceAnswer)]
        self.failures = [(piece, error) for piece, error in found if isinstance(error, LocalizeError)]

    @property
    def text(self) -> str:
        """The translation, a piece to a line."""
        return "\n".join(answer.text for _, answer in self.answers if answer.text)

    def remarks(self, *, speaks: bool) -> list[str]:
        """What is to be known of it, in sentences."""
        cut = [piece for piece, answer in self.answers if answer.is_cut]
        empty = [piece for piece, answer in self.answers if not answer.text]
        mute = [piece for piece, answer in self.answers if speaks and answer.text and not answer.voice]
        failed = [f"{_span(piece)}: {clipped(str(error), _MOST_REASON)}" for piece, error in self.failures]
        return [
            *([f"{len(failed)} piece(s) failed. {' '.join(failed[:_MOST_NAMED])}"] if failed else []),
            *([f"The answer was too long and ends early{_where(cut)}. {_shorter()}"] if cut else []),
            *([f"Nothing was said, or understood{_where(empty)}."] if empty else []),
            *([f"The service gave no voice{_where(mute)}."] if mute else []),
        ]


def _shorter() -> str:
    return "Cut the recording into shorter parts." if can_decode() else EXTRA


def _where(pieces: Sequence[Piece]) -> str:
    """Where in the recording, if that is known."""
    spans = [_span(piece) for piece in pieces if piece.end]
    more = f" and {len(spans) - _MOST_NAMED} more" if len(spans) > _MOST_NAMED else ""
    return f" at {', '.join(spans[:_MOST_NAMED])}{more}" if spans else ""


def _span(piece: Piece) -> str:
    return f"{clock(piece.start)}–{clock(piece.end)}"


async def assembled(job: "Job", pieces: Sequence[Piece], translation: Translation) -> Assembled:
    """The files, written, and what is to be said."""
    outcome = Outcome(pieces, translation)
    if not outcome.answers:
        reason = f"{job.recording.name}: {outcome.failures[0][1]}"
        return Assembled(reason, usage=usage(translation.receipt), failed=True)
    files, remarks = await _texts(job, outcome), outcome.remarks(speaks=bool(job.assignment.voice))
    details = _details(outcome)
    found = await voices(job.context, outcome.answers)
    if found:
        sound, words, facts = await _sounds(job, found, outcome)
        files, remarks, details = [*files, *sound], [*remarks, *words], details | facts
    cost = translation.receipt.cost
    length = f", {clock(job.recording.seconds)}" if job.recording.seconds else ""
    head = f"{job.recording.name}{length} into {job.assignment.target_lang} by {MODEL.name}, {cny(cost)}."
    if not can_decode() and job.path:
        remarks = [*remarks, f"There are no subtitles, since nobody here can tell when what was said: {EXTRA}"]
    if job.damaged >= _MUCH:
        remarks = [*remarks, f"About {job.damaged:.0f} s of its sound are damaged, and could not be translated."]
    saved = f"Saved {', '.join(file.path for file in files)}."
    return Assembled(" ".join([head, saved, *remarks]), details, files, usage(translation.receipt))


def _details(outcome: Outcome) -> dict[str, Any]:
    failures = [{"at": _span(piece), "reason": clipped(str(error), _MOST_REASON)} for piece, error in outcome.failures]
    counts = {"pieces": len(outcome.answers) + len(failures), "failed": len(failures)}
    times = [[piece.start, piece.end] for piece, _ in outcome.answers[:_MOST_TIMES]]
    return {"text": shown(outcome.text), **counts, "times": times, "failures": failures[:_MOST_NAMED]}


async def _texts(job: "Job", outcome: Outcome) -> list[SavedFile]:
    """Text and subtitles; none of the latter where nobody knows when what was said."""
    stem = f"{job.recording.stem}.{job.assignment.target_lang}"
    cues = [cue for piece, answer in outcome.answers if piece.speech for cue in cues_of(answer.text, piece.speech)]
    texts = [("txt", f"{outcome.text}\n", "text/plain")]
    if cues:
        texts += [("srt", srt(cues), "application/x-subrip"), ("vtt", vtt(cues), "text/vtt")]
    save = job.context.files.save_text
    return [await save(f"{stem}.{ending}", text, kind, once=True) for ending, text, kind in texts]


async def _sounds(
    job: "Job", found: list[Voice], outcome: Outcome
) -> tuple[list[SavedFile], list[str], dict[str, Any]]:
    """The voice as a file, and of a video the video; what is to be said of them; and the drift."""
    recording, stem = job.recording, f"{job.recording.stem}.{job.assignment.target_lang}"
    if job.dubbed and can_decode() and job.path:
        found = await fitted(job.apart, recording, found, job.folder)
    laid = await anyio.to_thread.run_sync(spoken, found, recording.seconds if job.dubbed else 0.0)
    voice = await saved_voice(job.context, stem, laid)
    if not job.dubbed:
        return [voice], [], {}
    if not job.path:
        return (
            [voice],
            ["The video itself was not made, since only the service sees it. Save it, and pass its path."],
            {},
        )
    facts = {"drift_seconds": round(laid.drift, 2)}
    if not can_decode():
        return [voice], [f"The video itself was not made: {EXTRA}"], facts
    try:
        film, words = await _film(job, voice, laid, outcome)
    except BadInput as error:
        return [voice], [f"The video itself could not be made: {error}"], facts
    return [film, voice], [words], facts


async def _film(job: "Job", voice: SavedFile, laid: Spoken, outcome: Outcome) -> tuple[SavedFile, str]:
    subtitles, video = job.folder / "subtitles.srt", job.path
    cues = [cue for piece, answer in outcome.answers for cue in cues_of(answer.text, piece.speech)]
    await anyio.to_thread.run_sync(subtitles.write_text, srt(cues), "utf-8")
    paths = {"video": video or subtitles, "voice": Path(voice.path), "subtitles": subtitles}
    film, made = await dubbed(job.context, job.apart, job.recording, paths, job.assignment.target_lang, job.folder)
    left = f" Left out: {', '.join(made['left_out'])}." if made.get("left_out") else ""
    apart = f"voice and picture are at most {laid.drift:.1f} s apart"
    return film, f"The video has both voices and subtitles as tracks; {apart}.{left}"
