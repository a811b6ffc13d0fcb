"""What was said, as files: a transcript for people, subtitles, and the translation as one voice."""

from collections.abc import Sequence

import anyio.to_thread

from qwen_localize.tool import Context, SavedFile

from .._shared.sound.wav import VOICE_RATE, Placed, WavFile, from_file, laid
from .._shared.subtitles import Cue, Said, bilingual, cues_of, srt, vtt
from .._shared.times import clock
from .._shared.workers import in_a_thread
from .keeping import Line

# How much of the transcript a result shows, in bytes.
MOST_SHOWN = 6_000
_BYTES_PER_SECOND = VOICE_RATE * 2


def text(lines: Sequence[Line]) -> str:
    """All of it in both languages, with times."""
    return "\n\n".join(map(_paragraph, lines)) + "\n"


def _paragraph(line: Line) -> str:
    parts = [f"[{clock(line.start / 1000)}-{clock(line.end / 1000)}]", line.source, line.translation]
    return "\n".join(filter(None, [*parts, f"({line.error})" if line.error else ""]))


def shown(lines: Sequence[Line]) -> str:
    """As much as a result should have, and how much is left out."""
    parts: list[str] = []
    room = MOST_SHOWN
    for line in lines:
        part = _paragraph(line)
        if (room := room - len(part.encode(errors="replace")) - 2) < 0:
            return "\n\n".join([*parts, f"… and {len(lines) - len(parts)} more sentences, in the files."])
        parts.append(part)
    return "\n\n".join(parts)


async def saved(context: Context, stem: str, language: str, lines: Sequence[Line], length: int) -> list[SavedFile]:
    """All files.

    Args:
        context: writes them.
        stem: the recording's name.
        language: the code of the translation.
        lines: what was said, in its order.
        length: of the recording, in milliseconds.

    Raises:
        OutputUnavailable: the disk refused one.
    """
    cues = await anyio.to_thread.run_sync(_cues, lines)
    texts = [(f"{stem}.{language}.txt", text(lines), "text/plain")]
    texts += [(f"{stem}.{language}.srt", srt(cues), "application/x-subrip")]
    texts += [(f"{stem}.{language}.vtt", vtt(cues), "text/vtt")]
    if any(line.source for line in lines):
        both = await anyio.to_thread.run_sync(_both, lines)
        texts += [(f"{stem}.{language}-bilingual.srt", srt(both), "application/x-subrip")]
        texts += [(f"{stem}.{language}-bilingual.vtt", vtt(both), "text/vtt")]
    files = [await context.files.save_text(name, words, kind, once=True) for name, words, kind in texts]
    voices = [_placed(context, line) for line in lines if line.voice]
    if voices:
        chunks = in_a_thread(laid(voices, VOICE_RATE, length / 1000))
        files.append(await context.files.save(f"{stem}.{language}", chunks, WavFile(), once=True))
    return files


def _cues(lines: Sequence[Line]) -> list[Cue]:
    return [
        cue
        for line in lines
        for cue in cues_of(line.translation, [(line.start / 1000, max(line.end, line.start) / 1000)])
    ]


def _both(lines: Sequence[Line]) -> list[Cue]:
    return bilingual([Said(line.start / 1000, line.end / 1000, line.source, line.translation) for line in lines])


def _placed(context: Context, line: Line) -> Placed:
    path = context.files.parts.path(line.voice)
    return Placed(line.start / 1000, path.stat().st_size / _BYTES_PER_SECOND, from_file(path), line.end / 1000)
