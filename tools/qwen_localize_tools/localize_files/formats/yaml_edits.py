"""Changing YAML by splices: values are replaced, forms of plurals added, entries copied for another file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .model import Forms
from .splicing import Splice, line_end, line_start, spliced
from .yaml_tree import Entry, Node, is_text
from .yaml_values import quoted, scalar

CATEGORIES = ("zero", "one", "two", "few", "many", "other")

Path = tuple[str, ...]
Wanted = Mapping[Path, Forms]


def is_plural(node: Node) -> bool:
    """Whether a map has the forms of one text: its keys are plural categories."""
    return (
        node.kind == "map"
        and any(entry.name == "other" for entry in node.entries)
        and all(entry.name in CATEGORIES and entry.node.kind == "text" for entry in node.entries)
    )


def fits(node: Node, forms: Forms) -> bool:
    """Whether forms can be written into a value as it is: one text into a text, a plural into a plural."""
    return "" in forms if node.kind == "text" else is_plural(node) and "" not in forms


def key_like(raw: str, name: str, new: str) -> str:
    """Another key with the quotes of one that is there, or with some if it needs them."""
    key = raw.replace(name, new)
    return key if raw != name or is_text(new) else quoted(new)


def comment_start(text: str, entry: Entry) -> int:
    """Where the comment right above an entry begins, or else its own line."""
    start = line_start(text, entry.start)
    while start > 0:
        above = line_start(text, start - 1)
        if not text[above:start].lstrip().startswith("#"):
            break
        start = above
    return start


@dataclass(frozen=True)
class Editor:
    """Edits one text.

    Attributes:
        text: the file.
        end: its line end.
    """

    text: str
    end: str

    def changed(self, entry: Entry, forms: Forms, *, in_flow: bool, drops: bool = False) -> Iterator[Splice]:
        """What gives an entry other texts; with `drops`, forms without one go."""
        if entry.node.kind == "text":
            yield self._value(entry, forms[""], in_flow=in_flow)
            return
        node, there = entry.node, entry.node.names
        gone = {name for name in there if drops and name not in forms and name != "other"}
        if node.is_flow and (gone or not set(forms) <= set(there)):
            yield self._braces(node, forms, gone)
            return
        yield from (
            self._value(there[form], text, in_flow=node.is_flow) for form, text in forms.items() if form in there
        )
        yield from (self.without(there[name]) for name in gone if self.has_own_lines(there[name]))
        kept = [entry for name, entry in there.items() if name not in gone]
        new = sorted(set(forms) - set(there), key=CATEGORIES.index)
        yield from (self._form(kept, form, forms[form]) for form in new)

    def _value(self, entry: Entry, text: str, *, in_flow: bool) -> Splice:
        node = entry.node
        return Splice(
            node.start, node.end, self._scalar(text, entry, is_flow=in_flow, is_last=node.end == len(self.text))
        )

    def _scalar(self, text: str, like: Entry, *, is_flow: bool, is_last: bool = False) -> str:
        """A text in the style of an entry's value."""
        node = like.node
        raw = self.text[node.start : node.end]
        return scalar(text, raw, node.style, self.column(like), self.end, is_flow=is_flow, is_last=is_last)

    def _form(self, there: list[Entry], form: str, text: str) -> Splice:
        """A new form, behind those that come before it."""
        before = [entry for entry in there if CATEGORIES.index(entry.name) < CATEGORIES.index(form)]
        like = before[-1] if before else there[0]
        return self.inserted(like, self._pair(like, form, text, is_flow=False), above=not before)

    def _pair(self, like: Entry, form: str, text: str, *, is_flow: bool) -> str:
        key = key_like(self.text[like.start : like.key_end], like.name, form)
        return f"{key}: {self._scalar(text, like, is_flow=is_flow)}"

    def _braces(self, node: Node, forms: Forms, gone: set[str]) -> Splice:
        """A plural between braces, written anew."""
        there = node.names
        like = next(iter(there.values()))
        pairs = [
            self._pair(there.get(form, like), form, forms[form], is_flow=True)
            if form in forms
            else self.text[there[form].start : there[form].node.end]
            for form in CATEGORIES
            if form in forms or (form in there and form not in gone)
        ]
        space = " " if self.text.startswith(" ", node.start + 1) else ""
        return Splice(node.start, node.end, f"{{{space}{', '.join(pairs)}{space}}}")

    def inserted(self, like: Entry, lines: str, *, above: bool = False) -> Splice:
        """Lines above an entry or below it; the first line is given without its indentation."""
        indent = " " * self.column(like)
        if above:
            place = comment_start(self.text, like) if self.has_own_lines(like) else like.start
            if place == like.start and indent:
                return Splice(place, place, f"{lines}{self.end}{indent}")
            return Splice(place, place, f"{indent}{lines}{self.end}")
        place = line_end(self.text, like.node.end)
        if place and self.text[place - 1] != "\n":
            return Splice(place, place, f"{self.end}{indent}{lines}")
        return Splice(place, place, f"{indent}{lines}{self.end}")

    def without(self, entry: Entry) -> Splice:
        """What takes an entry away, with the comment above it."""
        return Splice(comment_start(self.text, entry), line_end(self.text, entry.node.end), "")

    def has_own_lines(self, entry: Entry) -> bool:
        """Whether nothing stands before an entry in its line."""
        return not self.text[line_start(self.text, entry.start) : entry.start].strip()

    def column(self, entry: Entry) -> int:
        """Where an entry's key stands in its line, or the dash of a list's item."""
        before = self.text[line_start(self.text, entry.start) : entry.start]
        is_item = entry.key_end == entry.start
        return len(before) - len(before.lstrip()) if is_item else len(before)

    def copied(self, node: Node, path: Path, wanted: Wanted, *, in_list: bool = False) -> Iterator[Splice]:
        """What makes a copy of these entries a translation: the texts wanted, and of the others none but in lists."""
        for name, entry in node.names.items():
            here = (*path, name)
            if here in wanted:
                yield from self.changed(entry, wanted[here], in_flow=node.is_flow, drops=True)
            elif not in_list and not node.is_flow and self.has_own_lines(entry) and _is_idle(entry.node, here, wanted):
                yield self.without(entry)
            else:
                yield from self.copied(entry.node, here, wanted, in_list=in_list or entry.node.kind == "list")

    def copy(self, entry: Entry, parent: Node, path: Path, wanted: Wanted, column: int, end: str) -> str:
        """An entry of this file for another one, from its key on, with the texts wanted."""
        start = entry.start
        if entry.key_end == entry.start and not parent.is_flow:
            start = line_start(self.text, start) + self.column(entry)
        stop = entry.node.end if parent.is_flow else line_end(self.text, entry.node.end)
        only = Node(parent.kind, start, stop, is_flow=parent.is_flow, entries=[entry])
        splices = [
            Splice(one.start - start, one.end - start, one.text)
            for one in self.copied(only, path, wanted, in_list=parent.kind == "list")
        ]
        lines = re.split(r"\r?\n", spliced(self.text[start:stop], splices).rstrip())
        return end.join(_moved(lines, column - self.column(entry)))


def _is_idle(node: Node, path: Path, wanted: Wanted) -> bool:
    """Whether there is nothing in a value but texts that nobody wants."""
    if path in wanted or node.is_anchored or node.kind == "other":
        return False
    items = node.entries
    if node.kind == "list" and any(item.node.kind == "text" for item in items):
        items = [item for item in items if item.node.kind != "other"]
    return node.kind == "text" or all(_is_idle(item.node, (*path, item.name), wanted) for item in items)


def _moved(lines: list[str], columns: int) -> Iterator[str]:
    """Lines with another indentation; but for the first, whose own is not there."""
    for number, line in enumerate(lines):
        if number == 0 or not line.strip():
            yield line
        elif columns >= 0:
            yield " " * columns + line
        else:
            space = len(line) - len(line.lstrip(" "))
            yield line[min(space, -columns) :]
