"""Where everything stands in a JSON text. Comments and commas before a closing bracket are let through, as people
have them."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from .model import UnreadableError
from .splicing import line_number

# What is deeper is no file of texts, and would break whoever walks through it.
MOST_LEVELS = 100
_BLANK = re.compile(r"(?:[ \t\r\n]++|//[^\r\n]*+|/\*.*?\*/)*+", re.DOTALL)
# What a blank or a comment begins with.
_BLANKS = frozenset(" \t\r\n/")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+"')
_ATOM = re.compile(r"(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?![\w.+-])")
_HALF = re.compile("[\ud800-\udfff]")


class Kind(Enum):
    """What a value is."""

    OBJECT = "{}"
    ARRAY = "[]"
    STRING = '"'
    ATOM = "a number, true, false or null"


@dataclass(slots=True)
class Node:
    """A value, from `start` to `end`; `text` is what a string says, `entries` what an object or array holds."""

    kind: Kind
    start: int
    end: int
    text: str = ""
    entries: Sequence["Entry"] = ()

    @property
    def is_container(self) -> bool:
        """Whether it holds others."""
        return self.kind in (Kind.OBJECT, Kind.ARRAY)

    def members(self) -> dict[str, "Node"]:
        """The values by their names; of equal names the last, which is what programs take."""
        return {entry.name: entry.value for entry in self.entries}


@dataclass(slots=True)
class Entry:
    """What stands in an object or array, from `start`; in an array the name is the index.

    Attributes:
        key_end: where the key ends; in an array `start`.
        comma: behind its comma, or -1 if it has none.
    """

    name: str
    start: int
    key_end: int
    value: Node
    comma: int = -1


def parsed(text: str) -> Node:
    """The places in a JSON text.

    Raises:
        UnreadableError: it is no JSON, or nested too deep.
    """
    reader = _Reader(text)
    root, position = reader.value(reader.after_blank(0), 0)
    end = reader.after_blank(position)
    if end < len(text):
        raise reader.error("there is more behind its end", end)
    return root


def spare_commas(node: Node) -> Iterator[int]:
    """Behind each comma before a closing bracket, which strict readers refuse."""
    for entry in node.entries:
        yield from spare_commas(entry.value)
    if node.entries and node.entries[-1].comma >= 0:
        yield node.entries[-1].comma


def whole(text: str) -> bool:
    """Whether it has no halves of characters, which JSON can write and no file can hold."""
    return text.isascii() or not _HALF.search(text)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text

    def error(self, what: str, position: int) -> UnreadableError:
        return UnreadableError(f"it is not JSON: {what} (line {line_number(self._text, position)})")

    def after_blank(self, position: int) -> int:
        if self._text[position : position + 1] not in _BLANKS:
            return position
        match = _BLANK.match(self._text, position)
        return match.end() if match else position

    def value(self, start: int, level: int) -> tuple[Node, int]:
        first = self._text[start : start + 1]
        if first == '"':
            text, end = self.string(start)
            return Node(Kind.STRING, start, end, text), end
        if first in ("{", "["):
            if level == MOST_LEVELS:
                raise UnreadableError(f"it is nested too deep (line {line_number(self._text, start)})")
            return self._container(start, Kind.OBJECT if first == "{" else Kind.ARRAY, level + 1)
        match = _ATOM.match(self._text, start)
        if not match:
            raise self.error("a value is missing" if start < len(self._text) else "it breaks off", start)
        return Node(Kind.ATOM, start, match.end()), match.end()

    def string(self, start: int) -> tuple[str, int]:
        match = _STRING.match(self._text, start)
        if not match:
            raise self.error("a text in quotes does not end, or has a wrong escape", start)
        raw = match.group()
        if "\\" not in raw:
            return raw[1:-1], match.end()
        text = str(json.loads(raw))
        if not whole(text):
            raise self.error("a text has half of a character", start)
        return text, match.end()

    def _container(self, start: int, kind: Kind, level: int) -> tuple[Node, int]:
        entries: list[Entry] = []
        closing = kind.value[1]
        position = self.after_blank(start + 1)
        while not self._text.startswith(closing, position):
            if entries and entries[-1].comma < 0:
                raise self.error(f"a comma or {closing} is missing", position)
            entry, position = self._entry(kind, position, len(entries), level)
            entries.append(entry)
            position = self.after_blank(position)
            if self._text.startswith(",", position):
                entry.comma = position + 1
                position = self.after_blank(position + 1)
        return Node(kind, start, position + 1, "", entries), position + 1

    def _entry(self, kind: Kind, start: int, index: int, level: int) -> tuple[Entry, int]:
        if kind is Kind.ARRAY:
            value, end = self.value(start, level)
            return Entry(str(index), start, start, value), end
        if not self._text.startswith('"', start):
            raise self.error("a key is missing" if start < len(self._text) else "it breaks off", start)
        name, key_end = self.string(start)
        colon = self.after_blank(key_end)
        if not self._text.startswith(":", colon):
            raise self.error("a colon is missing", colon)
        value, end = self.value(self.after_blank(colon + 1), level)
        return Entry(name, start, key_end, value), end
