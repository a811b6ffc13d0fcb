"""PHP files that return an array of texts, as Laravel's do."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from .content import newline
from .flat import apart, part, with_line_ends
from .model import Changes, Direction, Format, Layout, Unit, UnreadableError
from .php_arrays import Array, Item, encoded, returned
from .splicing import Splice, line_end, line_start, spliced

_Path = tuple[str, ...]
_LONGEST_END = 200
_BEGIN = re.compile(r"\s*<\?php\b.*?^[ \t]*(?:return|\$\w+[ \t]*=)\s*(?:\[|array\s*\()", re.DOTALL | re.MULTILINE)
_END = re.compile(r"[\])]\s*;\s*(?:(?:return\s+\$\w+\s*;\s*)|(?:\?>\s*))?\Z")


def _texts(array: Array, path: _Path = ()) -> Iterator[tuple[_Path, Item]]:
    for key, item in array.items.items():
        if item.array:
            yield from _texts(item.array, (*path, key))
        elif item.text is not None:
            yield (*path, key), item


def _by_key(array: Array) -> dict[str, tuple[_Path, Item]]:
    """The texts by `menu.file.open`; a key with dots of its own has them escaped where another is called so."""
    found: dict[str, tuple[_Path, Item]] = {}
    for path, item in _texts(array):
        names = (".".join(path), ".".join(part.replace(".", "\\.") for part in path), repr(path))
        found[next(name for name in names if name not in found)] = path, item
    return found


def _read(text: str, _: Direction) -> list[Unit]:
    return [
        Unit(key, {"": item.text} if item.text else {}, context=item.context)
        for key, (_, item) in _by_key(returned(text)).items()
    ]


def _write(text: str, changes: Changes, _: Direction, source: str) -> str:
    array = returned(text)
    here = _by_key(array)
    splices = [_replaced(text, here[key][1], changes[key][""]) for key in changes if key in here]
    missing = {key: forms[""] for key, forms in changes.items() if key not in here}
    if missing:
        splices += _inserted(text, array, with_line_ends(source, newline(text)), missing)
    return spliced(text, splices)


def _replaced(text: str, item: Item, value: str) -> Splice:
    return Splice(item.opens, item.closes, encoded(value, text[item.opens]))


def _inserted(text: str, array: Array, source: str, missing: dict[str, str]) -> Iterator[Splice]:
    origin = returned(source)
    there = _by_key(origin)
    if lost := next((key for key in missing if key not in there), None):
        raise UnreadableError(f"neither it nor the source file has the entry {lost}")
    wanted = {there[key][0]: value for key, value in missing.items()}
    return _Insertion(text, source, wanted).splices(origin, array, ())


@dataclass
class _Insertion:
    """New items in a target file, in the place and the shape that they have in the source file."""

    text: str
    source: str
    wanted: dict[_Path, str]

    @cached_property
    def above(self) -> set[_Path]:
        """The paths of what is wanted, and of the arrays that it is in."""
        return {path[:length] for path in self.wanted for length in range(1, len(path) + 1)}

    @cached_property
    def movable(self) -> bool:
        """Whether lines may be indented anew: not those of a text."""
        return not any("\n" in value for value in self.wanted.values())

    def splices(self, origin: Array, target: Array, path: _Path) -> Iterator[Splice]:
        """Those of one array and of the arrays in it."""
        blocks: dict[str | None, list[Item]] = {}
        following, anchor = dict(pairwise(origin.items)), None
        for key, item in origin.items.items():
            here = target.items.get(key)
            if here is None:
                if (*path, key) in self.above:
                    blocks.setdefault(anchor, []).append(item)
                continue
            anchor = key
            if (*path, key) in self.above:
                if item.array is None or here.array is None:
                    raise UnreadableError(f"{'.'.join((*path, key))} is something else there than in the source file")
                yield from self.splices(item.array, here.array, (*path, key))
        for before, items in blocks.items():
            after = following.get(items[-1].key)
            apart_after = after is not None and apart(self.source, origin.items[after].head)
            yield from self._placed(
                target, target.items[before] if before is not None else None, items, path, apart_after
            )

    def _placed(
        self, target: Array, anchor: Item | None, items: Sequence[Item], path: _Path, apart_after: bool
    ) -> Iterator[Splice]:
        """New items that stand side by side, behind their anchor or at the beginning."""
        beside = anchor or next(iter(target.items.values()), None)
        if not self._has_lines(target, beside, items[0]):
            yield self._in_line(target, anchor, [self._body(item, path) for item in items])
            return
        end, indent = newline(self.text), self._indent(target, beside)
        position, gap = self._place(target, beside, anchor), ""
        if anchor and apart(self.source, items[0].head):
            # The empty line that is there may be theirs.
            theirs = self.text.startswith(end, position) and not apart_after
            position, gap = (position + len(end), "") if theirs else (position, end)
        for item in items:
            gap += end if item is not items[0] and apart(self.source, item.head) else ""
            gap += self._lines(item, path, indent) + ("" if item is items[-1] else f",{end}")
        if anchor is None or anchor.comma:
            gap += ","
        else:
            yield Splice(anchor.closes, anchor.closes, ",")
        yield self._own_lines(position, gap, target)

    def _has_lines(self, target: Array, beside: Item | None, new: Item) -> bool:
        """Whether items have lines of their own; those of an empty array do if they do in the source file."""
        if beside:
            return not self.text[line_start(self.text, beside.start) : beside.start].strip()
        emptied = "\n" in self.text[target.start : target.end]
        return emptied or not self.source[line_start(self.source, new.start) : new.start].strip()

    def _in_line(self, target: Array, anchor: Item | None, bodies: Sequence[str]) -> Splice:
        if anchor:
            return Splice(anchor.closes, anchor.closes, "".join(f", {body}" for body in bodies))
        return Splice(target.start, target.start, ", ".join([*bodies, ""] if target.items else bodies))

    def _place(self, target: Array, beside: Item | None, anchor: Item | None) -> int:
        if anchor:
            return anchor.stop
        if beside:
            return beside.head
        end = line_end(self.text, target.start)
        return target.start if self.text[target.start : end].strip() else end

    def _own_lines(self, position: int, block: str, target: Array) -> Splice:
        end = newline(self.text)
        if self.text[position - 1] == "\n":
            return Splice(position, position, block + end)
        closing = end + _line_indent(self.text, target.start) if not target.items else ""
        return Splice(position, position, end + block + closing)

    def _indent(self, target: Array, beside: Item | None) -> str:
        if beside:
            return _line_indent(self.text, beside.start)
        outer = _line_indent(self.text, target.start)
        return outer + ("\t" if "\t" in outer else "    ")

    def _lines(self, item: Item, path: _Path, indent: str) -> str:
        """An item with its comments, indented as its new neighbours are."""
        comments = self.source[item.head : max(item.head, line_start(self.source, item.start))]
        body, old = self._body(item, path), _line_indent(self.source, item.start)
        if old == indent:
            return comments + indent + body
        if item.array and self.movable:
            body = re.sub(rf"(?<=\n){re.escape(old)}", indent, body)
        return re.sub(rf"^{re.escape(old)}", indent, comments, flags=re.MULTILINE) + indent + body

    def _body(self, item: Item, path: _Path) -> str:
        splices = _rewritten(self.source, item, self.wanted, (*path, item.key))
        return part(self.source, item.start, item.closes, splices)


def _line_indent(text: str, position: int) -> str:
    line = text[line_start(text, position) : position]
    return line[: len(line) - len(line.lstrip())]


def _rewritten(source: str, item: Item, wanted: Mapping[_Path, str], path: _Path) -> Iterator[Splice]:
    """An item of the source file with the texts that are wanted, and without others.

    Those that are known by their place alone stay, since the others would have other places.
    """
    if item.array:
        for key, inner in item.array.items.items():
            yield from _rewritten(source, inner, wanted, (*path, key))
    elif path in wanted:
        yield _replaced(source, item, wanted[path])
    elif item.text and item.named:
        beside = source[item.stop - 1] != "\n"
        yield Splice(item.head, _behind_spaces(source, item.stop) if beside else item.stop, "")


def _behind_spaces(text: str, position: int) -> int:
    while text.startswith((" ", "\t"), position):
        position += 1
    return position


def _create(source: str, changes: Changes, _: Direction) -> str:
    array = returned(source)
    here = _by_key(array)
    wanted = {here[key][0]: forms[""] for key, forms in changes.items()}
    splices = [one for key, item in array.items.items() for one in _rewritten(source, item, wanted, (key,))]
    return spliced(source, splices)


def _recognizes(text: str) -> bool:
    """Whether it is nothing but an array; most PHP files are programs."""
    return _BEGIN.match(text) is not None and _END.search(text[-_LONGEST_END:]) is not None


PHP = Format("PHP array", Layout.APART, (".php",), _recognizes, _read, _write, _create)
