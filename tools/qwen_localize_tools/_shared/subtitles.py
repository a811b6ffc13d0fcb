"""Subtitles: SRT and WebVTT that every player reads, and how a text becomes such as a reader can follow."""

import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from .phrases import halves, lines, sentences, width

# Two lines of 42 letters, for six seconds at most.
_MOST_WIDTH = 84.0
_MOST_SECONDS = 6.5
# What is shorter is not cut, however long it stands.
_LEAST_WIDTH = 24.0
# A sentence that is so short may be none.
_ABBREVIATION = 6.0
# Milliseconds that a subtitle stands, if the next one lets it; and in any case.
_GOOD, _LEAST = 1000, 500
# Seconds between where a part should end and where the speaker pauses.
_NEAR_PAUSE = 1.0
# How fast people speak, in letters a second, where nothing says when they did.
_LETTERS_PER_SECOND = 15.0

_NUMBER = re.compile(r"\n(?=\d+$)", re.MULTILINE)

Stretch = tuple[float, float]


@dataclass(frozen=True)
class Cue:
    """A text that is shown for a time, in seconds; its lines are separated by line feeds."""

    start: float
    end: float
    text: str


@dataclass(frozen=True)
class Said:
    """What was said in a stretch of time, and what it means in another language."""

    start: float
    end: float
    source: str
    translation: str


def srt(cues: Sequence[Cue]) -> str:
    """The cues as SubRip text, which has no way to quote an arrow, or a line that looks like the next one's number."""
    parts = (
        f"{number}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{_NUMBER.sub(' ', text.replace('-->', '→'))}\n"
        for number, (start, end, text) in enumerate(_tidy(cues), 1)
    )
    return "\n".join(parts)


def vtt(cues: Sequence[Cue]) -> str:
    """The cues as WebVTT."""
    parts = (f"{_clock(start, '.')} --> {_clock(end, '.')}\n{_quoted(text)}\n" for start, end, text in _tidy(cues))
    return "\n".join(["WEBVTT\n", *parts])


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def _tidy(cues: Sequence[Cue]) -> Iterator[tuple[int, int, str]]:
    """The cues in order, in milliseconds, none over another, none too short, and none without text."""
    timed = sorted((_milliseconds(cue.start), _milliseconds(cue.end), index) for index, cue in enumerate(cues))
    kept = [(start, end, text) for start, end, index in timed if (text := _clean(cues[index].text))]
    before = 0
    for index, (wanted, stop, text) in enumerate(kept):
        start = max(wanted, before)
        end = max(stop, start + _GOOD)
        if index + 1 < len(kept):
            end = min(end, max(kept[index + 1][0], start + _LEAST))
        yield start, end, text
        before = end


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000)) if math.isfinite(seconds) else 0


def _clean(text: str) -> str:
    """The text without empty lines, which would end it, and without what no player shows."""
    rows = ("".join(char for char in row if unicodedata.category(char) not in ("Cc", "Cs")) for row in _rows(text))
    return "\n".join(stripped for row in rows if (stripped := row.strip()))


def _rows(text: str) -> list[str]:
    return text.replace("\t", " ").splitlines()


def cues_of(text: str, speech: Sequence[Stretch]) -> list[Cue]:
    """A text in cues, as long as can be read, laid over the stretches of time in which it was spoken."""
    spoken = [(start, end) for start, end in speech if end > start]
    whole = " ".join(_clean(text).split())
    if not whole:
        return []
    spoken = spoken or [(0.0, max(1.0, width(whole) / _LETTERS_PER_SECOND))]
    pace = sum(end - start for start, end in spoken) / max(width(whole), 1.0)
    parts = [part for sentence in _joined(sentences(whole)) for part in _readable(sentence, pace)]
    return _over(parts, spoken)


