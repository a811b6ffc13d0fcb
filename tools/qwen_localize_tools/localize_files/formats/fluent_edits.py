"""Changing Fluent patterns by splices: texts are replaced, and variants added and taken away."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .fluent_texts import decoded, encoded, rendered, selections
from .fluent_tree import Message, Pattern, Select, Variant
from .model import Changes, Forms
from .splicing import Splice, line_end, line_start, spliced

_CATEGORIES = ("zero", "one", "two", "few", "many", "other")


def is_plural(select: Select) -> bool:
    """Whether a selection has the forms of one text, by how many there are."""
    return select.is_number and all(
        (variant.name in _CATEGORIES or variant.name.startswith("=")) and not selections(variant.pattern)
        for variant in select.variants
    )


def units(pattern: Pattern, key: str) -> Iterator[tuple[str, Pattern, Forms]]:
    """The texts of a pattern: its own or a plural's, and those of the variants of other selections.

    Where a selection is all that a pattern has, its default variant is called as the pattern itself: what another
    language says without a selection is then the same unit.
    """
    select = pattern.select
    if select and is_plural(select):
        yield key, pattern, {name: decoded(variant.pattern) for name, variant in _by_name(select).items()}
        return
    if not select:
        yield key, pattern, {"": decoded(pattern)}
    for name, variant in _branches(pattern, key):
        yield from units(variant.pattern, name)


def _branches(pattern: Pattern, key: str) -> Iterator[tuple[str, Variant]]:
    """The variants of all selections of a pattern, with their keys."""
    only = pattern.select
    for number, select in enumerate(selections(pattern).values(), 1):
        base = key if number == 1 else f"{key}#{number}"
        for variant in select.variants:
            yield key if only and variant.is_default else f"{base}[{variant.name}]", variant


def _by_name(select: Select) -> dict[str, Variant]:
    """Variants by their names; of those with one name the first, as programs take it."""
    named: dict[str, Variant] = {}
    for variant in select.variants:
        named.setdefault(variant.name, variant)
    return named


def part_key(message: Message, name: str) -> str:
    """What a message's value or attribute is called."""
    return f"{message.name}.{name}" if name else message.name


@dataclass(frozen=True)
class Editor:
    """Edits one text.

    Attributes:
        text: the file.
        end: its line end.
        changes: the texts wanted, by their keys.
        drops: whether the forms of a plural go for which there is no text.
    """

    text: str
    end: str
    changes: Changes
    drops: bool = False

    def changed(self, pattern: Pattern, key: str) -> Iterator[Splice]:
        """What gives a pattern the texts wanted of it and of its variants."""
        select, forms = pattern.select, self.changes.get(key, {})
        if select and is_plural(select):
            yield from self._plural(select, {} if "" in forms else forms)
        elif not select and "" in forms:
            named = {mark: self._changed_select(one, pattern, key) for mark, one in selections(pattern).items()}
            yield self.text_splice(pattern, forms[""], named)
        else:
            for name, variant in _branches(pattern, key):
                yield from self.changed(variant.pattern, name)

    def _changed_select(self, select: Select, pattern: Pattern, key: str) -> str:
        """A selection within a text, with the texts wanted of its variants."""
        splices = [
            Splice(one.start - select.start, one.end - select.start, one.text)
            for name, variant in _branches(pattern, key)
            if variant in select.variants
            for one in self.changed(variant.pattern, name)
        ]
        return spliced(self.text[select.start : select.end], splices)

    def text_splice(self, pattern: Pattern, text: str, selects: Mapping[str, str] | None = None) -> Splice:
        """Another text in the place of a pattern, which begins on a line of its own if that did."""
        raw = self.text[pattern.start : pattern.end]
        lead = self.lead(pattern)
        new = encoded(text, selects or {}, lead or self.indent(pattern, raw), self.end, inline=not lead)
        return Splice(pattern.start, pattern.end, lead + new)

    def lead(self, pattern: Pattern) -> str:
        """The indentation with which a pattern begins whose first line is one of its own."""
        raw = self.text[pattern.start : pattern.end]
        return raw[: len(raw) - len(raw.lstrip(" "))] if self.text[pattern.start - 1 : pattern.start] == "\n" else ""

    def indent(self, pattern: Pattern, raw: str = "") -> str:
        """What stands before the further lines of a pattern, or would."""
        second = next((line for line in raw.split("\n")[1:] if line.strip()), "")
        if second.startswith(" ") and pattern.select is None and not selections(pattern):
            return second[: len(second) - len(second.lstrip(" "))]
        line = self.text[line_start(self.text, pattern.start) : pattern.start]
        return line[: len(line) - len(line.lstrip(" "))] + "    "

    def _plural(self, select: Select, forms: Forms) -> Iterator[Splice]:
        """What gives a plural other forms, behind those that come before them."""
        there = _by_name(select)
        gone = {
            name for name, one in there.items() if self.drops and forms and name not in forms and not one.is_default
        }
        yield from (self.text_splice(there[name].pattern, text) for name, text in forms.items() if name in there)
        for name in gone:
            yield Splice(line_start(self.text, there[name].start), line_end(self.text, there[name].end), "")
        kept = [variant for variant in select.variants if variant.name not in gone]
        for name in sorted(set(forms) - set(there), key=_order):
            before = [variant for variant in kept if _order(variant.name) < _order(name)]
            yield self.variant(name, forms[name], before[-1] if before else None, kept[0])

    def variant(self, name: str, text: str, before: Variant | None, first: Variant) -> Splice:
        """A new variant behind another one, or before the first."""
        like = before or first
        line = self.text[line_start(self.text, like.start) : like.start]
        column = len(line) + like.is_default
        said = f"[{name.removeprefix('=')}] {encoded(text, {}, ' ' * (column + 4), self.end)}"
        if before is None:
            place = line_start(self.text, first.start)
            return Splice(place, place, f"{' ' * column}{said}{self.end}")
        return Splice(before.end, before.end, f"{self.end}{' ' * column}{said}")

    def wrapped(self, pattern: Pattern, select: Select, wanted: Mapping[str, str]) -> Splice:
        """A pattern as the default variant of a selection that it did not have."""
        indent = self.indent(pattern)
        old = rendered(pattern, self.text, indent + "    ", self.end)
        default = next(variant.name for variant in select.variants if variant.is_default)
        lines = [f"{{ {select.selector} ->"]
        lines += [
            f"{indent}[{name.removeprefix('=')}] {encoded(text, {}, indent + '    ', self.end)}"
            for name, text in wanted.items()
        ]
        lines += [f"{indent[1:]}*[{default.removeprefix('=')}] {old}", f"{indent[4:]}}}"]
        new = self.end.join(lines)
        return Splice(pattern.start, pattern.end, self.lead(pattern) + new)


def _order(name: str) -> tuple[int, str]:
    """Exact numbers first, then the categories."""
    return (_CATEGORIES.index(name), "") if name in _CATEGORIES else (-1, name)
