"""Cutting a text that is too long for one request, so that joining the parts gives the text back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..tokens import BYTES_PER_TOKEN

# From the best place to cut to the worst; each match ends a part. A run of full stops is looked at only once.
_PLACES = (
    re.compile(r"\n[^\S\n]*\n\s*"),
    re.compile(r"\n"),
    re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+\s+|[。！？]+[”’」』）]*\s*"),
    re.compile(r"\s+"),
)


@dataclass(frozen=True)
class Segment:
    """A part of a text: white space that is kept, and between it what is translated."""

    before: str
    core: str
    after: str

    @classmethod
    def of(cls, text: str) -> "Segment":
        """The text with its outer white space set apart."""
        core = text.strip()
        start = text.find(core) if core else len(text)
        return cls(text[:start], core, text[start + len(core) :])

    def around(self, translation: str) -> str:
        """The translation in the white space of the original."""
        return f"{self.before}{translation}{self.after}"


def cut(text: str, most: int) -> list[Segment]:
    """The text in parts of at most `most` tokens, cut at paragraphs, then lines, sentences, words, characters."""
    return [Segment.of(part) for part in _parts(text, max(most - 1, 1) * BYTES_PER_TOKEN, 0)]


def _parts(text: str, room: int, level: int) -> Iterator[str]:
    if len(text.encode()) <= room:
        yield text
    elif level == len(_PLACES):
        middle = len(text) // 2
        yield from _parts(text[:middle], room, level) if middle else (text,)
        yield from _parts(text[middle:], room, level) if middle else ()
    else:
        yield from _packed(_split(text, _PLACES[level]), room, level)


def _split(text: str, place: re.Pattern[str]) -> Iterator[str]:
    start = 0
    for match in place.finditer(text):
        yield text[start : match.end()]
        start = match.end()
    yield text[start:]


def _packed(units: Iterator[str], room: int, level: int) -> Iterator[str]:
    """Neighbouring units together, as many as fit; a unit that alone is too long is cut at the next level."""
    packed, size = "", 0
    for unit in units:
        length = len(unit.encode())
        if packed and size + length > room:
            yield packed
            packed, size = "", 0
        if length > room:
            yield from _parts(unit, room, level + 1)
        else:
            packed, size = packed + unit, size + length
    if packed:
        yield packed
