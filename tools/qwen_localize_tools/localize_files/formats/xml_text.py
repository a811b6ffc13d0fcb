"""What stands between XML tags as people read it, and back.

Markup inside a text stays as it is, `Press <b>OK</b>`; everything else is shown without XML's escapes: `&lt;` is `<`.
An escaped tag is thus shown like a real one, and which one is meant is known from the entry that a text is a
translation of: names of elements that are markup there are markup in the translation, all others are escaped. Only
where an entry has both, `<b>` as markup and `&lt;b&gt;` as text, the text keeps its `&lt;`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.parsers import expat

from .model import UnreadableError

_PIECE = re.compile(
    r"""<!\[CDATA\[(?P<cdata>.*?)\]\]>|<!--.*?-->|<\?.*?\?>"""
    r"""|(?P<tag></?(?P<name>[^\s/>]+)(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>)|(?P<text>[^<]+)""",
    re.DOTALL,
)
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot|apos));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_UNFIT = "the markup of a text does not fit together"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a content: a tag as it stands, with its name, or what is read between tags."""

    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """How a content is written.

    Attributes:
        names: the elements that are markup in it.
        cdata: whether it is one CDATA section, if it can be.
        quotes: which quotes are escaped.
        newline: the line end.
    """

    names: frozenset[str] = frozenset()
    cdata: bool = False
    quotes: str = ""
    newline: str = "\n"

    @classmethod
    def of(cls, contents: Sequence[str], newline: str, quotes: str = "") -> "Style":
        """That of the contents of an entry."""
        names = frozenset(piece.name for content in contents for piece in pieces(content) if piece.name)
        first = contents[0].strip() if contents else ""
        return cls(names, first.startswith("<![CDATA[") and first.find("]]>") == len(first) - 3, quotes, newline)


def quotes_of(text: str) -> str:
    """Which quotes a file escapes where it need not."""
    return ('"' if "&quot;" in text else "") + ("'" if "&apos;" in text else "")


def decoded(content: str) -> str:
    """A content as people read it."""
    return shown(pieces(content))


def encoded(text: str, style: Style) -> str:
    """A text as a content; `decoded` gives it back.

    Raises:
        UnreadableError: XML cannot hold it, or its markup does not fit together.
    """
    return written(taken_apart(text, style.names), style)


def pieces(content: str) -> list[Piece]:
    """The parts of a content, without XML's escapes. Comments are left out."""
    if "<" not in content:
        return [Piece(_resolved(content))] if content else []
    found: list[Piece] = []
    for match in _PIECE.finditer(content):
        if match["tag"]:
            found.append(Piece(match["tag"], match["name"]))
        elif match["text"]:
            found.append(Piece(_resolved(match["text"])))
        elif match["cdata"]:
            found.append(Piece(match["cdata"].replace("\r\n", "\n")))
    return _joined(found)


def _resolved(raw: str) -> str:
    raw = raw.replace("\r\n", "\n")
    return _REFERENCE.sub(_character, raw) if "&" in raw else raw


def _character(found: re.Match[str]) -> str:
    if found[3]:
        return _NAMED[found[3]]
    return chr(int(found[1], 16) if found[1] else int(found[2]))


def _joined(found: Iterable[Piece]) -> list[Piece]:
    """The parts, with those between the same tags put together."""
    parts: list[Piece] = []
    for piece in found:
        if parts and not piece.name and not parts[-1].name:
            parts[-1] = Piece(parts[-1].text + piece.text)
        else:
            parts.append(piece)
    return parts


def shown(parts: Sequence[Piece]) -> str:
    """The parts as one text, in which what only looks like this content's markup is escaped."""
    names = frozenset(piece.name for piece in parts if piece.name)
    return "".join(piece.text if piece.name else _marked_as_text(piece.text, names) for piece in parts)


def taken_apart(text: str, names: frozenset[str]) -> list[Piece]:
    """The parts of a text that is shown so, in which elements of these names are markup.

    Raises:
        UnreadableError: it has such markup, and beside it a tag that does not end.
    """
    tags = list(_tag(names).finditer(text)) if names and "<" in text else []
    used = frozenset(found[1] for found in tags)
    parts, position = [], 0
    for found in tags:
        parts += [Piece(_taken_as_text(text[position : found.start()], used)), Piece(found[0], found[1])]
        position = found.end()
    parts.append(Piece(_taken_as_text(text[position:], used)))
    return [piece for piece in parts if piece.text]


def written(parts: Sequence[Piece], style: Style) -> str:
    """The parts as a content.

    Raises:
        UnreadableError: XML cannot hold it, or its markup does not fit together.
    """
    unfit = next((found[0] for piece in parts if (found := _IMPOSSIBLE.search(piece.text))), None)
    if unfit:
        raise UnreadableError(f"XML cannot hold the character U+{ord(unfit):04X}")
    if any(piece.name for piece in parts):
        return _well_formed("".join(piece.text if piece.name else _escaped(piece.text, style) for piece in parts))
    text = "".join(piece.text for piece in parts)
    if style.cdata and text and "]]>" not in text and "\r" not in text:
        return "<![CDATA[" + text.replace("\n", style.newline) + "]]>"
    return _escaped(text, style)


def _escaped(text: str, style: Style) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    if '"' in style.quotes:
        text = text.replace('"', "&quot;")
    if "'" in style.quotes:
        text = text.replace("'", "&apos;")
    return text.replace("\n", style.newline)


def _well_formed(content: str) -> str:
    try:
        expat.ParserCreate("utf-8").Parse(f"<content>{content}</content>".encode(), True)
    except expat.ExpatError:
        raise UnreadableError(_UNFIT) from None
    return content


@lru_cache(maxsize=256)
def _tag(names: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"""</?({_any(names)})(?![^\s/>])(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>""")


@lru_cache(maxsize=256)
def _lookalike(names: frozenset[str]) -> re.Pattern[str]:
    """The beginning of a tag of these names, as it stands or escaped, perhaps several times."""
    return re.compile(rf"(?:<|&((?:amp;)*)lt;)(?=/?(?:{_any(names)})(?![^\s/>]))")


def _any(names: frozenset[str]) -> str:
    return "|".join(sorted(map(re.escape, names)))


def _marked_as_text(text: str, names: frozenset[str]) -> str:
    """A text in which what looks like a tag is escaped once more than it is."""
    if not names:
        return text
    return _lookalike(names).sub(lambda found: "&lt;" if found[1] is None else f"&amp;{found[1]}lt;", text)


def _taken_as_text(text: str, names: frozenset[str]) -> str:
    """A text in which what looks like an escaped tag is escaped once less."""
    if not names:
        return text

    def taken(found: re.Match[str]) -> str:
        if found[1] is None:
            raise UnreadableError(_UNFIT)
        return f"&{found[1].removeprefix('amp;')}lt;" if found[1] else "<"

    return _lookalike(names).sub(taken, text)
