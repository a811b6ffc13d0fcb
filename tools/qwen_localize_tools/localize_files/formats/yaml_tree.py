"""YAML as a tree of places: what is where in a text; nothing is constructed, and no alias followed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from .model import UnreadableError
from .splicing import line_number

if TYPE_CHECKING:
    from yaml import Event

_MOST_LEVELS = 100
_TEXT = "tag:yaml.org,2002:str"


@dataclass
class Node:
    """A value and where it is, without the anchor and the tag before it, and the line end and comments behind it.

    Attributes:
        kind: text; map and list, which have entries; other for what is left alone: numbers, aliases, what has a tag.
        style: of a scalar, as YAML marks it: ' " | > or nothing.
    """

    kind: Literal["text", "map", "list", "other"]
    start: int
    end: int
    text: str = ""
    style: str = ""
    is_flow: bool = False
    is_anchored: bool = False
    entries: list["Entry"] = field(default_factory=list)

    @property
    def names(self) -> dict[str, "Entry"]:
        """The entries by their names; of those with one name the last, as programs take it."""
        return {entry.name: entry for entry in self.entries}


@dataclass
class Entry:
    """A value with its key, which begins at `start`; an item of a list is called `[0]` and begins with its value."""

    name: str
    start: int
    key_end: int
    node: Node


def tree(text: str) -> Node | None:
    """The tree of a file with one document; None if there is nothing in it.

    Raises:
        UnreadableError: it is no YAML, or more than one document.
    """
    import yaml

    try:
        return _Builder(text).built(yaml.parse(text, Loader=_loader()))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UnreadableError(f"it is not valid YAML: {error.problem or error.context} (line {line})") from None
    except yaml.YAMLError as error:
        raise UnreadableError(f"it is not valid YAML: {' '.join(str(error).split())}") from None


def is_text(value: str) -> bool:
    """Whether a plain scalar is a text, and not a number, a date, a truth value or nothing."""
    import yaml

    return bool(_resolver().resolve(yaml.ScalarNode, value, (True, False)) == _TEXT)


@cache
def _loader() -> Any:
    """The parser in C, which all wheels of PyYAML bring; else the slow one."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def _resolver() -> Any:
    from yaml.resolver import Resolver

    return Resolver()


class _Builder:
    """Builds a tree of events, without recursion: a file may be nested as deep as it likes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Node | None = None
        self.open: list[Node] = []
        self.keys: list[Node | None] = []

    def built(self, events: Iterator["Event"]) -> Node | None:
        """The tree of a stream's events."""
        import yaml

        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                self._add(self._scalar(event))
            elif isinstance(event, yaml.AliasEvent):
                self._add(Node("other", *self._place(event)))
            elif isinstance(event, yaml.CollectionStartEvent):
                self._begin(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._finish(event)
            elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
                line = line_number(self.text, event.start_mark.index if event.start_mark else 0)
                raise UnreadableError(f"it holds more than one YAML document (line {line})")
        return self.root

    def _add(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if parent.kind == "list":
            parent.entries.append(Entry(f"[{len(parent.entries)}]", node.start, node.start, node))
        elif (key := self.keys[-1]) is None:
            self.keys[-1] = node
        else:
            parent.entries.append(Entry(key.text, key.start, key.end, node))
            self.keys[-1] = None

    def _begin(self, event: Any) -> None:
        import yaml

        kind: Literal["map", "list"] = "map" if isinstance(event, yaml.MappingStartEvent) else "list"
        start, _ = self._place(event)
        node = Node(kind, start, start, is_flow=bool(event.flow_style), is_anchored=event.anchor is not None)
        self._add(node)
        self.open.append(node)
        self.keys.append(None)
        if len(self.open) > _MOST_LEVELS:
            raise UnreadableError(f"it is nested deeper than {_MOST_LEVELS} levels (line {event.start_mark.line + 1})")

    def _finish(self, event: Any) -> None:
        self.keys.pop()
        node = self.open.pop()
        if node.is_flow:
            node.end = event.end_mark.index
        elif node.entries:
            node.end = max(node.end, node.entries[-1].node.end)

    def _scalar(self, event: Any) -> Node:
        start, end = self._place(event)
        style = event.style or ""
        if style in {"|", ">"}:
            end = self._without_space(start, end)
        is_said = event.tag in {_TEXT, "!"} if event.tag else bool(style) or _is_plain_text(event.value)
        kind: Literal["text", "other"] = "text" if is_said else "other"
        return Node(kind, start, end, event.value, style, is_anchored=event.anchor is not None)

    def _place(self, event: Any) -> tuple[int, int]:
        """From where to where a value goes, behind its anchor and its tag."""
        start, end = event.start_mark.index, event.end_mark.index
        if getattr(event, "anchor", None) is None and getattr(event, "tag", None) is None:
            return start, end
        while start < len(self.text) and self.text[start] in "&!":
            while start < len(self.text) and not self.text[start].isspace() and self.text[start] not in ",[]{}":
                start += 1
            while start < len(self.text) and self.text[start] in " \t":
                start += 1
        return start, max(start, end)

    def _without_space(self, start: int, end: int) -> int:
        while end > start and self.text[end - 1] in " \t\r\n":
            end -= 1
        return end


def _is_plain_text(value: str) -> bool:
    """Whether a plain scalar is a text for YAML, and no symbol of Ruby."""
    return is_text(value) and not value.startswith(":")
