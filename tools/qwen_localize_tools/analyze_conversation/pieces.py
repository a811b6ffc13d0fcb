"""JSON of many megabytes, read piece by piece: the library lets no other thread work while it reads a value."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

# What is shorter is read in a moment.
_AT_ONCE = 1_000_000
_DECODER = json.JSONDecoder()
_LINE = re.compile(r"[^\r\n]+")
_FIRST_LINES = 20
_SPACE = re.compile(r"[ \t\r\n]*")


def loaded(text: str) -> Any:
    """The value that a text is in JSON, None if it is none.

    A long one's outermost list is read item by item, and so are the objects around it.
    """
    try:
        if len(text) < _AT_ONCE:
            return json.loads(text)
        value, at = _value(text, _begin(text, 0), lists=1)
    except (ValueError, RecursionError):
        return None
    return value if _begin(text, at) == len(text) else None


def loaded_lines(text: str) -> list[Any] | None:
    """JSON to a line, None for a damaged line; none at all if most are, or most of the first."""
    first = [line[:1] for line in islice(_lines(text), _FIRST_LINES)]
    if 2 * sum(sign in ("[", "{") for sign in first) <= len(first):
        return None
    values = [loaded(line) for line in _lines(text)]
    whole = sum(isinstance(value, list | dict) for value in values)
    return values if 2 * whole > len(values) else None


def _lines(text: str) -> Iterator[str]:
    return filter(None, (line[0].strip() for line in _LINE.finditer(text)))


def _value(text: str, at: int, lists: int) -> tuple[Any, int]:
    """The value at a place, and the place behind it; of so many lists inside each other the items are pieces."""
    if lists and text.startswith("[", at):
        return _list(text, at + 1, lists - 1)
    if lists and text.startswith("{", at):
        return _object(text, at + 1, lists)
    return _DECODER.raw_decode(text, at)


def _list(text: str, at: int, lists: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    at = _begin(text, at)
    if text.startswith("]", at):
        return items, at + 1
    while True:
        item, at = _value(text, _begin(text, at), lists)
        items.append(item)
        at, is_last = _next(text, at, "]")
        if is_last:
            return items, at


def _object(text: str, at: int, lists: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    at = _begin(text, at)
    if text.startswith("}", at):
        return found, at + 1
    while True:
        name, at = _DECODER.raw_decode(text, _begin(text, at))
        at = _begin(text, at)
        if not isinstance(name, str) or not text.startswith(":", at):
            raise ValueError
        found[name], at = _value(text, _begin(text, at + 1), lists)
        at, is_last = _next(text, at, "}")
        if is_last:
            return found, at


def _begin(text: str, at: int) -> int:
    """The place behind white space."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _next(text: str, at: int, end: str) -> tuple[int, bool]:
    """The place behind the next comma or end, and whether it was the end."""
    at = _begin(text, at)
    if not text.startswith((",", end), at):
        raise ValueError
    return at + 1, text.startswith(end, at)
