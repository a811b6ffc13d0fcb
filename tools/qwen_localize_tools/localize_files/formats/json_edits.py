"""Putting texts into a JSON file: values are replaced, entries added and taken out, and nothing else changes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from .json_look import Document
from .json_places import Kind, Node
from .model import UnreadableError
from .splicing import Splice, line_number

# Texts by the names that lead to them; None takes an entry out. A number is only written where it is not there yet.
Tree = dict[str, "str | int | Tree | None"]
_COMMENT = re.compile(r"[ \t]*(?://[^\r\n]*|/\*[^\r\n]*?\*/)(?=[ \t]*(?:\r?\n|$))")


class Guide(Protocol):
    """Who knows the place and the shape of what is not there yet, within one object or array."""

    def below(self, name: str, /) -> "Guide":
        """The same for what is called so."""

    def anchors(self, present: Mapping[str, int], missing: Sequence[str]) -> dict[int, list[str]]:
        """Behind which index what comes, in order; -1 is the beginning."""

    def rendered(self, name: str, wanted: "str | int | Tree", indent: str, /) -> str:
        """The value of a new entry, for a line with this indentation."""

    def opening(self) -> str | None:
        """What stands before the first entry where there is none yet; None for a line of its own."""

    def fits(self, name: str, node: Node, /) -> bool:
        """Whether what is called so is an object, or an array, as the node is."""


def plant(tree: Tree, path: Sequence[str], value: str | int | None) -> None:
    """Puts a value into a tree, at the end of a path."""
    for name in path[:-1]:
        branch = tree.setdefault(name, {})
        if not isinstance(branch, dict):
            raise UnreadableError(f"{'.'.join(path)} cannot be written: {name} is a text")
        tree = branch
    tree[path[-1]] = value


def edits(document: Document, node: Node, tree: Tree, guide: Guide, anew: bool = False) -> Iterator[Splice]:
    """What changes in an object or array, by what is wanted of it; in what is written `anew`, no name stands twice."""
    last = {entry.name: index for index, entry in enumerate(node.entries)}
    if node.kind is Kind.ARRAY:
        tree = _without_gaps(tree, len(node.entries))
    kept: dict[str, int] = {}
    for name, index in last.items():
        wanted = tree.get(name, _UNTOUCHED)
        if wanted is not None:
            kept[name] = index
            yield from _changed(document, node.entries[index].value, name, wanted, guide, anew)
    gone = {index for name, index in last.items() if name not in kept}
    if anew:
        gone |= set(range(len(node.entries))) - set(last.values())
    missing = [name for name, wanted in tree.items() if wanted is not None and name not in last]
    where = guide.anchors(kept, missing) if missing else {}
    container = _Container(document, node, gone)
    yield from container.removals(added=bool(where))
    for index, names in where.items():
        yield from container.added(index, names, tree, guide)


_UNTOUCHED: Tree = {}


def _without_gaps(tree: Tree, length: int) -> Tree:
    indexes = [int(name) for name in tree]
    return {**{str(index): "" for index in range(length, max(indexes, default=0))}, **tree}


def _changed(
    document: Document, node: Node, name: str, wanted: "str | int | Tree", guide: Guide, anew: bool
) -> Iterator[Splice]:
    if wanted is _UNTOUCHED or isinstance(wanted, int):
        return
    if isinstance(wanted, dict) and node.is_container and guide.fits(name, node):
        yield from edits(document, node, wanted, guide.below(name), anew)
    elif isinstance(wanted, str) and not node.is_container:
        yield Splice(node.start, node.end, document.look.string(wanted))
    elif node.text or node.entries:
        line = line_number(document.text, node.start)
        raise UnreadableError(f"{name} has another structure than in the source language (line {line})")
    else:
        yield Splice(node.start, node.end, guide.rendered(name, wanted, document.indent_at(node.start)))


class _Container:
    """An object or array some of whose entries go while others come."""

    def __init__(self, document: Document, node: Node, gone: set[int]) -> None:
        self._document = document
        self._text = document.text
        self._node = node
        self._entries = node.entries
        self._gone = gone

    def removals(self, added: bool) -> Iterator[Splice]:
        """What goes, with its commas; where nothing is left and something comes, `added` says it all."""
        runs = _runs(sorted(self._gone))
        if len(self._gone) == len(self._entries):
            if self._entries and not added:
                yield Splice(self._node.start + 1, self._node.end - 1, "")
            return
        for first, last in runs:
            if first == 0:
                yield Splice(self._entries[0].start, self._entries[last + 1].start, "")
            elif last == len(self._entries) - 1:
                yield Splice(self._entries[first - 1].value.end, self._entries[last].value.end, "")
            else:
                yield Splice(self._entries[first - 1].comma, self._comment_end(self._entries[last].comma), "")

    def added(self, index: int, names: Sequence[str], tree: Tree, guide: Guide) -> Iterator[Splice]:
        """What comes behind an entry, or at the beginning."""
        if len(self._gone) == len(self._entries):
            yield self._filled(names, tree, guide)
            return
        lead = self._lead(index)
        pieces = [lead + self._piece(name, tree, guide, lead, max(index, 0)) for name in names]
        if index < 0:
            start = self._entries[0].start
            yield Splice(start, start, ",".join(pieces)[len(lead) :] + "," + lead)
        elif self._is_last(index):
            end = self._entries[index].value.end
            yield Splice(end, end, ",")
            behind = self._behind(index, end, lead)
            yield Splice(behind, behind, ",".join(pieces))
        else:
            behind = self._behind(index, self._entries[index].comma, lead)
            yield Splice(behind, behind, ",".join(pieces) + ",")

    def _is_last(self, index: int) -> bool:
        entry = self._entries[index]
        followed = index + 1 < len(self._entries)
        return entry.comma < 0 or (followed and all(one in self._gone for one in range(index + 1, len(self._entries))))

    def _behind(self, index: int, position: int, lead: str) -> int:
        """Where something new may stand: behind the comment of the line, if it has a line of its own itself."""
        return self._comment_end(position) if "\n" in lead and index + 1 not in self._gone else position

    def _comment_end(self, position: int) -> int:
        match = _COMMENT.match(self._text, position)
        return match.end() if match else position

    def _lead(self, index: int) -> str:
        """The blanks before a new entry: those of its neighbours."""
        around = range(max(index, 0), min(index + 2, len(self._entries)))
        leads = [(at, self._document.lead(self._entries[at])) for at in around]
        found = [lead for at, lead in leads if at or "\n" in lead]
        if found:
            return min(found, key=lambda lead: (lead.count("\n"), len(lead)))
        return " " if self._document.colon(self._entries[0]).endswith(" ") else ""

    def _piece(self, name: str, tree: Tree, guide: Guide, lead: str, neighbour: int | None) -> str:
        wanted = tree[name]
        assert wanted is not None  # noqa: S101 - what goes is not added
        value = guide.rendered(name, wanted, lead.rpartition("\n")[2] if "\n" in lead else "")
        if self._node.kind is Kind.ARRAY:
            return value
        shape = self._document.root.entries[:1] if neighbour is None else [self._entries[neighbour]]
        colon = self._document.colon(shape[0]) if shape else ": "
        return self._document.look.string(name) + colon + value

    def _filled(self, names: Sequence[str], tree: Tree, guide: Guide) -> Splice:
        """All of an object or array in which nothing is, or nothing remains."""
        start, end = self._node.start + 1, self._node.end - 1
        comment = "" if self._entries else self._text[start:end].rstrip()
        indent = self._document.indent_at(self._node.start)
        look, opening = self._document.look, None if comment else guide.opening()
        lead = look.newline + indent + look.indent if opening is None else opening
        closing = look.newline + indent if opening is None else opening
        between = "," + (lead if opening is None else " ")
        pieces = [self._piece(name, tree, guide, lead, None) for name in names]
        return Splice(start, end, comment + lead + between.join(pieces) + closing)


def _runs(indexes: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for index in indexes:
        if runs and runs[-1][1] == index - 1:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs
