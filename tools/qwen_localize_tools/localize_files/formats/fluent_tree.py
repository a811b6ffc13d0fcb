"""Fluent files as places: messages, their attributes, and the pieces of what they say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Union

from .model import UnreadableError
from .splicing import line_number

if TYPE_CHECKING:
    from fluent.syntax import FluentParser

# Where something begins that is no continuation of what stands before it.
_START = re.compile(r"^(?=[A-Za-z#-])", re.MULTILINE)
# A message on one line, with variables and references at most; all others are left to the parser, which is slow.
_SIMPLE = re.compile(
    r"(?P<name>-?[A-Za-z][\w-]*) *=(?P<space> *)(?P<said>(?:[^ {}\r\n]|\{ *[-$]?[A-Za-z][\w-]* *\})"
    r"(?:[^{}\r\n]|\{ *[-$]?[A-Za-z][\w-]* *\})*)(?P<rest>(?:\r?\n *)*)\Z",
    re.ASCII,
)
_PIECE = re.compile(r"\{[^}]*\}|[^{]+")
_COMMENT = re.compile(r"#(?:[ ]([^\r\n]*))?(\r?\n|\Z)")
_REFERENCE = re.compile(r"\{ *[a-z]", re.ASCII)


@dataclass(frozen=True)
class Said:
    """A piece of text; `raw` is how it stands in the file if it is a string literal in braces."""

    text: str
    raw: str = ""


@dataclass(frozen=True)
class Placed:
    """A placeable: a variable, a reference, a function, as it stands in the file."""

    raw: str


@dataclass(frozen=True)
class Variant:
    """A variant of a selection; `start` is at its star or bracket."""

    name: str
    start: int
    end: int
    is_default: bool
    pattern: "Pattern"


@dataclass(frozen=True)
class Select:
    """A selection, and what it is chosen by; `is_number` if that may be an amount."""

    start: int
    end: int
    selector: str
    is_number: bool
    variants: tuple[Variant, ...]


Piece = Union[Said, Placed, Select]  # noqa: UP007 - the names are classes of this module


@dataclass(frozen=True)
class Pattern:
    """What a message, an attribute or a variant says."""

    start: int
    end: int
    pieces: tuple[Piece, ...]

    @property
    def select(self) -> Select | None:
        """The selection that is all it has."""
        only = self.pieces[0] if len(self.pieces) == 1 else None
        return only if isinstance(only, Select) else None


@dataclass(frozen=True)
class Part:
    """The value of a message, with an empty name, or one of its attributes; `start` is at its name."""

    name: str
    start: int
    pattern: Pattern


@dataclass(frozen=True)
class Message:
    """A message or a term, whose name begins with a dash.

    Attributes:
        start: where it begins, or the comment right above it.
        name_start: where its name begins.
        equals: behind its equals sign.
        end: behind the last of its parts.
        parts: its value, if it has one, and its attributes.
    """

    name: str
    start: int
    name_start: int
    equals: int
    end: int
    comment: str
    parts: tuple[Part, ...]


@cache
def parser() -> "FluentParser":
    """The parser, which also finds placeables within a text."""
    from fluent.syntax import FluentParser

    return FluentParser()


def messages(text: str) -> list[Message]:
    """The messages of a file, in its order.

    Raises:
        UnreadableError: something in it is no Fluent.
    """
    starts = [found.start() for found in _START.finditer(text)]
    head = starts[0] if starts else len(text)
    if text[:head].strip():
        raise UnreadableError(f"it is not valid Fluent (line {line_number(text, head - len(text[:head].lstrip()))})")
    found: list[Message] = []
    comment: list[str] = []
    comment_start = 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        if text[start] == "#":
            line = _COMMENT.fullmatch(text, start, end)
            comment_start = comment_start if line and comment else start
            comment = [*comment, line[1] or ""] if line else []
            if line is None:
                _check_comment(text, start, end)
            continue
        message = _simple(text, start, end) or _parsed(text, start, end)
        if comment:
            message = replace(message, start=comment_start, comment="\n".join(comment))
        comment = []
        found.append(message)
    return found


def _check_comment(text: str, start: int, end: int) -> None:
    """Raises if something other than a comment stands there; one that is followed by a blank line is nobody's."""
    line = re.match(r"#{1,3}(?: [^\r\n]*)?(?:\r?\n|\Z)", text[start:end])
    if line is None or text[start + line.end() : end].strip():
        raise UnreadableError(f"it is not valid Fluent (line {line_number(text, start)})")