def _joined(parts: Sequence[str]) -> Iterator[str]:
    """Sentences, the short ones together with what follows: a point may also end an abbreviation."""
    held = ""
    for part in parts:
        is_whole = width(held) >= _LEAST_WIDTH or width(held) + width(part) > _MOST_WIDTH
        if is_whole and width(held) > _ABBREVIATION:
            yield held
            held = part
        else:
            held = _together(held, part)
    if held:
        yield held


def _together(one: str, other: str) -> str:
    is_wide = one and width(one[-1]) > 1 and width(other[:1]) > 1
    return f"{one}{other}" if is_wide else f"{one} {other}".strip()


def _readable(text: str, pace: float) -> Iterator[str]:
    """A sentence in parts that fit two lines, and stand no longer than one wants to look at them."""
    is_long = width(text) > _MOST_WIDTH or (width(text) * pace > _MOST_SECONDS and width(text) > _LEAST_WIDTH)
    pair = halves(text) if is_long else None
    if not pair:
        yield text
        return
    for part in pair:
        yield from _readable(part, pace)


def _over(parts: Sequence[str], spoken: Sequence[Stretch]) -> list[Cue]:
    """The parts over the stretches, each for as long as its share of the text."""
    ends = list(accumulate(max(width(part), 1.0) for part in parts))
    lengths = list(accumulate(end - start for start, end in spoken))
    shares = _at_pauses([lengths[-1] * end / ends[-1] for end in ends], lengths)
    cues = []
    for part, begin, end in zip(parts, [0.0, *shares], shares, strict=False):
        start, stop = _time(spoken, lengths, begin, is_end=False), _time(spoken, lengths, end, is_end=True)
        cues.append(Cue(start, max(start, stop), lines(part)))
    return cues


def _at_pauses(shares: Sequence[float], lengths: Sequence[float]) -> list[float]:
    """Where parts end, moved to a pause that is near."""
    moved, before = [], 0.0
    for share in shares:
        index = bisect_left(lengths, share)
        pause = min(lengths[max(index - 1, 0) : index + 1] or lengths[-1:], key=lambda length: abs(length - share))
        is_near = abs(pause - share) <= min(_NEAR_PAUSE, (share - before) / 3)
        before = max(before, pause if is_near else share)
        moved.append(before)
    return moved


def _time(spoken: Sequence[Stretch], lengths: Sequence[float], position: float, *, is_end: bool) -> float:
    """When so many seconds of speech are over; at a pause, where it begins if `is_end`, or where it ends."""
    index = min((bisect_left if is_end else bisect_right)(lengths, position), len(spoken) - 1)
    before = lengths[index - 1] if index else 0.0
    start, end = spoken[index]
    return min(start + max(position - before, 0.0), end)


def bilingual(said: Sequence[Said]) -> list[Cue]:
    """Cues that show what was said above what it means; what is long is shown in as many parts of each."""
    return [cue for one in said for cue in _both(one)]


def _both(said: Said) -> Iterator[Cue]:
    source, translation = (" ".join(_clean(text).split()) for text in (said.source, said.translation))
    seconds = max(said.end - said.start, 0.0)
    longer = max(width(source), width(translation))
    count = max(1, math.ceil(longer / _MOST_WIDTH), math.ceil(min(seconds / _MOST_SECONDS, longer / _LEAST_WIDTH)))
    step = seconds / count
    for number, (one, other) in enumerate(zip(_into(source, count), _into(translation, count), strict=True)):
        start = said.start + number * step
        yield Cue(start, start + step, "\n".join(lines(text) for text in (one, other) if text))


def _into(text: str, count: int) -> list[str]:
    """A text in so many parts, the longest cut first; empty ones at the end if it has not so many."""
    parts = [text]
    while len(parts) < count:
        longest = max(range(len(parts)), key=lambda index: width(parts[index]))
        pair = halves(parts[longest]) if parts[longest] else None
        if not pair:
            return parts + [""] * (count - len(parts))
        parts[longest : longest + 1] = pair
    return parts
