"""The messages of a PO file and their places in its text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from .model import UnreadableError
from .splicing import line_number

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_STATEMENT = re.compile(
    r"\s*(?:(?P<keyword>msgctxt|msgid_plural|msgid|msgstr)\s*(?:\[\s*(?P<form>\d{1,2})\s*\])?\s*)?"
    r'(?P<strings>(?:"[^"\\\n]*(?:\\.[^"\\\n]*)*"\s*)*)$'
)
_STRING = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"')
_ESCAPE = re.compile(r"((?:\\x[0-9A-Fa-f]{1,2}|\\[0-7]{1,3})+)|\\(.)")
_NUMBER = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3}))")
_MEANINGS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LONGEST_KEY = 80
_HASHED = re.compile(r" #[0-9a-f]{8}\Z")


@dataclass
class Field:
    """One keyword with its strings: where they are written, from the first quote to the last, and each decoded."""

    line: int
    start: int = -1
    end: int = -1
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What the strings say together."""
        return "".join(self.parts)

    @property
    def wrapped(self) -> bool:
        """Whether a line is broken where the text has no line break."""
        return any(part and not part.endswith("\n") for part in self.parts[:-1])


@dataclass
class Message:
    """One message of a PO file.

    Attributes:
        head: where its comments begin.
        comments: the places of their lines.
        fields: its keywords, `msgstr[0]` and so on among them.
        stop: where the line after it begins.
    """

    head: int
    comments: list[tuple[int, int]] = field(default_factory=list)
    fields: dict[str, Field] = field(default_factory=dict)
    strings: dict[str, Field] = field(default_factory=dict)
    stop: int = -1

    @property
    def identity(self) -> tuple[str | None, str]:
        """Its context and its text in the source language; gettext knows it by these."""
        context = self.fields.get("msgctxt")
        return (context.text if context else None), self.fields["msgid"].text

    @property
    def key(self) -> str:
        """Its name in one printable line; empty for the header."""
        context, text = self.identity
        whole = text if context is None else f"{context}|{text}"
        shown = " ".join(whole.split())
        shown = "".join(char if char.isprintable() else "?" for char in shown)[:_LONGEST_KEY]
        ambiguous = "|" in (text if context is None else context) or _HASHED.search(shown)
        if shown == whole and not ambiguous:
            return shown
        return f"{shown} #{sha256(repr((context, text)).encode('utf-8', 'replace')).hexdigest()[:8]}"

    @property
    def plural(self) -> str | None:
        """Its text for several, in the source language."""
        found = self.fields.get("msgid_plural")
        return found.text if found else None

    @property
    def body(self) -> int:
        """Where its first keyword's line begins."""
        return next(iter(self.fields.values())).line

    @property
    def translation(self) -> int:
        """Where the line of its first `msgstr` begins."""
        return next(iter(self.strings.values())).line


@dataclass
class File:
    """A PO file: its messages, the places of the lines that are obsolete, and whether long lines are wrapped."""

    messages: list[Message]
    obsolete: list[tuple[int, int]]
    wraps: bool

    def by_key(self) -> dict[str, Message]:
        """The messages; of several with one identity, the last."""
        return {message.key: message for message in self.messages}

    @property
    def header(self) -> Message | None:
        """The message that speaks of the file."""
        return next((message for message in self.messages if message.identity == (None, "")), None)

    def heading(self, name: str) -> str:
        """A line of the header, without its name; empty if there is none."""
        text = self.header.strings[""].text if self.header and "" in self.header.strings else ""
        found = re.search(rf"^{re.escape(name)}:[ \t]*([^\n]*)", text, re.MULTILINE | re.IGNORECASE)
        return found[1].strip() if found else ""


def parsed(text: str) -> File:
    """A file's messages.

    Raises:
        UnreadableError: gettext would not take it.
    """
    reader = _Reader(text)
    messages = list(reader.messages())
    return File(messages, reader.obsolete, any(one.wrapped for message in messages for one in message.fields.values()))


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.obsolete: list[tuple[int, int]] = []
        self.message: Message | None = None
        self.field: Field | None = None

    def messages(self) -> Iterator[Message]:
        for line in _LINE.finditer(self.text):
            if (ended := self._ended_by(line)) is not None:
                yield ended
            self._take(line)
        if self.message and (last := self._whole(self.message)):
            yield last

    def _ended_by(self, line: re.Match[str]) -> Message | None:
        """The message that a line is the end of: a comment or a new keyword after its translation."""
        if not self.message or not self.message.strings:
            return None
        if not line[0].lstrip().startswith(("#", "msgid", "msgctxt")):
            return None
        message, self.message, self.field = self.message, None, None
        return self._whole(message)

    def _take(self, line: re.Match[str]) -> None:
        stripped = line[0].strip()
        if not stripped:
            return
        if stripped.startswith("#"):
            self._comment(stripped, line)
        elif (found := _STATEMENT.match(line[0])) and self._statement(found, line.start()):
            if self.message:
                self.message.stop = line.end()
        else:
            raise self._error("is none of a PO file", line.start())

    def _comment(self, stripped: str, line: re.Match[str]) -> None:
        if self.message and self.message.fields:
            raise self._error("stands between the keywords of a message", line.start())
        if stripped.startswith("#~"):
            self.obsolete += [*(self.message.comments if self.message else ()), line.span()]
            self.message = None
            return
        self.message = self.message or Message(line.start())
        self.message.comments.append((line.start() + line[0].index("#"), line.end()))

    def _statement(self, found: re.Match[str], start: int) -> bool:
        """Take a keyword or the strings that go on; whether they may stand here."""
        if (keyword := found["keyword"]) is not None:
            self.message = self.message or Message(start)
            form = found["form"] or ""
            names = self.message.strings if keyword == "msgstr" else self.message.fields
            name = form if keyword == "msgstr" else keyword
            if name in names or (form and keyword != "msgstr"):
                return False
            self.field = names[name] = Field(start)
        if not self.field:
            return False
        strings = found["strings"].rstrip()
        if strings:
            begin = start + found.start("strings")
            self.field.start = begin if self.field.start < 0 else self.field.start
            self.field.end = begin + len(strings)
            self.field.parts += [self._decoded(one[1], begin) for one in _STRING.finditer(strings)]
        return True

    def _whole(self, message: Message) -> Message | None:
        """A message that has all its parts; None for comments at the end of the file."""
        if not message.fields and not message.strings:
            return None
        plural = "msgid_plural" in message.fields
        empty = any(one.start < 0 for one in (*message.fields.values(), *message.strings.values()))
        if "msgid" not in message.fields or not message.strings or empty or plural == ("" in message.strings):
            raise self._error("begins a message that is not whole", message.head)
        return message

    def _decoded(self, raw: str, position: int) -> str:
        if "\\" not in raw:
            return raw
        try:
            return _ESCAPE.sub(lambda found: _numbers(found[1]) if found[1] else _MEANINGS.get(found[2], found[2]), raw)
        except (UnicodeDecodeError, ValueError):
            raise self._error("has escapes that make no character", position) from None

    def _error(self, what: str, position: int) -> UnreadableError:
        return UnreadableError(f"line {line_number(self.text, position)} {what}")


def _numbers(escapes: str) -> str:
    """The characters whose bytes are given by number."""
    found = _NUMBER.finditer(escapes)
    return bytes(int(one[1], 16) if one[1] else int(one[2], 8) for one in found).decode("utf-8")
