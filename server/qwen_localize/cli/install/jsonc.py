"""JSON as people write it, with comments and trailing commas, changed in one place and nowhere else."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..clients import Step

_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\n]+)
    |(?P<comment>//[^\n\r]*|/\*.*?\*/)
    |(?P<mark>[{}\[\]:,])
    |(?P<scalar>"(?:[^"\\\x00-\x1f]|\\.)*"|-?\d[0-9.eE+-]*|true\b|false\b|null\b)""",
    re.VERBOSE | re.DOTALL,
)
_INDENT = "  "


class Broken(ValueError):
    """What is no JSON, even with comments; says the line."""


@dataclass
class Node:
    """A value, where it stands, and, of an object or a list, what is in it.

    Attributes:
        keys: of an object, its members' names, one for each of `items`.
        starts: where each of `items` begins, with its name.
        befores: where what comes before each of `items` ends, be it a mark or a comment.
        commas: the ends of the commas behind items.
        last: the end of what comes last before the closing bracket: an item, a comma, a comment, or the opening one.
    """

    start: int
    end: int = 0
    scalar: Any = None
    opened: str = ""
    keys: list[str] = field(default_factory=list)
    items: list["Node"] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    befores: list[int] = field(default_factory=list)
    commas: list[int] = field(default_factory=list)
    last: int = 0

    @property
    def plain(self) -> Any:
        """The value as Python has it."""
        if self.opened == "{":
            return {key: item.plain for key, item in zip(self.keys, self.items, strict=True)}
        return [item.plain for item in self.items] if self.opened == "[" else self.scalar

    def find(self, step: Step) -> int | None:
        """The index of the item that a step leads to; of several with one name the last, as programs read them."""
        for index, item in reversed([*enumerate(self.items)]):
            if isinstance(step, str) and self.opened == "{" and self.keys[index] == step:
                return index
            if not isinstance(step, str) and isinstance(item.plain, dict) and item.plain.get(step[0]) == step[1]:
                return index
        return None


