"""Files that are one list of `key = value`: what `.strings` and `.properties` have in common."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .content import newline
from .model import Changes, Direction, Unit, UnreadableError
from .splicing import Splice, line_start, spliced


@dataclass(frozen=True)
class Entry:
    """One entry and its places in the text.

    Attributes:
        key, value: decoded.
        context: what the comments directly above say.
        head: where its line begins, or those comments.
        start: where the key begins.
        separator: where the key ends.
        opens, closes: from where to where the value is written, with its quotes.
        stop: where the next entry may begin.
    """

    key: str
    value: str
    context: str
    head: int
    start: int
    separator: int
    opens: int
    closes: int
    stop: int


@dataclass(frozen=True)
class Flat:
    """How such files are read, written and made.

    Attributes:
        parsed: the entries of a text, in order; raises UnreadableError.
        encoder: for a text that is to be written to, and its entries, what writes a value; it takes the value and how
            the old one is written, which is empty for a new one.
        falls_back: whether programs take what a file lacks from the source language's.
        equals: what to put between a key and its value where the file has nothing.
    """

    parsed: Callable[[str], list[Entry]]
    encoder: Callable[[str, Sequence[Entry]], Callable[[str, str], str]]
    falls_back: bool
    equals: str = "="

    def read(self, text: str, _: Direction) -> list[Unit]:
        """A unit for each key; of several entries with one key, the last is the one that programs take."""
        return [
            Unit(entry.key, {"": entry.value} if entry.value else {}, context=entry.context)
            for entry in _last(self.parsed(text)).values()
        ]

    def write(self, text: str, changes: Changes, _: Direction, source: str) -> str:
        """The target with the changes; what it lacks stands where the source file has it."""
        entries = self.parsed(text)
        here, encoded = _last(entries), self.encoder(text, entries)
        splices = [self._replaced(text, here[key], changes[key][""], encoded) for key in changes if key in here]
        missing = {key: forms[""] for key, forms in changes.items() if key not in here}
        if missing:
            there = _last(self.parsed(source))
            if lost := next((key for key in missing if key not in there), None):
                raise UnreadableError(f"neither it nor the source file has the entry {lost}")
            splices += _Insertion(text, here, source, there, encoded, self.equals).splices(missing)
        return spliced(text, splices)

    def create(self, source: str, changes: Changes, _: Direction) -> str:
        """The source file with other values."""
        entries = self.parsed(source)
        last, encoded = _last(entries), self.encoder(source, entries)
        splices = []
        for entry in entries:
            if entry.key in changes and last[entry.key] is entry:
                splices.append(self._replaced(source, entry, changes[entry.key][""], encoded))
            elif self.falls_back:
                splices.append(Splice(entry.head, entry.stop, ""))
        return spliced(source, splices)

    def _replaced(self, text: str, entry: Entry, value: str, encoded: Callable[[str, str], str]) -> Splice:
        equals = self.equals if entry.separator == entry.opens else ""
        return Splice(entry.opens, entry.closes, equals + encoded(value, text[entry.opens : entry.closes]))


@dataclass(frozen=True)
class _Insertion:
    """New entries in a target file, in the place and the shape that they have in the source file."""

    text: str
    here: Mapping[str, Entry]
    source: str
    there: Mapping[str, Entry]
    encoded: Callable[[str, str], str]
    equals: str

    def splices(self, missing: Mapping[str, str]) -> Iterable[Splice]:
        """One splice for each missing entry."""
        commented = any(entry.context for entry in self.here.values()) or not self.here
        before = anchors(self.there, self.here)
        first = min((entry.head for entry in self.here.values()), default=len(self.text))
        for key in (key for key in self.there if key in missing):
            anchor = before[key]
            block = self._comments(key, commented) + self._entry(key, missing[key], anchor)
            if anchor is None:
                yield self._at_first(first, block)
            else:
                yield self._after(self.here[anchor].stop, self._gap(key) + block)

    def _gap(self, key: str) -> str:
        """The empty line above an entry, if the source file has one."""
        above = self.source[: self.there[key].head][-3:].replace("\r\n", "\n")
        return newline(self.text) if above.endswith("\n\n") else ""

    def _comments(self, key: str, commented: bool) -> str:
        entry = self.there[key]
        comments = self.source[entry.head : max(entry.head, line_start(self.source, entry.start))]
        return self._with_line_ends(comments) if commented else ""

    def _entry(self, key: str, value: str, anchor: str | None) -> str:
        """The entry's own lines: indented and separated as its neighbour is, where that differs from the source."""
        entry, source = self.there[key], self.source
        indent = source[max(entry.head, line_start(source, entry.start)) : entry.start]
        separator = source[entry.separator : entry.opens] or self.equals
        if anchor is not None:
            indent = _restyled(indent, _indent(source, self.there[anchor]), _indent(self.text, self.here[anchor]))
            separator = _restyled(
                separator, _separator(source, self.there[anchor]), _separator(self.text, self.here[anchor])
            )
        rest = self._with_line_ends(source[entry.closes : entry.stop])
        rest = rest if rest.endswith("\n") else rest + newline(self.text)
        return indent + source[entry.start : entry.separator] + separator + self.encoded(value, "") + rest

    def _after(self, position: int, block: str) -> Splice:
        if self.text[position - 1] == "\n":
            return Splice(position, position, block)
        end = newline(self.text)
        return Splice(position, position, end + block.removesuffix(end))

    def _at_first(self, position: int, block: str) -> Splice:
        if not position or self.text[position - 1] == "\n":
            return Splice(position, position, block)
        return self._after(position, block)

    def _with_line_ends(self, block: str) -> str:
        return with_line_ends(block, newline(self.text))


def anchors(order: Iterable[str], present: Collection[str]) -> dict[str, str | None]:
    """For each key that is not present, the nearest one before it that is; None if there is none."""
    found: dict[str, str | None] = {}
    nearest = None
    for key in order:
        if key in present:
            nearest = key
        else:
            found[key] = nearest
    return found


def with_line_ends(text: str, end: str) -> str:
    """A text with other line ends."""
    return re.sub(r"\r\n|\r|\n", end, text)


def _last(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The last entry of each key, in the order in which these stand in the file."""
    found: dict[str, Entry] = {}
    for entry in entries:
        found.pop(entry.key, None)
        found[entry.key] = entry
    return found


def _indent(text: str, entry: Entry) -> str:
    return text[line_start(text, entry.start) : entry.start]


def _separator(text: str, entry: Entry) -> str:
    return text[entry.separator : entry.opens]


def _restyled(own: str, neighbour_there: str, neighbour_here: str) -> str:
    """What an entry has in the source file, unless its neighbour looks different in the target."""
    if neighbour_there == neighbour_here or not neighbour_here.isprintable():
        return own
    return neighbour_here
