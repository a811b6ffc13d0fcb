"""Apple's `.strings`: `"key" = "value";`, with the comments above as context."""

import re
from collections.abc import Callable, Sequence

from .flat import Entry, Flat, above
from .model import Format, Layout, UnreadableError
from .splicing import line_number

_TOKEN = re.compile(
    r"""(?P<space>\s+) | (?P<comment>//[^\r\n]*|/\*.*?\*/) | (?P<sign>[=;]) |
    (?P<string>"[^"\\]*(?:\\.[^"\\]*)*" | '[^'\\]*(?:\\.[^'\\]*)*' | [A-Za-z0-9_$/:.\-]+)""",
    re.DOTALL | re.VERBOSE,
)
_REST_OF_LINE = re.compile(r"[ \t]*(?:(?://[^\r\n]*|/\*[^\r\n]*?\*/)[ \t]*)?(?:\r?\n|\Z)")
_ESCAPE = re.compile(r"\\(U[0-9A-Fa-f]{1,4}|[0-7]{1,3}|.)", re.DOTALL)
_MEANINGS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_MUST_ESCAPE = re.compile(r'[\\"\x00-\x1f\x7f\ud800-\udfff]')
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# What Xcode's own extraction writes where a programmer gave no comment.
_NO_COMMENT = "No comment provided by engineer."


_Token = tuple[str, int, int]  # its kind, and from where to where it goes


def _parsed(text: str) -> list[Entry]:
    reader = _Reader(text)
    entries = []
    while (entry := reader.entry()) is not None:
        entries.append(entry)
    return entries


class _Reader:
    """Goes through a text, token by token."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.comments: list[tuple[int, int]] = []

    def entry(self) -> Entry | None:
        """The next entry; None at the end."""
        self.comments = []
        if (key := self._token()) is None:
            return None
        if key[0] != "string":
            raise self._unexpected(key, "a key")
        comments, (_, start, separator) = self.comments, key
        sign, opens, closes = self._value(separator)
        if sign is None or self.text[sign[1]] != ";":
            raise self._unexpected(sign, "a semicolon")
        if rest := _REST_OF_LINE.match(self.text, self.position):
            self.position = rest.end()
        head, context = above(self.text, comments, start)
        name = _decoded(self.text, start, separator)
        value = _decoded(self.text, opens, closes) if closes > opens else name
        context = "" if context == _NO_COMMENT else context
        return Entry(name, value, context, head, start, separator, opens, closes, self.position)

    def _value(self, separator: int) -> tuple[_Token | None, int, int]:
        """What follows the value, and the value's place; that is empty for a key alone, which is its own value."""
        sign = self._token()
        if sign is None or self.text[sign[1]] != "=":
            return sign, separator, separator
        value = self._token()
        if value is None or value[0] != "string":
            raise self._unexpected(value, "a value in quotes")
        return self._token(), value[1], value[2]

    def _token(self) -> _Token | None:
        """The kind and the place of the next token that is neither space nor a comment."""
        while found := _TOKEN.match(self.text, self.position):
            self.position = found.end()
            kind = str(found.lastgroup)
            if kind == "comment":
                self.comments.append(found.span())
            elif kind != "space":
                return kind, *found.span()
        if self.position < len(self.text):
            raise self._unexpected(("", self.position, self.position), "an entry")
        return None

    def _unexpected(self, token: _Token | None, what: str) -> UnreadableError:
        line = line_number(self.text, token[1] if token else len(self.text))
        return UnreadableError(f"{what} was expected in line {line}")


def _decoded(text: str, start: int, end: int) -> str:
    raw = text[start:end]
    if raw[0] not in "\"'":
        return raw
    if "\\" not in raw:
        return raw[1:-1]
    try:
        plain = _ESCAPE.sub(lambda found: _meaning(found[1]), raw[1:-1])
        # Two escapes may be the halves of one character.
        return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeError:
        line = line_number(text, start)
        raise UnreadableError(f"the escapes in line {line} make no character") from None


def _meaning(escape: str) -> str:
    if escape[0] == "U" and len(escape) > 1:
        return chr(int(escape[1:], 16))
    if escape[0] in "01234567":
        # Beyond ASCII these are numbers of an encoding that nobody has used for decades.
        return bytes([int(escape, 8) & 0xFF]).decode("ascii")
    return _MEANINGS.get(escape, escape)


def _encoder(text: str, entries: Sequence[Entry]) -> Callable[[str, str], str]:  # noqa: ARG001  (Flat's signature)
    return _encoded


def _encoded(value: str, old: str) -> str:
    """A value in quotes; with real line breaks if the old one has such."""
    if lost := re.search(r"[\x00\ud800-\udfff]", value):
        raise UnreadableError(f"it cannot hold the character U+{ord(lost[0]):04X}")
    if "\n" not in old or "\\n" in old:
        return f'"{_escaped(value)}"'
    real = "\r\n" if "\r\n" in old else "\n"
    return f'"{real.join(_escaped(line) for line in value.split(real))}"'


def _escaped(value: str) -> str:
    return _MUST_ESCAPE.sub(lambda found: _SHORT.get(found[0]) or f"\\U{ord(found[0]):04x}", value)


def _recognizes(text: str) -> bool:
    """Whether it is a text; compiled ones and property lists in XML have the same ending."""
    return not text.lstrip().startswith(("<", "bplist"))


_FLAT = Flat(_parsed, _encoder, falls_back=False, equals=" = ")

STRINGS = Format("Apple strings", Layout.APART, (".strings",), _recognizes, _FLAT.read, _FLAT.write, _FLAT.create)
