"""Java's `.properties`: `key = value` with escapes, and lines that go on after a backslash."""

import re
from collections.abc import Callable, Sequence

from .content import newline
from .flat import Entry, Flat
from .model import Format, Layout, UnreadableError
from .splicing import line_number

_GOES_ON = r"\\(?:\r\n|[\r\n])[ \t\f]*"
_ESCAPED = rf"{_GOES_ON}|\\(?:[^\r\n]|\Z)"
_SPACE = rf"(?:[ \t\f]|{_GOES_ON})*"
_LINE_END = r"(?:\r\n|\r|\n|\Z)"
_ASIDE = re.compile(rf"[ \t\f]*(?:(?P<comment>[#!][^\r\n]*))?{_LINE_END}")
_ENTRY = re.compile(
    rf"[ \t\f]*(?P<key>(?:[^\\ \t\f\r\n=:]|{_ESCAPED})*){_SPACE}(?:[=:]{_SPACE})?"
    rf"(?P<value>(?:[^\\\r\n]|{_ESCAPED})*){_LINE_END}"
)
_ESCAPE = re.compile(rf"{_GOES_ON}|\\(u[0-9A-Fa-f]{{4}}|[^\r\n]|\Z)")
# Where lines of the file are broken behind the breaks of the text.
_AFTER_BREAK = re.compile(r"\\n\\(?:\r\n|\r|\n)([ \t\f]*)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MEANINGS = {"f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_SHORT = {"\\": "\\\\", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _parsed(text: str) -> list[Entry]:
    entries, position = [], 0
    head, said = 0, list[str]()
    while position < len(text):
        if aside := _ASIDE.match(text, position):
            position = aside.end()
            if comment := aside["comment"]:
                said.append(comment.lstrip("#!").strip())
            else:
                head, said = position, []
            continue
        entry = _entry(text, position, head, said)
        entries.append(entry)
        position = head = entry.stop
        said = []
    return entries


def _entry(text: str, position: int, head: int, said: Sequence[str]) -> Entry:
    if not (found := _ENTRY.match(text, position)):
        raise UnreadableError(f"line {line_number(text, position)} is no entry")
    start, separator = found.span("key")
    opens, closes = found.span("value")
    key, value = _decoded(text, start, separator), _decoded(text, opens, closes)
    return Entry(key, value, "\n".join(filter(None, said)), head, start, separator, opens, closes, found.end())


def _decoded(text: str, start: int, end: int) -> str:
    raw = text[start:end]
    if "\\" not in raw:
        return raw
    try:
        plain = _ESCAPE.sub(lambda found: _meaning(found[1]), raw)
        # Two escapes may be the halves of one character.
        return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeError:
        raise UnreadableError(f"the escapes in line {line_number(text, start)} make no character") from None


def _meaning(escape: str | None) -> str:
    """What an escape says; that of a line which goes on says nothing."""
    if not escape:
        return ""
    if escape == "u":
        raise UnicodeError
    return chr(int(escape[1:], 16)) if escape[0] == "u" else _MEANINGS.get(escape, escape)


def _encoder(text: str, entries: Sequence[Entry]) -> Callable[[str, str], str]:
    """Writes as the file does: signs and letters beyond ASCII with escapes, or without."""
    values = (text[entry.opens : entry.closes] for entry in entries)
    signs = "=:#!" if any(re.search(r"\\[=:#!]", value) for value in values) else ""
    # A file in ASCII alone says nothing of its encoding, and escapes are read in every one.
    beyond = r"\x7f-\U0010ffff" if text.isascii() else r"\x7f\ud800-\udfff"
    # At the beginning, these would be taken for a part of the separator.
    pattern = re.compile(rf"\A[ =:]|[\\\x00-\x1f{signs}{beyond}]")

    def encoded(value: str, old: str) -> str:
        lines = _LINE.findall(value) if (goes_on := _AFTER_BREAK.search(old)) else [value]
        between = f"\\{newline(text)}{goes_on[1]}" if goes_on else ""
        return between.join(pattern.sub(lambda found: _escaped(found[0]), line) for line in lines)

    return encoded


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if char in " =:#!":
        return "\\" + char
    halves = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{halves[at : at + 4]}" for at in range(0, len(halves), 4))


_FLAT = Flat(_parsed, _encoder, falls_back=True)

PROPERTIES = Format(
    "Java properties", Layout.APART, (".properties",), lambda _: True, _FLAT.read, _FLAT.write, _FLAT.create
)
