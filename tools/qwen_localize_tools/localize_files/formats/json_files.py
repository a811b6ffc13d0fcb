"""JSON files of texts: flat and nested, with plurals as i18next and Rails name them, and with texts that are described,
as Chrome, Docusaurus, FormatJS and VS Code have them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from .json_edits import Tree, edits, plant
from .json_look import Document
from .json_places import Kind, Node, parsed
from .json_source import CATEGORIES, SourceGuide, projected
from .model import Changes, Direction, Format, Forms, Layout, Unit, UnreadableError
from .splicing import spliced

_SUFFIXED = re.compile(f"(?P<base>.+_)(?P<form>{'|'.join(CATEGORIES)})")
_COUNT = re.compile(r"\{\s*count\b")
# Languages whose numbers have one form only, so that a plural has it alone.
_WITHOUT_PLURAL = frozenset(("id", "ja", "jv", "km", "ko", "lo", "ms", "my", "su", "th", "vi", "yue", "zh"))
_NO_TEXT = ("@@", "$schema", "_comment", "//")
_DESCRIBED = {
    "message": frozenset(("message", "description", "comment", "placeholders")),
    "defaultMessage": frozenset(("defaultMessage", "description", "id")),
}
_DESCRIPTIONS = ("description", "comment")
# What only files of other kinds have at their root.
_OTHER_FILES = (
    {"compilerOptions"},
    {"lockfileVersion"},
    {"name", "version", "dependencies"},
    {"name", "version", "devDependencies"},
    {"name", "version", "scripts"},
    {"manifest_version", "name"},
)


@dataclass(frozen=True)
class Place:
    """Where a unit's texts stand.

    Attributes:
        key: the unit's.
        stem: the names that lead to its texts, the last of which is completed by the form's name.
        texts: its strings by their forms, blank ones too.
        context: what is said of it.
    """

    key: str
    stem: tuple[str, ...]
    texts: Mapping[str, Node] = field(default_factory=dict)
    context: str = ""

    @property
    def forms(self) -> Forms:
        """What its strings say, without blank ones."""
        return {form: node.text for form, node in self.texts.items() if node.text}

    def path(self, form: str) -> tuple[str, ...]:
        """The names that lead to a form's text."""
        return (*self.stem[:-1], self.stem[-1] + form)


def places(document: Document, direction: Direction) -> list[Place]:
    """All places of a file, under keys of which none is there twice. Raises UnreadableError."""
    if document.root.kind is not Kind.OBJECT:
        raise UnreadableError("it is a list, and no object with names")
    described = described_by(document.root)
    walk = _Walk(direction)
    found = walk.described(document, described) if described else walk.object(document.root, (), "")
    return list(unique(found))


def unique(found: Iterator[Place]) -> Iterator[Place]:
    """The places, with numbers behind keys that were there before."""
    seen: dict[str, int] = {}
    for place in found:
        key = place.key
        while key in seen:
            seen[place.key] += 1
            key = f"{place.key} ({seen[place.key]})"
        seen[key] = 1
        yield place if key == place.key else replace(place, key=key)


def described_by(root: Node) -> str:
    """What the text is called where each has an object of its own; empty where the file has plain texts."""
    values = [node for name, node in root.members().items() if not name.startswith(_NO_TEXT)]
    objects = [node.members() for node in values if node.kind is Kind.OBJECT]
    for name, allowed in _DESCRIBED.items():
        if objects and all(name in one and one[name].kind is Kind.STRING and one.keys() <= allowed for one in objects):
            alone = len(objects) == len(values)
            return name if alone or any(len(one) > 1 for one in objects) else ""
    return ""


def said_of(members: Mapping[str, Node]) -> str:
    """The description, which may be several lines."""
    said = next((members[name] for name in _DESCRIPTIONS if name in members), None)
    lines = [] if said is None else [said, *(entry.value for entry in said.entries)]
    return " ".join(line.text for line in lines if line.text)


