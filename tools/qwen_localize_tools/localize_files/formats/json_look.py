"""How a JSON file is written: its line ends, indentation, separators and escapes, for what is put into it."""

import json
import re
from dataclasses import dataclass, replace

from .content import newline
from .json_places import Entry, Node, parsed, spare_commas, whole
from .model import UnreadableError

_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*+\\u(?!00[0-7])[0-9a-fA-F]{4}")
_CAPITALS = re.compile(r"(?<!\\)(?:\\\\)*+\\u(?=[0-9a-f]{0,3}[A-F])[0-9a-fA-F]{4}")
_RAW_SLASH = re.compile(r"(?<![\\/*])/(?![/*])")
_AN_ESCAPE = re.compile(r"\\(?:u[0-9a-f]{4}|.)")
# ASCII characters that some programs write as escapes, for texts that end up in HTML.
_FOR_HTML = "<>&'"


@dataclass(frozen=True)
class Look:
    """How strings and lines are written.

    Attributes:
        newline: a line end.
        indent: what one level is indented by.
        ascii: whether everything else than ASCII is escaped.
        capitals: whether the digits of escapes are capitals.
        escapes: further characters that are escaped.
        spare: whether there are commas before closing brackets.
    """

    newline: str = "\n"
    indent: str = "  "
    ascii: bool = False
    capitals: bool = False
    escapes: tuple[tuple[str, str], ...] = ()
    spare: bool = False

    @classmethod
    def of(cls, text: str, root: Node) -> "Look":
        """The look of a text."""
        lead = lead_of(text, root.entries[0]) if root.entries else ""
        return cls(
            newline(text),
            lead.rpartition("\n")[2] if "\n" in lead else "  ",
            text.isascii() and _ESCAPED.search(text) is not None,
            _CAPITALS.search(text) is not None,
            tuple(_escapes(text)),
            any(spare_commas(root)),
        )

    def string(self, text: str) -> str:
        """A text as a JSON string.

        Raises:
            UnreadableError: it has half of a character.
        """
        if not whole(text):
            raise UnreadableError("a text has half of a character, which no file can hold")
        written = json.dumps(text, ensure_ascii=self.ascii)
        if self.capitals:
            written = _AN_ESCAPE.sub(_capital, written)
        return written.translate({ord(character): escape for character, escape in self.escapes})

    def spelled_as(self, other: "Look") -> "Look":
        """The lines of this look, with the other's escapes."""
        return replace(self, ascii=other.ascii, capitals=other.capitals, escapes=other.escapes)

    def lines(self, raw: str, base: str, indent: str, unit: str) -> str:
        """A piece of another file, whose first line is indented by `base` and whose levels are by `unit`, for a line
        that is indented by `indent`."""
        first, *rest = raw.replace("\r\n", "\n").split("\n")
        return self.newline.join([first, *(self._line(line.removeprefix(base), indent, unit) for line in rest)])

    def _line(self, line: str, indent: str, unit: str) -> str:
        level = 0
        while unit and line.startswith(unit):
            line, level = line[len(unit) :], level + 1
        return indent + self.indent * level + line if line else ""


def _capital(match: re.Match[str]) -> str:
    found = match.group()
    return "\\u" + found[2:].upper() if len(found) > 2 else found


def _escapes(text: str) -> list[tuple[str, str]]:
    found = [("/", "\\/")] if "\\/" in text and not _RAW_SLASH.search(text) else []
    for character in _FOR_HTML:
        code = f"\\u{ord(character):04x}"
        spelled = next((one for one in (code, "\\u" + code[2:].upper()) if one in text), "")
        if spelled and character not in text:
            found.append((character, spelled))
    return found


@dataclass(frozen=True)
class Document:
    """A JSON text, the places in it, and its look."""

    text: str
    root: Node
    look: Look

    @classmethod
    def of(cls, text: str) -> "Document":
        """What a text says. Raises UnreadableError."""
        root = parsed(text)
        return cls(text, root, Look.of(text, root))

    def lead(self, entry: Entry) -> str:
        """The blanks before an entry."""
        return lead_of(self.text, entry)

    def indent_at(self, position: int) -> str:
        """How the line of a position is indented."""
        start = self.text.rfind("\n", 0, position) + 1
        end = start
        while self.text[end : end + 1] in (" ", "\t"):
            end += 1
        return self.text[start : min(end, position)]

    def colon(self, entry: Entry) -> str:
        """What stands between an entry's key and its value."""
        found = self.text[entry.key_end : entry.value.start]
        return found if found.strip() == ":" else ": "

    def raw(self, node: Node) -> str:
        """A value as it is written."""
        return self.text[node.start : node.end]


def lead_of(text: str, entry: Entry) -> str:
    """The blanks before an entry."""
    start = entry.start
    while start and text[start - 1] in " \t\r\n":
        start -= 1
    return text[start : entry.start]
