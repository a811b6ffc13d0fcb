"""The language in a text: what is left without placeholders, tags, addresses and the syntax of messages."""

import re
from functools import lru_cache

from . import icu
from .pieces import Piece, has_selector, pieces
from .tags import placed

_BRANCH_KEY = re.compile(r"\*?\[\s{0,5}[\w.-]{1,40}\s{0,5}\]")
# These stand for letters and signs that are read.
_READABLE = frozenset({"entity"})


@lru_cache(maxsize=16)
def words_only(text: str) -> str:
    """The words of a text with a space in place of everything else."""
    literal = " ".join(part.text for part in icu.words(icu.parsed(text))) if icu.is_message(text) else text
    if has_selector(literal):
        literal = _BRANCH_KEY.sub(" ", literal)
    kept, position = [], 0
    for piece in removable(literal):
        kept.append(literal[position : piece.start])
        position = piece.end
    return " ".join([*kept, literal[position:]])


def removable(text: str) -> list[Piece]:
    """The pieces of a text that nobody reads as words."""
    tagged = {piece.start for piece, _ in placed(text)}
    return [
        piece
        for piece in pieces(text)
        if piece.start in tagged or (piece.kind != "tag" and piece.kind not in _READABLE)
    ]


def wordless(text: str) -> bool:
    """Whether a text has nothing to translate."""
    return not any(map(str.isalpha, _without_entities(words_only(text))))


def _without_entities(text: str) -> str:
    return re.sub(r"&#?\w{1,31};", " ", text)