def _simple(text: str, start: int, end: int) -> Message | None:
    """A message on one line, without the parser."""
    found = _SIMPLE.match(text[start:end])
    if found is None:
        return None
    said = found["said"].rstrip(" ")
    first = start + found.start("said")
    pieces = tuple(Placed(part) if part[0] == "{" else Said(part) for part in _PIECE.findall(said))
    pattern = Pattern(first, first + len(found["said"]), pieces)
    part = Part("", first, pattern)
    equals = start + found.start("space")
    return Message(found["name"], start, start, equals, pattern.end, "", (part,))


def _parsed(text: str, start: int, end: int) -> Message:
    """A message as the parser understands it."""
    from fluent.syntax import ast

    body = [entry for entry in parser().parse(text[start:end]).body if not isinstance(entry, ast.BaseComment)]
    entry = body[0] if body else None
    if len(body) != 1 or not isinstance(entry, ast.Message | ast.Term):
        raise UnreadableError(_trouble(text, start, body))
    return _Reader(text, start).message(entry)


def _trouble(text: str, start: int, body: list[Any]) -> str:
    """Why something is no Fluent."""
    from fluent.syntax import ast

    junk = next((entry for entry in body if isinstance(entry, ast.Junk)), None)
    if junk is None or not junk.annotations:
        return f"it is not valid Fluent (line {line_number(text, start)})"
    note = junk.annotations[0]
    place = start + (note.span.start if note.span else 0)
    return f"it is not valid Fluent: {note.message} (line {line_number(text, place)})"


@dataclass(frozen=True)
class _Reader:
    """Makes places in a text of what the parser found in a part of it."""

    text: str
    offset: int
    marks: dict[str, int] = field(default_factory=dict)

    def message(self, entry: Any) -> Message:
        """A message or a term."""
        from fluent.syntax import ast

        start = self.offset + entry.id.span.start
        dash = "-" if isinstance(entry, ast.Term) else ""
        parts = tuple(self._parts(entry))
        equals = self.text.index("=", self.offset + entry.id.span.end) + 1
        first = start - len(dash)
        return Message(dash + entry.id.name, first, first, equals, parts[-1].pattern.end, "", parts)

    def _parts(self, entry: Any) -> Iterator[Part]:
        if entry.value is not None:
            pattern = self._pattern(entry.value)
            yield Part("", pattern.start, pattern)
        for attribute in entry.attributes:
            yield Part(attribute.id.name, self.offset + attribute.span.start, self._pattern(attribute.value))

    def _pattern(self, pattern: Any) -> Pattern:
        start, end = self._span(pattern)
        return Pattern(start, end, tuple(self._piece(element) for element in pattern.elements))

    def _piece(self, element: Any) -> Piece:
        from fluent.syntax import ast

        if isinstance(element, ast.TextElement):
            return Said(element.value)
        start, end = self._span(element)
        raw = self.text[start:end].replace("\r\n", "\n")
        if isinstance(element.expression, ast.StringLiteral):
            return Said(element.expression.parse()["value"], raw)
        if isinstance(element.expression, ast.SelectExpression):
            return self._select(element.expression, start, end)
        return Placed(raw)

    def _select(self, select: Any, start: int, end: int) -> Select:
        selector = self.text[slice(*self._span(select.selector))]
        return Select(start, end, selector, _is_amount(select.selector), tuple(map(self._variant, select.variants)))

    def _variant(self, variant: Any) -> Variant:
        start, end = self._span(variant)
        key = variant.key
        name = key.name if hasattr(key, "name") else f"={key.value}"
        return Variant(name, start, end, variant.default, self._pattern(variant.value))

    def _span(self, node: Any) -> tuple[int, int]:
        return self.offset + node.span.start, self.offset + node.span.end


def _is_amount(selector: Any) -> bool:
    """Whether something is chosen by how many there are: by a variable, or by a number that is no ordinal."""
    from fluent.syntax import ast

    if isinstance(selector, ast.VariableReference):
        return True
    if not isinstance(selector, ast.FunctionReference) or selector.id.name != "NUMBER":
        return False
    return not any(argument.name.name == "type" for argument in selector.arguments.named)
