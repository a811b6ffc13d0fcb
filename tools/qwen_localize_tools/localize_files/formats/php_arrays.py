"""The array that a PHP file returns, and the places of its items. Nothing is executed."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from .flat import above
from .model import UnreadableError
from .splicing import line_number

_TOKEN = re.compile(
    r"""(?P<space>\s+) | (?P<comment>//[^\r\n]*|\#(?!\[)[^\r\n]*|/\*.*?\*/) |
    (?P<string>'[^'\\]*(?:\\.[^'\\]*)*' | "[^"\\]*(?:\\.[^"\\]*)*") |
    (?P<heredoc><<<[ \t]*(?P<quote>["']?)(?P<label>\w+)(?P=quote)\r?\n(?s:.*?)^[ \t]*(?P=label)\b) |
    (?P<arrow>=>) | (?P<comma>,) | (?P<opens>[\[({]) | (?P<closes>[\])}]) | (?P<ends>;) |
    (?P<word>[\w$\\]+) | (?P<sign>.)""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_REST_OF_LINE = re.compile(r"[ \t]*(?:(?://[^\r\n]*|\#[^\r\n]*|/\*[^\r\n]*?\*/)[ \t]*)?\r?\n")
_NUMBER = re.compile(r"0|-?[1-9][0-9]*")
_DOUBLE = re.compile(r"((?:\\x[0-9A-Fa-f]{1,2}|\\[0-7]{1,3})+)|\\u\{([0-9A-Fa-f]{1,6})\}|\\([nrtvef\\$\"])")
_BYTE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3}))")
_MEANINGS = {"n": "\n", "r": "\r", "t": "\t", "v": "\v", "e": "\x1b", "f": "\f"}
_VARIABLE = re.compile(r"(?<!\\)(?:\\\\)*(?:\$[A-Za-z_\x80-\uffff{]|\{\$)")
_DEEPEST = 50


class Token(NamedTuple):
    """A part of the text and its kind."""

    kind: str
    start: int
    end: int


@dataclass
class Array:
    """From behind the opening bracket to the closing one; the items by their keys, the last of each."""

    start: int
    end: int = -1
    items: dict[str, "Item"] = field(default_factory=dict)


@dataclass
class Item:
    """One item: a text, an array, or (with neither) something that is left alone.

    Attributes:
        key: as PHP takes it.
        head: where its comments begin, or its line.
        start: where it begins itself.
        opens, closes: the place of its value.
        stop: where the next item may begin.
        comma: whether one follows.
    """

    key: str
    head: int
    start: int
    opens: int
    closes: int
    context: str
    text: str | None
    array: Array | None
    stop: int = -1
    comma: bool = False

    @property
    def named(self) -> bool:
        """Whether its key is written, and not its place."""
        return self.start != self.opens


def returned(text: str) -> Array:
    """The array that a file returns, or assigns to a variable.

    Raises:
        UnreadableError: there is none, or its brackets do not match.
    """
    reader = _Reader(text)
    depth, before = 0, ""
    while token := reader.take():
        word = text[token.start : token.end]
        if depth == 0 and before in ("return", "=") and (start := reader.opened(token)):
            return reader.array(start, 1)
        depth += {"opens": 1, "closes": -1}.get(token.kind, 0)
        before = word
    raise UnreadableError("it returns no array")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.comments: list[tuple[int, int]] = []

    def take(self) -> Token | None:
        """The next token that is neither space nor a comment."""
        while found := _TOKEN.match(self.text, self.position):
            self.position = found.end()
            kind = str(found.lastgroup)
            if kind == "comment":
                self.comments.append(found.span())
            elif kind != "space":
                return Token(kind, *found.span())
        return None

    def opened(self, token: Token) -> int | None:
        """Where an array's items begin, if one begins here."""
        if self.text[token.start : token.end].lower() == "array":
            after = self._peek()
            if after is None or self.text[after.start] != "(":
                return None
            self.position = after.end
            return after.end
        return token.end if self.text[token.start] == "[" else None

    def array(self, start: int, depth: int) -> Array:
        """The array whose items begin at a place, to behind its closing bracket."""
        if depth > _DEEPEST:
            raise UnreadableError(f"its arrays are too deep (line {line_number(self.text, start)})")
        array, index = Array(start), 0
        while True:
            self.comments = []
            token = self._needed(self.take())
            if token.kind == "closes":
                array.end = token.start
                return array
            item = self._item(token, str(index), depth)
            if _NUMBER.fullmatch(item.key):
                index = max(index, int(item.key) + 1)
            array.items.pop(item.key, None)
            array.items[item.key] = item

    def _item(self, token: Token, index: str, depth: int) -> Item:
        head, context = above(self.text, self.comments, token.start)
        first = self._value(token, depth, index)
        if self._is(self._peek(), "arrow"):
            self.take()
            key = first.text if first.text is not None else self.text[first.opens : first.closes]
            value = self._value(self._needed(self.take()), depth, key)
        else:
            value = first
        value.head, value.start, value.context = head, token.start, context
        self._finish(value)
        return value

    def _finish(self, item: Item) -> None:
        """Go behind the item's comma, and what the line has after that."""
        after = self._needed(self._peek())
        item.comma = after.kind == "comma"
        self.position = after.end if item.comma else item.closes
        if rest := _REST_OF_LINE.match(self.text, self.position):
            self.position = rest.end()
        item.stop = self.position

    def _value(self, token: Token, depth: int, key: str) -> Item:
        """A value and what it is; a text or an array only if nothing is done with it."""
        item = Item(key, -1, -1, token.start, token.end, "", None, None)
        if (start := self.opened(token)) is not None:
            array = self.array(start, depth + 1)
            item.closes = self.position
            if self._at_end():
                item.array = array
                return item
        elif token.kind == "string" and self._at_end():
            item.text = decoded(self.text[token.start : token.end])
            return item
        else:
            self.position = token.start
        item.closes = self._skipped()
        return item

    def _at_end(self) -> bool:
        return self._is(self._peek(), "comma", "closes", "arrow")

    def _skipped(self) -> int:
        """Go behind an expression that is left alone."""
        depth, end, function = 0, self.position, False
        while (token := self._peek()) and (depth or token.kind != "ends"):
            function = function or self.text[token.start : token.end].lower() == "fn"
            arrow = token.kind == "arrow" and not function
            if depth == 0 and (arrow or token.kind in ("comma", "closes")):
                return end
            depth += {"opens": 1, "closes": -1}.get(token.kind, 0)
            self.position = end = token.end
        raise self._unfinished()

    def _peek(self) -> Token | None:
        position, comments = self.position, len(self.comments)
        token = self.take()
        self.position = position
        del self.comments[comments:]
        return token

    def _is(self, token: Token | None, *kinds: str) -> bool:
        return token is not None and token.kind in kinds

    def _needed(self, token: Token | None) -> Token:
        if token is None or token.kind == "ends":
            raise self._unfinished()
        return token

    def _unfinished(self) -> UnreadableError:
        return UnreadableError(f"an array is not closed in line {line_number(self.text, self.position)}")


def decoded(raw: str) -> str | None:
    """What a string in quotes says; None if that depends on variables."""
    inner = raw[1:-1]
    if raw[0] == "'":
        return re.sub(r"\\([\\'])", r"\1", inner) if "\\" in inner else inner
    if _VARIABLE.search(inner):
        return None
    try:
        return _DOUBLE.sub(_meaning, inner) if "\\" in inner else inner
    except (UnicodeDecodeError, ValueError, OverflowError):
        return None


def _meaning(found: re.Match[str]) -> str:
    if found[1]:
        return bytes(int(one[1], 16) if one[1] else int(one[2], 8) & 0xFF for one in _BYTE.finditer(found[1])).decode()
    if found[2]:
        return chr(int(found[2], 16))
    return _MEANINGS.get(found[3], found[3])


def encoded(text: str, old: str) -> str:
    """A text in the quotes that the old one has; in double ones if it has signs that editors do not show."""
    if re.search(r"[\ud800-\udfff]", text):
        raise UnreadableError("it cannot hold half a character")
    if old[:1] != '"' and not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
        return "'" + re.sub(r"([\\'])", r"\\\1", text) + "'"
    names = {meaning: name for name, meaning in _MEANINGS.items()}
    return '"' + re.sub(r'[\\"$\x00-\x1f\x7f]', lambda found: _escaped(found[0], names), text) + '"'


def _escaped(char: str, names: dict[str, str]) -> str:
    if char in '\\"$':
        return "\\" + char
    return "\\" + names[char] if char in names else f"\\x{ord(char):02x}"
