"""What was read before and after a translation, compared: pure, on lines and their places.

Every line of the source is translated, left as it was, or missing; numbers, and what they are paid in, must be the
same; terms must stand there, and words that were to be left out must not. What is odd is told, not judged: a brand that
was left is right, a slogan is not.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .figures import Figure, figures, in_words
from .verdict import Verdict

# How much of the smaller of two boxes must be covered for them to be the same place.
_SHARED = 0.3
_SHORTEST_WITH_SLIP = 6
_MOST_LINES, _MOST_LENGTH, _MOST_FIGURES = 150, 500, 10


@dataclass(frozen=True)
class Line:
    """A line of text, and its place: left, top, right, bottom as shares of the picture's sides; None if not known."""

    text: str
    box: tuple[float, float, float, float] | None = None

    @classmethod
    def at(cls, text: str, polygon: Sequence[float], width: float, height: float) -> "Line":
        """A line at four corners, in a picture of so many pixels; without them, the place is not known."""
        if len(polygon) != 8 or not width or not height:
            return cls(text)
        across, down = polygon[::2], polygon[1::2]
        return cls(text, (min(across) / width, min(down) / height, max(across) / width, max(down) / height))


def compare(
    before: Sequence[Line], after: Sequence[Line], terms: Sequence[tuple[str, str]], sensitive: Sequence[str]
) -> Verdict:
    """What became of the source's lines.

    Args:
        before: the lines of the source.
        after: the lines of the result.
        terms: sources and targets of the glossary.
        sensitive: words that were to be left out.
    """
    before, after = _bounded(before), _bounded(after)
    verdict = Verdict()
    kept = {folded(target) for source, target in terms if folded(source) == folded(target)}
    for line in before:
        if _says_something(line.text, kept):
            _judge(line, _same_place(line, after), verdict)
    if not _has_places(before, after) and (fewer := len(before) - len(after)) > 0:
        verdict.missing.append(f"{fewer} line(s)")
    _compare_figures(before, after, verdict)
    source, result = (folded(" ".join(line.text for line in lines)) for lines in (before, after))
    verdict.terms = [target for term, target in terms if folded(term) in source and folded(target) not in result]
    verdict.sensitive = [word for word in sensitive if folded(word) and folded(word) in result]
    return verdict


def _bounded(lines: Sequence[Line]) -> list[Line]:
    """As much as any picture has: an answer may say anything, and is compared line by line."""
    return [Line(line.text[:_MOST_LENGTH], line.box) for line in lines[:_MOST_LINES]]


def folded(text: str) -> str:
    """A text without case, spaces, and the width of its letters."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _says_something(text: str, kept: set[str]) -> bool:
    """Whether there is something to translate: not where all letters belong to a code, or to a term that stays."""
    plain = folded(text)
    for term in kept:
        plain = plain.replace(term, "")
    words = re.findall(r"[^\W_]+", plain)
    return any(len(word) > 1 and not any(map(str.isdigit, word)) for word in words) or any(
        unicodedata.category(char) == "Lo" for char in plain
    )


def _judge(line: Line, there: Sequence[Line], verdict: Verdict) -> None:
    if not there:
        if line.box:
            verdict.missing.append(line.text)
        else:
            verdict.translated += 1  # without places, only the count tells whether any is missing
    elif any(_is_left(line.text, other.text) for other in there):
        verdict.left.append(line.text)
    else:
        verdict.translated += 1


def _has_places(before: Sequence[Line], after: Sequence[Line]) -> bool:
    return all(line.box for line in (*before, *after))


def _same_place(line: Line, others: Sequence[Line]) -> list[Line]:
    """The lines that stand where this one stood; where places are not known, those that say the same."""
    if line.box is None or not all(other.box for other in others):
        return [other for other in others if _is_left(line.text, other.text)]
    return [other for other in others if other.box and _shared(line.box, other.box) >= _SHARED]


def _shared(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    """The share of the smaller box that the other covers."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return across * down / smaller if across > 0 and down > 0 and smaller > 0 else 0.0


def _is_left(before: str, after: str) -> bool:
    """Whether a text is as it was, but for one slip of the reader."""
    one, other = folded(before), folded(after)
    return one == other or (min(len(one), len(other)) >= _SHORTEST_WITH_SLIP and _differ_by_one(one, other))


def _differ_by_one(one: str, other: str) -> bool:
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return max(len(one), len(other)) - start - end <= 1


def _compare_figures(before: Sequence[Line], after: Sequence[Line], verdict: Verdict) -> None:
    """Find each number again: where it stood, or anywhere, unless another stands where it stood."""
    all_before, all_after = ([figure for line in lines for figure in _figures(line)] for lines in (before, after))
    gone, new = _without(all_before, all_after), _without(all_after, all_before)
    lost, loose = _unexplained(gone, new, after), _unexplained(new, gone, before)
    elsewhere = list(all_after)
    for line in before:
        wanted = _figures(line)
        there = [figure for other in _same_place(line, after) for figure in _figures(other)]
        left, others = _without(wanted, there), _without(there, wanted)
        for figure in wanted:
            found = next((other for other in elsewhere if figure.same(other)), None)
            if found and not (figure in left and others and line.box):
                elsewhere.remove(found)
                verdict.figures += 1
            elif found or figure in lost:
                instead = others[0] if others else (loose[0] if loose else None)
                verdict.changed.append(f"{figure.text} → {instead.text if instead else 'nothing'}")
                loose = _without(loose, [instead] if instead else [])
    verdict.changed += [f"nothing → {figure.text}" for figure in loose]


def _unexplained(some: Sequence[Figure], others: Sequence[Figure], there: Sequence[Line]) -> list[Figure]:
    """The figures, without those that can stand as words on the other side."""
    words: list[Decimal] = [value for line in there for value in in_words(line.text)]
    are_words = not any(other.may_be_word for other in others)
    left = []
    for figure in some:
        if figure.may_be_word and are_words:
            continue
        if (word := next((word for word in words if word in figure.values), None)) is None:
            left.append(figure)
        else:
            words.remove(word)
    return left


def _figures(line: Line) -> list[Figure]:
    return figures(line.text)[:_MOST_FIGURES]


def _without(some: Sequence[Figure], others: Sequence[Figure]) -> list[Figure]:
    """The figures that are not among the others, each counted once."""
    left, rest = list(others), []
    for figure in some:
        if found := next((other for other in left if figure.same(other)), None):
            left.remove(found)
        else:
            rest.append(figure)
    return rest
