"""The escapes of Android's string resources, as its resource compiler reads them.

Outside of "quoted parts", runs of white space are one space, and none is left at the edges. Everywhere a backslash
escapes: \\n, \\t, \\', \\", \\@, \\?, \\u0041. An apostrophe outside of quotes has to be escaped, and so has an @ or
a ? at the beginning, which would make the text the name of a resource or an attribute.
"""

import re
from collections.abc import Sequence

from .xml_text import Piece

_WHITE = " \t\n\r\f\v"
_REFERENCE = re.compile(r"\s*[@?](?:null|empty|[+*]?(?:[\w.]+:)?[a-z]\w*/[\w.$]+)\s*\Z")
_TOKEN = re.compile(
    r"""\\u(?P<code>[0-9a-fA-F]{4})|\\(?P<escaped>.?)|(?P<sign>["'])|(?P<space>[ \t\n\r\f\v]+)"""
    r"""|[^\\"' \t\n\r\f\v]+""",
    re.DOTALL,
)
_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_HALF = re.compile("[\ud800-\udfff]")
_NO_CHARACTER = "the \\u is not that of a character"

# What has to be escaped: of several spaces, all but the first.
_SPECIAL = re.compile("[\x00-\x1f\ufffe\uffff\\\\'\"]|(?<= ) ")
_SPECIAL_IN_QUOTES = re.compile('[\x00-\x1f\ufffe\uffff\\\\"]')
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\\": "\\\\", "'": "\\'", '"': '\\"'}


def is_reference(parts: Sequence[Piece]) -> bool:
    """Whether a content names another resource instead of saying something."""
    return len(parts) == 1 and not parts[0].name and bool(_REFERENCE.match(parts[0].text))


def is_quoted(parts: Sequence[Piece]) -> bool:
    """Whether a content stands in quotes as a whole."""
    text = parts[0].text.strip(_WHITE) if len(parts) == 1 and not parts[0].name else ""
    return len(text) > 1 and text[0] == text[-1] == '"' and _TOKEN.findall(text)[-1][2] == '"'


def unescaped(parts: Sequence[Piece]) -> tuple[list[Piece], str]:
    """The parts without Android's escapes, and what is wrong with these, if anything is."""
    found, faults, quoted = [], [], False
    for number, piece in enumerate(parts):
        if piece.name:
            found.append(piece)
            continue
        text = piece.text.lstrip(_WHITE) if number == 0 else piece.text
        text = text.rstrip(_WHITE) if number == len(parts) - 1 else text
        if number == 0 and text[:1] in ("@", "?"):
            faults.append(f"the {text[0]} at its beginning is not escaped: it must be \\{text[0]}")
        text, quoted = _unescaped(text, quoted, faults)
        found.append(Piece(text))
    return [piece for piece in found if piece.text], faults[0] if faults else ""


def _unescaped(text: str, quoted: bool, faults: list[str]) -> tuple[str, bool]:
    """A part without escapes, and whether it ends within quotes."""
    read = []
    for found in _TOKEN.finditer(text):
        if found["sign"] == '"':
            quoted = not quoted
        elif found["sign"] and not quoted:
            faults.append("an apostrophe is not escaped: it must be \\'")
            read.append("'")
        elif found["space"] and not quoted:
            read.append(" ")
        else:
            read.append(_meant(found))
            faults += [_NO_CHARACTER] * (found["escaped"] == "u")
    return _whole("".join(read), faults), quoted


def _meant(found: re.Match[str]) -> str:
    if found["code"]:
        return chr(int(found["code"], 16))
    if found["escaped"] is None:
        return found[0]
    return {"n": "\n", "t": "\t", "u": "\\u"}.get(found["escaped"], found["escaped"])


def _whole(text: str, faults: list[str]) -> str:
    """A text with the halves of its characters put together."""
    if _HALF.search(text):
        text = _HALVES.sub(lambda pair: pair[0].encode("utf-16-be", "surrogatepass").decode("utf-16-be"), text)
        faults += [_NO_CHARACTER] * bool(_HALF.search(text))
        text = _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
    return text


def escaped(parts: Sequence[Piece], quoted: bool) -> list[Piece]:
    """The parts with Android's escapes, in quotes if the entry has that style; the inverse of `unescaped`."""
    if quoted and len(parts) == 1 and not parts[0].name:
        return [Piece(f'"{_SPECIAL_IN_QUOTES.sub(_escape, parts[0].text)}"')]
    last = len(parts) - 1
    return [
        piece if piece.name else Piece(_escaped(piece.text, number == 0, number == last))
        for number, piece in enumerate(parts)
    ]


def _escaped(text: str, first: bool, last: bool) -> str:
    before = len(text) - len(text.lstrip(" ")) if first else 0
    after = max(len(text.rstrip(" ")), before) if last else len(text)
    sign = "\\" if first and text[:1] in ("@", "?") else ""
    middle = _SPECIAL.sub(_escape, text[before:after])
    return "\\u0020" * before + sign + middle + "\\u0020" * (len(text) - after)


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}"
