"""Cuts text where a reader's eye may rest: between sentences, clauses, words, or letters of scripts without spaces."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

# A letter as wide as two is counted a bit wider: 20 of them are as much to read in a line as 42 others.
_WIDE = 2.1
_SENTENCE = re.compile(r"(?:[.!?…؟।॥]+[\"'”’»)\]]*(?=\s)|[。！？｡]+[”’」』）]*)")
_CLAUSE = re.compile(r"(?:[,;:–—،؛]+(?=\s)|[、，；：]+)")
# No line begins with these.
_CLOSING = frozenset("、。，．！？；：）」』】》〉”’…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ｡､｣)]}»!?,.;:%")
_OPENING = frozenset("（「『【《〈“‘([{«¿¡")
# How much nearer to the middle a worse place must be.
_SENTENCE_BONUS, _CLAUSE_BONUS = 0.6, 0.4
_WORSE = 0.5


@lru_cache(maxsize=4096)
def _letter_width(letter: str) -> float:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0.0
    return _WIDE if unicodedata.east_asian_width(letter) in "WF" else 1.0


def width(text: str) -> float:
    """How much there is to read, in letters of Latin."""
    return sum(map(_letter_width, text))


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    cuts = [0, *(found.end() for found in _SENTENCE.finditer(text)), len(text)]
    parts = (text[start:end].strip() for start, end in pairwise(cuts))
    return [part for part in parts if part]


def halves(text: str) -> tuple[str, str] | None:
    """A text in two parts, about as long, cut where it is best; None if there is only one letter."""
    whole = width(text)
    better = {found.end(): _SENTENCE_BONUS for found in _SENTENCE.finditer(text)}
    better |= {found.end(): _CLAUSE_BONUS for found in _CLAUSE.finditer(text)}
    places = list(_places(text))
    best: tuple[float, int] | None = None
    for place, left, loss in places:
        cost = abs(2 * left / whole - 1) - better.get(place, 0.0) + loss if whole else 0.0
        if best is None or cost < best[0]:
            best = cost, place
    if best is None:
        return None
    one, other = text[: best[1]].strip(), text[best[1] :].strip()
    return (one, other) if one and other else None


def _places(text: str) -> Iterator[tuple[int, float, float]]:
    """Where a text may be cut, how much stands before that, and how bad a place it is."""
    left = 0.0
    for place, (before, after) in enumerate(pairwise(text), 1):
        left += _letter_width(before)
        if before in _OPENING or after in _CLOSING or before.isspace() or _is_bound(before, after):
            continue
        if after.isspace():
            yield place, left, 0.0
        elif _letter_width(before) == _WIDE or _letter_width(after) == _WIDE:
            yield place, left, 0.05
        else:
            yield place, left, _WORSE + 1.0


def _is_bound(before: str, after: str) -> bool:
    """Whether two characters are one letter to a reader."""
    return unicodedata.category(after).startswith("M") or after == "\u200d" or before == "\u200d" or after == "\ufe0f"


def lines(text: str, most: float = 42.0) -> str:
    """A text in one line, or in two that are about as long."""
    if width(text) <= most:
        return text
    pair = halves(text)
    return "\n".join(pair) if pair else text