class _Reader:
    """Reads a text into a tree; knows the end of the last token that is not a blank."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = self._all()
        self.before = self.done = 0  # ends of the last two tokens that were read, comments among them
        self._next()

    def _all(self) -> Iterator[tuple[str, str, int]]:
        at = 0
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            if not match:
                raise self.broken(at)
            at = match.end()
            if match.lastgroup != "blank":
                yield str(match.lastgroup), match[0], match.start()

    def _next(self) -> None:
        """Go on to the next token that means something."""
        self.kind, self.word, self.start = "end", "", len(self.text)
        self.before = self.done
        for kind, word, start in self._tokens:
            self.kind, self.word, self.start, self.done = kind, word, start, start + len(word)
            if kind != "comment":
                return
            self.before = self.done
            self.kind, self.word, self.start = "end", "", len(self.text)

    def broken(self, at: int) -> Broken:
        return Broken(f"line {self.text.count(chr(10), 0, at) + 1}")

    def take(self, word: str) -> int:
        """Go past a mark that has to be here; its end."""
        if self.kind != "mark" or self.word != word:
            raise self.broken(self.start)
        end = self.done
        self._next()
        return end

    def whole(self) -> Node:
        try:
            node = self.value()
        except RecursionError:
            raise Broken("it is nested too deeply") from None
        if self.kind != "end":
            raise self.broken(self.start)
        return node

    def value(self) -> Node:
        if self.word in ("{", "["):
            return self._container()
        if self.kind != "scalar":
            raise self.broken(self.start)
        node = Node(self.start, self.done, scalar=self._scalar())
        self._next()
        return node

    def _scalar(self) -> Any:
        try:
            return json.loads(self.word)
        except ValueError:
            raise self.broken(self.start) from None

    def _container(self) -> Node:
        node = Node(self.start, opened=self.word)
        closing = "}" if self.word == "{" else "]"
        self._next()
        while self.word != closing:
            self._item(node)
            if self.word != closing:
                node.commas.append(self.take(","))
        node.last, node.end = self.before, self.done
        self._next()
        return node

    def _item(self, node: Node) -> None:
        node.befores.append(self.before)
        node.starts.append(self.start)
        if node.opened == "{":
            if self.kind != "scalar" or not isinstance(name := self._scalar(), str):
                raise self.broken(self.start)
            self._next()
            self.take(":")
            node.keys.append(name)
        node.items.append(self.value())


def plain(text: str) -> Any:
    """The value that `text` is.

    Raises:
        Broken: it is none.
    """
    return _Reader(text).whole().plain


def has(text: str, path: Sequence[Step]) -> bool:
    """Whether anything is at `path`."""
    node = _Reader(text).whole()
    for step in path:
        index = node.find(step)
        if index is None:
            return False
        node = node.items[index]
    return True


def put(text: str, path: Sequence[Step], value: Any) -> str:
    """`text` with `value` at `path`, made where it is missing. Everything else stays byte for byte.

    Raises:
        Broken: the text is no JSON, or something else stands in the way.
    """
    node = _Reader(text).whole()
    for depth, step in enumerate(path):
        if node.opened != ("{" if isinstance(step, str) else "["):
            raise _in_the_way(path[:depth])
        index = node.find(step)
        if index is None:
            return _inserted(text, node, step, _nested(path[depth + 1 :], value))
        node = node.items[index]
    if node.plain == value:
        return text
    return text[: node.start] + _rendered(text, value, _margin(text, node.start)) + text[node.end :]


def drop(text: str, path: Sequence[Step]) -> str:
    """`text` without what is at `path`, if anything is there."""
    node = _Reader(text).whole()
    for step in path[:-1]:
        index = node.find(step)
        if index is None:
            return text
        node = node.items[index]
    index = node.find(path[-1])
    return text if index is None else _without(text, node, index)


def _in_the_way(path: Sequence[Step]) -> Broken:
    names = ", ".join(f"“{step}”" for step in path if isinstance(step, str))
    return Broken(f"{names or 'it'} is not what it has to be to hold servers")


def _nested(path: Sequence[Step], value: Any) -> Any:
    for step in reversed(path):
        value = {step: value} if isinstance(step, str) else [value]
    return value


def _inserted(text: str, node: Node, step: Step, value: Any) -> str:
    """`text` with one more item at the end of an object or a list."""
    closing = node.end - 1
    name = f"{json.dumps(step)}: " if isinstance(step, str) else ""
    comma = "," if node.items and len(node.commas) < len(node.items) else ""
    trailing = "," if node.items and not comma else ""
    end = node.items[-1].end if node.items else node.last
    head, between = text[:end] + comma, text[end : node.last]
    if node.items and "\n" not in text[node.start : node.end]:
        return f"{head}{between} {name}{json.dumps(value, ensure_ascii=False)}{trailing}{text[node.last :]}"
    outer = _margin(text, node.start)
    inner = _margin(text, node.starts[0]) if node.items else outer + _unit(text)
    item = f"{_newline(text)}{inner}{name}{_rendered(text, value, inner)}{trailing}"
    tail = text[node.last :] if "\n" in text[node.last : closing] else f"{_newline(text)}{outer}{text[closing:]}"
    return head + between + item + tail


def _without(text: str, node: Node, index: int) -> str:
    """`text` without one item of an object or a list, and without a comma that would be too many."""
    begin = node.befores[index]
    end = node.commas[index] if index < len(node.commas) else node.items[index].end
    left = text[:begin]
    if 0 < index == len(node.items) - 1 and index >= len(node.commas):  # what is last now has a comma of no use
        comma = node.commas[index - 1]
        left = text[: comma - 1] + text[comma:begin]
    right = text[end:]
    if len(node.items) == 1 and begin == node.start + 1 and not text[end : node.end - 1].strip():
        right = text[node.end - 1 :]
    elif "\n" in text[begin : node.starts[index]] and not _begins_a_line(right):
        left += _newline(text)  # a comment up to the end of its line may stand there
    return left + right


def _begins_a_line(text: str) -> bool:
    return "\n" in text[: len(text) - len(text.lstrip())]


def _rendered(text: str, value: Any, margin: str) -> str:
    lines = json.dumps(value, ensure_ascii=False, indent=_unit(text)).split("\n")
    return f"{_newline(text)}{margin}".join(lines)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _unit(text: str) -> str:
    """By how much this text indents."""
    found = re.search(r"\n([ \t]+)\S", text)
    return found[1] if found else _INDENT


def _margin(text: str, at: int) -> str:
    """The blanks that the line around `at` begins with."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]
