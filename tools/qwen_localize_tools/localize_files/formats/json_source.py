"""The source language's JSON file as the pattern for what the other language's file lacks."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from .json_edits import Tree, edits
from .json_look import Document, Look
from .json_places import Kind, Node, parsed, spare_commas
from .splicing import Splice, spliced

# In the order in which CLDR names them.
CATEGORIES = ("zero", "one", "two", "few", "many", "other")


@dataclass(frozen=True)
class SourceGuide:
    """What an object or array of the source language's file says of its counterpart in another file.

    Attributes:
        source: the file.
        node: the object or array; None where the source has none.
        look: how the other file is written.
        optional: where the values begin that are only written if they are wanted, sorted.
    """

    source: Document
    node: Node | None
    look: Look
    optional: Sequence[int]

    @cached_property
    def _members(self) -> dict[str, Node]:
        return self.node.members() if self.node else {}

    def below(self, name: str) -> "SourceGuide":
        """The same for what is called so."""
        return replace(self, node=self._members.get(name))

    def fits(self, name: str, node: Node) -> bool:
        """Whether what is called so is an object, or an array, as the node is."""
        return name not in self._members or self._members[name].kind is node.kind

    def anchors(self, present: Mapping[str, int], missing: Sequence[str]) -> dict[int, list[str]]:
        """Each behind the nearest name before it in the source that is there."""
        order = list(_ordered(self._members, [name for name in missing if name not in self._members]))
        shared = any(name in present for name in order)
        anchor = _head(present) if shared or not present else max(present.values())
        wanted, found = set(missing), dict[int, list[str]]()
        for name in order:
            if name in present:
                anchor = present[name]
            elif name in wanted:
                found.setdefault(anchor, []).append(name)
        return found

    def rendered(self, name: str, wanted: str | int | Tree, indent: str) -> str:
        """The source's value with the wanted texts, or the text alone."""
        value = self._members.get(name)
        if value is None or (isinstance(wanted, str) and (wanted or value.kind is Kind.STRING)):
            return self.look.string(str(wanted))
        if not value.is_container:
            return self.source.raw(value)
        pattern = replace(self.source, look=self.source.look.spelled_as(self.look))
        raw = projected(pattern, value, wanted if isinstance(wanted, dict) else {}, self.optional, blanks=True)
        if not self.look.spare:
            raw = spliced(raw, [Splice(end - 1, end, "") for end in spare_commas(parsed(raw))])
        if "\n" not in raw:
            return raw
        return self.look.lines(raw, self.source.indent_at(value.start), indent, self.source.look.indent)

    def opening(self) -> str | None:
        """As in the source."""
        if self.node is None or not self.node.entries:
            return None
        lead = self.source.lead(self.node.entries[0])
        return None if "\n" in lead else lead


def _head(present: Mapping[str, int]) -> int:
    """The last of what says something of the file itself, at its beginning."""
    head = -1
    for name, index in present.items():
        if index != head + 1 or not name.startswith(("@@", "$")):
            break
        head = index
    return head


def _ordered(names: Iterable[str], others: Sequence[str]) -> Iterator[str]:
    """The names with others among them: plural forms beside those of the same thing, in CLDR's order."""
    known = dict.fromkeys(names)
    before: dict[str, list[str]] = {}
    behind: dict[str, list[str]] = {}
    last = []
    for other in sorted(others, key=_rank):
        form, rank = other.rpartition("_")[2], _rank(other)
        earlier, later = (
            next((one for one in (other.removesuffix(form) + near for near in others_of) if one in known), "")
            for others_of in (CATEGORIES[:rank][::-1], CATEGORIES[rank + 1 :])
        )
        if earlier:
            behind.setdefault(earlier, []).append(other)
        elif later:
            before.setdefault(later, []).append(other)
        else:
            last.append(other)
    for name in known:
        yield from (*before.get(name, ()), name, *behind.get(name, ()))
    yield from last


def _rank(name: str) -> int:
    form = name.rpartition("_")[2]
    return CATEGORIES.index(form) if form in CATEGORIES else len(CATEGORIES)


def projected(document: Document, node: Node, tree: Tree, optional: Sequence[int], blanks: bool = False) -> str:
    """A part of the source's text with the wanted texts, and without the optional values that are not wanted.

    The items of arrays are counted, so none is left out: what is not wanted of them stays, or becomes blank.
    """
    wanted = _pruned(node, tree, _Optional(optional, blanks), inside=False)
    guide = SourceGuide(document, node, document.look, optional)
    shifted = [
        Splice(splice.start - node.start, splice.end - node.start, splice.text)
        for splice in edits(document, node, wanted, guide, anew=True)
    ]
    return spliced(document.raw(node), shifted)


@dataclass(frozen=True)
class _Optional:
    starts: Sequence[int]
    blanks: bool

    def within(self, node: Node) -> bool:
        index = bisect_left(self.starts, node.start)
        return index < len(self.starts) and self.starts[index] < node.end


def _pruned(node: Node, tree: Tree, optional: _Optional, inside: bool) -> Tree:
    """The tree, and None for all that is optional and not wanted."""
    pruned, inside = dict(tree), inside or node.kind is Kind.ARRAY
    for name, value in node.members().items():
        wanted = tree.get(name)
        if isinstance(wanted, dict) and value.is_container:
            pruned[name] = _pruned(value, wanted, optional, inside)
        elif wanted is None and optional.within(value):
            if not inside:
                pruned[name] = None
            elif value.is_container:
                pruned[name] = _pruned(value, {}, optional, inside)
            elif optional.blanks:
                pruned[name] = ""
    return pruned
