"""Counts: the placeholders of a plural that a form for few numbers may say in words."""

import re

from .pieces import Piece, filled

_COUNT = re.compile(
    r".*(?:count|num|total|amount|quantity|qty|size|length|remaining|second|minute|hour|day|week|month|year).*"
    r"|[nxi]|(?-i:n[A-Z_].*)|[0-9]{0,2}",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z_][\w.-]*|[0-9]+")


def counts(source: str, translation: str) -> frozenset[str]:
    """The keys of the placeholders for the count: those that look like one, or else the only one of the source."""
    before = {piece.key for piece in filled(source)}
    like = {piece.key for piece in (*filled(source), *filled(translation)) if is_count(piece)}
    return frozenset(like or (before if len(before) == 1 else ()))


def is_count(piece: Piece) -> bool:
    """Whether a placeholder looks like that of a count."""
    if piece.kind == "printf" and "(" not in piece.key:
        return piece.key[-1] in "diun"
    if piece.kind == "qt":
        return False
    name = _NAME.search(piece.key)
    return bool(_COUNT.fullmatch(name[0] if name else ""))
