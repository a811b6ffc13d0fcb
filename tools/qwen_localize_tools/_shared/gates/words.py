"""The language in a text: what is left without placeholders, tags, addresses and the syntax of messages."""

import re
from functools import lru_cache
from html import unescape

from . import icu
from .pieces import Piece, has_selector, pieces
from .tags import placed

_BRANCH_KEY = re.compile(r"\*?\[\s{0,5}[\w.-]{1,40}\s{0,5}\]")


@lru_cache(maxsize=16)
def words_only(text: str) -> str:
    """The words of a text with a space in place of everything else."""
    literal = " ".join(part.text for part in icu.words(icu.parsed(text))) if icu.is_message(text) else text
    if has_selector(literal):
        literal = _BRANCH_KEY.sub(" ", literal)
    gone = {piece.start for piece in removable(literal)}
    kept, position = [], 0
    for piece in pieces(literal):
        if piece.start in gone or piece.kind == "entity":
            kept += [literal[position : piece.start], unescape(piece.text) if piece.kind == "entity" else " "]
            position = piece.end
    return "".join([*kept, literal[position:]])


def removable(text: str) -> list[Piece]:
    """The pieces of a text that nobody reads as words."""
    tagged = {piece.start for piece, _ in placed(text)}
    return [piece for piece in pieces(text) if piece.start in tagged or piece.kind not in {"tag", "entity"}]


def wordless(text: str) -> bool:
    """Whether a text has nothing to translate."""
    return not any(map(str.isalpha, words_only(text)))
