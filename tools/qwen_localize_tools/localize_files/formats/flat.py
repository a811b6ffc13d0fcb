"""Files that are one list of `key = value`: what `.strings` and `.properties` have in common."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

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
            the old one is written, or that of the source file.
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
            elif self.falls_back and entry.value:
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

    @cached_property
    def following(self) -> dict[str, str]:
        """The entry after each one in the source file."""
        return dict(pairwise(self.there))

    def splices(self, missing: Mapping[str, str]) -> Iterable[Splice]:
        """One splice for all the entries that come to one place."""
        before, commented, end = anchors(self.there, self.here), self._commented(), newline(self.text)
        together: dict[str | None, list[str]] = {}
        for key in (key for key in self.there if key in missing):
            together.setdefault(before[key], []).append(key)
        for anchor, keys in together.items():
            position, gap = self._place(anchor, keys)
            block = ""
            for key in keys:
                block += gap if key == keys[0] else end if self._apart(key) else ""
                block += self._comments(key, commented) + self._entry(key, missing[key], anchor)
            whole = not position or self.text[position - 1] == "\n"
            yield Splice(position, position, block if whole else end + block.removesuffix(end))

    def _place(self, anchor: str | None, keys: Sequence[str]) -> tuple[int, str]:
        """Where new entries come, and the empty line above them if one has to be added."""
        if anchor is None:
            position = min((entry.head for entry in self.here.values()), default=len(self.text))
            return (0 if self.text[:position].isspace() else position), ""
        position, end = self.here[anchor].stop, newline(self.text)
        if not self._apart(keys[0]):
            return position, ""
        if self.text.startswith(end, position) and not self._apart(self.following.get(keys[-1])):
            return position + len(end), ""
        return position, end

    def _commented(self) -> bool:
        """Whether the target has comments above its entries, as far as the source file has some."""
        theirs = {key for key, entry in self.there.items() if entry.head < line_start(self.source, entry.start)}
        ours = {key for key, entry in self.here.items() if entry.head < line_start(self.text, entry.start)}
        return bool(ours) or not theirs & self.here.keys()

    def _apart(self, key: str | None) -> bool:
        """Whether the source file has an empty line above an entry."""
        return key is not None and apart(self.source, self.there[key].head)

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
        return (
            indent
            + source[entry.start : entry.separator]
            + separator
            + self.encoded(value, source[entry.opens : entry.closes])
            + rest
        )

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


def above(text: str, comments: Sequence[tuple[int, int]], start: int) -> tuple[int, str]:
    """Where the comments directly above an entry begin (without them, its line or itself), and what they say."""
    head, found = start, list[str]()
    for opens, closes in reversed(comments):
        if text.count("\n", closes, head) > 1:
            break
        head = opens
        found.append(_said(text[opens:closes]))
    begin = head
    while begin and text[begin - 1] in " \t":
        begin -= 1
    head = begin if not begin or text[begin - 1] == "\n" else head
    return head, "\n".join(filter(None, reversed(found)))


def _said(comment: str) -> str:
    """A comment without its signs and the lines that only decorate it."""
    lines = (line.strip(" \t\r/*#|") for line in comment.split("\n"))
    return "\n".join(line for line in lines if line.strip("-=~"))


def apart(text: str, position: int) -> bool:
    """Whether there is an empty line above."""
    return text[max(0, position - 4) : position].replace("\r\n", "\n").endswith("\n\n")


def part(text: str, start: int, end: int, splices: Iterable[Splice]) -> str:
    """A part of a text, with the splices that are in it."""
    return spliced(text[start:end], [Splice(one.start - start, one.end - start, one.text) for one in splices])


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
