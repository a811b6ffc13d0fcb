"""Locale files of Ruby on Rails, and other nested YAML such as Symfony's."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from .content import newline
from .model import Changes, Direction, Format, Forms, Layout, Unit, UnreadableError
from .splicing import Splice, line_start, spliced
from .yaml_edits import Editor, Path, Wanted, comment_start, fits, is_plural, key_like
from .yaml_merging import Merger
from .yaml_tree import Entry, Node, tree

_FIRST_KEY = re.compile(
    r"(?:[ \t]*(?:#[^\r\n]*)?\r?\n|---[^\r\n]*\r?\n|%[^\r\n]*\r?\n)*"
    r"(?:[\w.-]+|\"[^\"\r\n]*\"|'[^'\r\n]*')[ \t]*:(?=[ \t\r\n]|\Z)"
)
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_@][A-Za-z0-9_@-]{2,20})?")
# Other codes of the same language.
_ALIKE = {"no": "nb", "nn": "nb", "iw": "he", "in": "id", "ji": "yi", "tl": "fil"}


@dataclass(frozen=True)
class _File:
    """A file's text and tree, and where its language begins: below the locale's code, if it stands at the root.

    Attributes:
        top: the whole tree.
        root: the entry whose key is the locale, or None.
    """

    text: str
    top: Node
    root: Entry | None

    @property
    def node(self) -> Node:
        """What has the texts."""
        return self.root.node if self.root else self.top

    @property
    def path(self) -> Path:
        """The path to it."""
        return (self.root.name,) if self.root else ()

    @property
    def editor(self) -> Editor:
        """What changes the text."""
        return Editor(self.text, newline(self.text))

    def places(self) -> dict[str, "_Place"]:
        """The units by their keys; a dot within a name is escaped where it would make two keys one."""
        places = list(_walked(self.node, self.path, is_flow=self.top.is_flow))
        plain = [_key(place.path[len(self.path) :]) for place in places]
        counts = Counter(plain)
        keyed: dict[str, _Place] = {}
        for key, place in zip(plain, places, strict=True):
            name = (
                key if counts[key] == 1 else _key([part.replace(".", "\\.") for part in place.path[len(self.path) :]])
            )
            while name in keyed:
                name += "#"
            keyed[name] = place
        return keyed


@dataclass(frozen=True)
class _Place:
    """Where a unit is: its path from the top, its entry, and whether that stands between braces."""

    path: Path
    entry: Entry
    is_flow: bool


def read(text: str, direction: Direction) -> list[Unit]:
    """The texts of a file, by their path; a map of plural categories is one unit."""
    file = _file(text, direction)
    if file is None:
        return []
    return [
        Unit(key, _forms(place.entry.node), context=_comment(text, place.entry)) for key, place in file.places().items()
    ]


def write(text: str, changes: Changes, direction: Direction, source: str) -> str:
    """The target file with the changes; what it lacks is copied from the source file, with its texts replaced."""
    file, model = _file(text, direction), _file(source, direction)
    if file is None or model is None:
        gap = "" if not text or text.endswith("\n") else newline(text)
        return text + gap + create(source, changes, direction)
    there, known = file.places(), model.places()
    splices: list[Splice] = []
    wanted: dict[Path, Forms] = {}
    for key, forms in changes.items():
        place = there.get(key)
        if place is not None and fits(place.entry.node, forms):
            splices += file.editor.changed(place.entry, forms, in_flow=place.is_flow)
        else:
            wanted[_known(known, key).path] = forms
    return spliced(text, [*splices, *_merged(file, model, wanted)])


def create(text: str, changes: Changes, direction: Direction) -> str:
    """The source file in another language, without what is not translated: programs fall back on the source."""
    file = _file(text, direction)
    if file is None:
        return text
    known = file.places()
    wanted = {_known(known, key).path: forms for key, forms in changes.items()}
    splices = list(file.editor.copied(file.node, file.path, wanted))
    if file.root:
        raw = text[file.root.start : file.root.key_end]
        key = key_like(raw, file.root.name, direction.target)
        splices.append(Splice(file.root.start, file.root.key_end, key))
    return spliced(text, splices)


def _merged(file: _File, model: _File, wanted: Wanted) -> Iterator[Splice]:
    """What adds to a file the texts that only its model has."""
    if not wanted:
        return
    merger = Merger.of(file.editor, model.editor, wanted)
    if file.node.kind == model.node.kind:
        yield from merger.merged(file.node, model.node, model.path)
    elif file.root and model.root:
        yield merger.replaced(file.top, file.root, model.top, model.root, ())
    else:
        raise UnreadableError("it has another structure than the source file")


def _known(places: dict[str, _Place], key: str) -> _Place:
    if key not in places:
        raise UnreadableError(f"the source file has no text {key}")
    return places[key]


def _file(text: str, direction: Direction) -> _File | None:
    """What a text holds; None for nothing but comments."""
    top = tree(text)
    if top is None:
        return None
    if top.kind != "map":
        raise UnreadableError("there are no keys in it (line 1)")
    return _File(text, top, _root(top, direction))


def _root(top: Node, direction: Direction) -> Entry | None:
    """The entry whose key is the file's locale.

    Raises:
        UnreadableError: there are several.
    """
    mine = {_language(direction.source), _language(direction.target)}
    maps = [entry for entry in top.names.values() if entry.node.kind == "map" or entry.node.start == entry.node.end]
    roots = [entry for entry in maps if _LOCALE.fullmatch(entry.name) and _language(entry.name) in mine]
    if len(roots) > 1 or (roots and len(maps) > 1 and all(_LOCALE.fullmatch(entry.name) for entry in maps)):
        raise UnreadableError("it holds several languages, and each must have a file of its own (line 1)")
    return roots[0] if roots else None


def _language(locale: str) -> str:
    primary = re.split("[-_@]", locale.lower())[0]
    return _ALIKE.get(primary, primary)


def _walked(node: Node, path: Path, *, is_flow: bool) -> Iterator[_Place]:
    """The units below a node."""
    inside = is_flow or node.is_flow
    for name, entry in node.names.items():
        here = (*path, name)
        if entry.node.kind == "text" or is_plural(entry.node):
            yield _Place(here, entry, inside)
        else:
            yield from _walked(entry.node, here, is_flow=inside)


def _key(path: Path | list[str]) -> str:
    """A path as people write it: `menu.items[0].title`."""
    return "".join(part if part.startswith("[") else f".{part}" for part in path).removeprefix(".")


def _forms(node: Node) -> Forms:
    texts = {"": node.text} if node.kind == "text" else {name: entry.node.text for name, entry in node.names.items()}
    return texts if any(texts.values()) else {}


def _comment(text: str, entry: Entry) -> str:
    """What its author says of an entry, right above it."""
    lines = text[comment_start(text, entry) : line_start(text, entry.start)].splitlines()
    return "\n".join(line.strip().lstrip("#").strip() for line in lines)


RAILS = Format(
    name="YAML",
    layout=Layout.APART,
    endings=(".yml", ".yaml"),
    recognizes=lambda text: _FIRST_KEY.match(text) is not None,
    read=read,
    write=write,
    create=create,
)
