"""Masks: what a model may not touch stands as `<x id="1"/>` while it translates, and comes back verified."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from .gates import icu
from .gates.pieces import Piece, has_selector, pieces
from .gates.placeholders import is_sequential
from .gates.words import removable

# As models write it too: without the slash or the quotation marks, in capitals, full-width, or with an end of its own.
_QUOTE = r"[\"'“”„«»＂\\]{0,2}"
_MARK = re.compile(
    rf"[<＜]\s{{0,5}}x\s{{0,5}}id\s{{0,5}}[=＝]\s{{0,5}}{_QUOTE}\s{{0,3}}(\d{{1,6}})\s{{0,3}}{_QUOTE}\s{{0,5}}"
    r"[/／]?\s{0,5}[>＞](?:\s{0,3}</\s{0,3}x\s{0,3}>)?",
    re.IGNORECASE,
)
_LEFT_OVER = re.compile(r"[<＜]\s{0,5}/?\s{0,5}x[\s/>＞]", re.IGNORECASE)


@dataclass(frozen=True)
class Masked:
    """A text with marks, and what they stand for.

    Attributes:
        text: what is translated.
        tokens: what the marks stand for, from the first.
        sequence: the numbers of the marks that may not change places: what they stand for has no name of its own.
    """

    text: str
    tokens: tuple[str, ...]
    sequence: tuple[int, ...] = ()

    @property
    def terms(self) -> list[tuple[str, str]]:
        """Every mark with itself as its translation, for a glossary."""
        return [(_mark(number), _mark(number)) for number in range(1, len(self.tokens) + 1)]

    def restore(self, translation: str) -> str | None:
        """The translation with the tokens back; None unless each mark is there exactly once, and those in turn."""
        numbers = [int(match[1]) for match in _MARK.finditer(translation)]
        if sorted(numbers) != list(range(1, len(self.tokens) + 1)) or _LEFT_OVER.search(_MARK.sub("", translation)):
            return None
        fixed = set(self.sequence)
        if [number for number in numbers if number in fixed] != list(self.sequence):
            return None
        return _MARK.sub(lambda match: self.tokens[int(match[1]) - 1], translation)


def _mark(number: int) -> str:
    return f'<x id="{number}"/>'


def mask(text: str) -> Masked | None:
    """The text with marks in place of placeholders, tags, addresses, escapes and the syntax of a message.

    None if there is nothing to mask, if marks like ours stand in it, or if it chooses between forms in Fluent's way.
    """
    if _LEFT_OVER.search(text) or has_selector(text):
        return None
    spans = list(_syntax(text) if icu.is_message(text) else _plain(text))
    parts, position = [], 0
    for number, (start, end, _) in enumerate(spans, 1):
        parts += [text[position:start], _mark(number)]
        position = end
    tokens = tuple(text[start:end] for start, end, _ in spans)
    sequence = tuple(number for number, (_, _, fixed) in enumerate(spans, 1) if fixed)
    return Masked("".join([*parts, text[position:]]), tokens, sequence) if tokens else None


Span = tuple[int, int, bool]


def _plain(text: str, start: int = 0) -> Iterator[Span]:
    kept = {piece.start for piece in removable(text)}
    for piece in pieces(text):
        if (piece.start in kept or piece.kind == "entity") and not _is_letter(piece):
            yield start + piece.start, start + piece.end, is_sequential(piece)


def _is_letter(piece: Piece) -> bool:
    """Whether it is an escaped letter of a word: `caf\\u00e9`, `&eacute;`."""
    if piece.kind == "entity":
        return unescape(piece.text).isalpha()
    return piece.kind == "escape" and piece.text[1] in "ux" and chr(_code(piece.text)).isalpha()


def _code(escape: str) -> int:
    return min(int(escape[2:].strip("{}"), 16), 0x10FFFF)


def _syntax(text: str) -> Iterator[Span]:
    """Everything of a message that is not read; its branches keep their order."""
    position = 0
    for part in icu.words(icu.parsed(text)):
        if part.start > position:
            yield position, part.start, True
        yield from _plain(text[part.start : part.end], part.start)
        position = part.end
    if position < len(text):
        yield position, len(text), True