class _Walk:
    def __init__(self, direction: Direction) -> None:
        languages = (direction.source, direction.target)
        self._one_form = any(re.split("[-_]", name.casefold())[0] in _WITHOUT_PLURAL for name in languages)

    def described(self, document: Document, text: str) -> Iterator[Place]:
        for name, value in document.root.members().items():
            if name.startswith(_NO_TEXT):
                continue
            if value.kind is Kind.STRING:
                yield Place(name, (name,), {"": value})
            elif value.kind is Kind.OBJECT:
                members = value.members()
                yield Place(name, (name, text), {"": members[text]}, said_of(members))

    def object(self, node: Node, path: tuple[str, ...], key: str) -> Iterator[Place]:
        members = node.members()
        plurals = self._suffixed(members)
        for name, value in members.items():
            full = f"{key}.{name}" if path else name
            match = _SUFFIXED.fullmatch(name)
            if match and match["base"] in plurals:
                if forms := plurals[match["base"]]:
                    texts = dict(forms)
                    forms.clear()  # it is one unit, at its first form
                    base = match["base"]
                    yield Place(full.removesuffix(name) + base + "other", (*path, base), texts)
            elif not name.startswith(_NO_TEXT):
                yield from self._value(value, (*path, name), full)

    def _value(self, node: Node, path: tuple[str, ...], key: str) -> Iterator[Place]:
        if node.kind is Kind.STRING:
            yield Place(key, path, {"": node})
        elif node.kind is Kind.ARRAY:
            for entry in node.entries:
                yield from self._value(entry.value, (*path, entry.name), f"{key}[{entry.name}]")
        elif node.kind is Kind.OBJECT:
            members = node.members()
            if members.keys() <= set(CATEGORIES) and self._is_plural(members):
                yield Place(key, (*path, ""), members)
            else:
                yield from self.object(node, path, key)

    def _suffixed(self, members: Mapping[str, Node]) -> dict[str, dict[str, Node]]:
        """The plurals among siblings, by what their names have in common."""
        found: dict[str, dict[str, Node]] = {}
        for name, value in members.items():
            if match := _SUFFIXED.fullmatch(name):
                found.setdefault(match["base"], {})[match["form"]] = value
        return {base: forms for base, forms in found.items() if self._is_plural(forms)}

    def _is_plural(self, forms: Mapping[str, Node]) -> bool:
        """Whether siblings are a plural's forms, and not such as `step_one` and `step_two`, or `gender_other`."""
        kinds = {node.kind for node in forms.values()}
        if Kind.STRING not in kinds or not kinds <= {Kind.STRING, Kind.ATOM}:
            return False
        if any(_COUNT.search(node.text) for node in forms.values()):
            return True
        if len(forms) == 1:
            return self._one_form and "other" in forms
        return bool({"few", "many", "other"} & forms.keys())


def recognizes(text: str) -> bool:
    """Whether it may be a file of texts: an object with a string in it, or nothing yet. What is broken may be one."""
    if not re.match(r"\s*(?://|/\*|\{)", text):
        return False
    try:
        root = parsed(text)
    except UnreadableError:
        return True
    names = root.members().keys()
    if root.kind is not Kind.OBJECT or any(one <= names for one in _OTHER_FILES):
        return False
    return not root.entries or _has_string(root)


def _has_string(node: Node) -> bool:
    return node.kind is Kind.STRING or any(_has_string(entry.value) for entry in node.entries)


def read(text: str, direction: Direction) -> list[Unit]:
    """The units of a file, without blank ones."""
    found = places(Document.of(text), direction)
    return [Unit(place.key, place.forms, context=place.context) for place in found if place.forms]


def write(text: str, changes: Changes, direction: Direction, source_text: str) -> str:
    """A file with the changes, and with the source's shape for what is new."""
    document, source = Document.of(text), Document.of(source_text)
    there = {place.key: place for place in places(document, direction)}
    known = {place.key: place for place in places(source, direction)}
    if described_by(source.root) and _is_plain(document.root):
        known = {key: replace(place, stem=place.stem[:1]) for key, place in known.items()}
    tree = wanted(changes, there, known)
    optional = sorted([*_starts(known), *_unwanted_descriptions(source, document)])
    guide = SourceGuide(source, source.root, document.look, optional)
    return spliced(text, edits(document, document.root, tree, guide))


def create(text: str, changes: Changes, direction: Direction) -> str:
    """The source's file with the changes, without the texts that have none."""
    document = Document.of(text)
    known = {place.key: place for place in places(document, direction)}
    root = document.root
    made = projected(document, root, wanted(changes, {}, known), sorted(_starts(known)))
    return text[: root.start] + made + text[root.end :]


def wanted(changes: Changes, there: Mapping[str, Place], known: Mapping[str, Place]) -> Tree:
    """The changes as a tree of names. Raises UnreadableError."""
    tree: Tree = {}
    for key, forms in changes.items():
        place, pattern = there.get(key), known.get(key)
        if place is None or (pattern and ("" in place.texts) != ("" in forms)):
            place = pattern or place
        if place is None:
            raise UnreadableError(f"{key} is in neither of the files")
        for form, text in forms.items():
            plant(tree, place.path(form), text)
    return tree


def _starts(known: Mapping[str, Place]) -> Iterator[int]:
    return (node.start for place in known.values() for node in place.texts.values())


def _is_plain(root: Node) -> bool:
    """Whether a file has texts, and all of them without a description."""
    return bool(root.entries) and all(entry.value.kind is Kind.STRING for entry in root.entries)


def _unwanted_descriptions(source: Document, target: Document) -> Iterator[int]:
    """Where the source describes its texts, unless the other file has descriptions too."""
    if not described_by(source.root) or any(_descriptions(target.root)) or not target.root.entries:
        return iter(())
    return _descriptions(source.root)


def _descriptions(root: Node) -> Iterator[int]:
    for node in root.members().values():
        yield from (entry.value.start for entry in node.entries if entry.name in _DESCRIPTIONS)


JSON = Format("JSON", Layout.APART, (".json",), recognizes, read, write, create)
