"""Adding to a YAML file what only its source file has."""

from collections.abc import Iterator
from dataclasses import dataclass

from .splicing import Splice
from .yaml_edits import Editor, Path, Wanted, is_plural
from .yaml_tree import Entry, Node
from .yaml_values import quoted


@dataclass(frozen=True)
class Merger:
    """Adds texts to a target file in the shape that the source file has.

    Attributes:
        target: the file that gets them.
        source: the file that has their shape.
        wanted: the texts by their path in the source file.
        roads: all paths that lead to one of these.
    """

    target: Editor
    source: Editor
    wanted: Wanted
    roads: frozenset[Path]

    @classmethod
    def of(cls, target: Editor, source: Editor, wanted: Wanted) -> "Merger":
        """A merger for some texts."""
        roads = frozenset(path[:length] for path in wanted for length in range(len(path) + 1))
        return cls(target, source, wanted, roads)

    def merged(self, there: Node, source: Node, path: Path = ()) -> Iterator[Splice]:
        """What adds to a map or list what it lacks."""
        names = there.names
        before: Entry | None = None
        for name, entry in source.names.items():
            here = (*path, name)
            found = names.get(name)
            if here not in self.roads:
                before = found or before
                continue
            if found is None:
                yield self._inserted(there, before, source, entry, path)
                continue
            before = found
            if here in self.wanted or found.node.kind != entry.node.kind or is_plural(found.node):
                yield self.replaced(there, found, source, entry, path)
            else:
                yield from self.merged(found.node, entry.node, here)

    def replaced(self, there: Node, found: Entry, source: Node, entry: Entry, path: Path) -> Splice:
        """A value of another shape in the place of one that is there: a plural for a text, or a text for nothing."""
        if there.is_flow:
            new = f": {self._flow(entry.node, (*path, entry.name))}"
        else:
            lines = self._copy(entry, source, path, found)
            new = lines[entry.key_end - entry.start :] if there.kind == "map" else lines.removeprefix("- ")
        return Splice(found.key_end, found.node.end, new)

    def _inserted(self, there: Node, before: Entry | None, source: Node, entry: Entry, path: Path) -> Splice:
        """A new entry behind the one that precedes it in the source file, or else before all others."""
        if not there.is_flow:
            like = before or there.entries[0]
            return self.target.inserted(like, self._copy(entry, source, path, like), above=before is None)
        value = self._flow(entry.node, (*path, entry.name))
        pair = value if there.kind == "list" else f"{self.source.text[entry.start : entry.key_end]}: {value}"
        if before is not None:
            return Splice(before.node.end, before.node.end, f", {pair}")
        place = there.entries[0].start if there.entries else there.start + 1
        return Splice(place, place, f"{pair}, " if there.entries else pair)

    def _copy(self, entry: Entry, source: Node, path: Path, like: Entry) -> str:
        """An entry of the source file, to stand where another one stands."""
        return self.source.copy(entry, source, path, self.wanted, self.target.column(like), self.target.end)

    def _flow(self, node: Node, path: Path) -> str:
        """A value of the source file between braces or brackets."""
        if node.kind == "text" and path in self.wanted:
            return quoted(self.wanted[path][""])
        if is_plural(node) and path in self.wanted:
            return "{" + ", ".join(f"{form}: {quoted(text)}" for form, text in self.wanted[path].items()) + "}"
        if node.kind == "list":
            return "[" + ", ".join(self._flow(item.node, (*path, item.name)) for item in node.entries) + "]"
        if node.kind == "map":
            pairs = [
                f"{self.source.text[item.start : item.key_end]}: {self._flow(item.node, (*path, name))}"
                for name, item in node.names.items()
                if (*path, name) in self.roads
            ]
            return "{" + ", ".join(pairs) + "}"
        return quoted(node.text) if node.kind == "text" else self.source.text[node.start : node.end]
