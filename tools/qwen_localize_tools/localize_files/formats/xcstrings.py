"""String Catalogs, as Xcode writes them: JSON with all languages in one file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .json_edits import Tree, edits, plant
from .json_look import Document
from .json_places import Kind, Node
from .model import Changes, Direction, Format, Forms, Layout, Unit, UnreadableError
from .splicing import spliced


@dataclass(frozen=True)
class _Variant:
    """What a language says in one place.

    Attributes:
        texts: by their forms, whether they are finished or not.
        finished: those that are not marked as new.
        path: the names that lead there, below the language's.
        facts: for a substitution, what it says of its number.
    """

    texts: Forms
    finished: Forms = field(default_factory=dict)
    path: tuple[str, ...] = ()
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Entry:
    """A string that is to be translated, with what both languages say; `languages` are all that it has."""

    name: str
    comment: str
    source: Mapping[str, _Variant]
    target: Mapping[str, _Variant]
    languages: Mapping[str, Node]

    def said(self, suffix: str) -> Forms:
        """What the target language says: for all devices, where only one of both languages tells them apart."""
        if suffix in self.target:
            return self.target[suffix].finished
        if _is_device(suffix):
            return self.target[""].finished if "" in self.target else {}
        devices = [variant.finished for name, variant in self.target.items() if not suffix and _is_device(name)]
        return devices[-1] if devices else {}


def _is_device(suffix: str) -> bool:
    return suffix.startswith("|device.")


def _text(node: Node, name: str) -> str:
    found = node.members().get(name)
    return found.text if found else ""


def _inner(members: Mapping[str, Node], name: str) -> dict[str, Node]:
    return members[name].members() if name in members else {}


def _variants(document: Document, node: Node, suffix: str = "", path: tuple[str, ...] = ()) -> dict[str, _Variant]:
    """What a language says, by what is put behind the key."""
    members = node.members()
    variations = _inner(members, "variations")
    units = {form: _inner(one.members(), "stringUnit") for form, one in _inner(variations, "plural").items()}
    units |= {"": _inner(members, "stringUnit")} if "stringUnit" in members and not units else {}
    texts = {form: unit["value"].text for form, unit in units.items() if "value" in unit and unit["value"].text}
    new = {form for form, unit in units.items() if "state" in unit and unit["state"].text == "new"}
    finished = {form: text for form, text in texts.items() if form not in new}
    found = {suffix: _Variant(texts, finished, path, _facts(document, members))} if units else {}
    for name, one in _inner(variations, "device").items():
        found |= _variants(document, one, f"{suffix}|device.{name}", (*path, "variations", "device", name))
    for name, one in _inner(members, "substitutions").items():
        found |= _variants(document, one, f"{suffix}|substitutions.{name}", (*path, "substitutions", name))
    return found


def _facts(document: Document, members: Mapping[str, Node]) -> dict[str, str | int]:
    facts: dict[str, str | int] = {}
    if "argNum" in members and document.raw(members["argNum"]).isdecimal():
        facts["argNum"] = int(document.raw(members["argNum"]))
    if "formatSpecifier" in members:
        facts["formatSpecifier"] = members["formatSpecifier"].text
    return facts


def _entries(document: Document, direction: Direction) -> Iterator[_Entry]:
    """The strings that are to be translated. Raises UnreadableError."""
    strings = document.root.members().get("strings")
    if strings is None or strings.kind is not Kind.OBJECT:
        raise UnreadableError("it is no String Catalog: it has no strings")
    language = _text(document.root, "sourceLanguage") or direction.source
    for name, node in strings.members().items():
        members = node.members()
        skipped = "shouldTranslate" in members and document.raw(members["shouldTranslate"]) == "false"
        if skipped or _text(node, "extractionState") == "stale":
            continue
        languages = _inner(members, "localizations")
        source, target = (
            _variants(document, languages[one]) if one in languages else {} for one in (language, direction.target)
        )
        yield _Entry(name, _text(node, "comment"), source or {"": _Variant({"": name})}, target, languages)


def _units(document: Document, direction: Direction) -> Iterator[tuple[Unit, _Entry, str]]:
    """The units, each with its string and what is put behind its name. Raises UnreadableError."""
    seen: set[str] = set()
    for entry in _entries(document, direction):
        for suffix, variant in entry.source.items():
            key = entry.name + suffix
            while key in seen:
                key += " (2)"
            seen.add(key)
            if any(variant.texts.values()):
                yield Unit(key, entry.said(suffix), variant.texts, entry.comment), entry, suffix


def _read(text: str, direction: Direction) -> list[Unit]:
    return [unit for unit, _, _ in _units(Document.of(text), direction)]


def _write(text: str, changes: Changes, direction: Direction, _source_text: str) -> str:
    document, tree, left = Document.of(text), Tree(), dict(changes)
    for unit, entry, suffix in _units(document, direction):
        way = ("strings", entry.name, "localizations", direction.target)
        for form, said in left.pop(unit.key, {}).items():
            _say(tree, way, entry, suffix, form, said, direction.target)
    if left:
        raise UnreadableError(f"{next(iter(left))} is not in the file")
    return spliced(text, edits(document, document.root, tree, _XcodeGuide(document)))


def _say(tree: Tree, way: tuple[str, ...], entry: _Entry, suffix: str, form: str, said: str, language: str) -> None:
    """Puts one text into what is to be written."""
    variant = entry.source[suffix]
    path = (*variant.path, *(("variations", "plural", form) if form else ()), "stringUnit")
    for other in _alternatives(entry.languages.get(language), path):
        plant(tree, (*way, *other), None)
    if suffix not in entry.target:
        for name, fact in variant.facts.items():
            plant(tree, (*way, *variant.path, name), fact)
    plant(tree, (*way, *path, "state"), "translated")
    plant(tree, (*way, *path, "value"), said)


def _alternatives(node: Node | None, path: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """What cannot stay beside what a path leads to: one text, plural forms and devices exclude each other."""
    for depth, name in enumerate(path):
        members = node.members() if node else {}
        others = next((group - {name} for group in _EXCLUSIVE if name in group), frozenset[str]())
        yield from ((*path[:depth], other) for other in sorted(others & members.keys()))
        node = members.get(name)


_EXCLUSIVE = (frozenset(("stringUnit", "variations")), frozenset(("plural", "device")))


def _create(text: str, changes: Changes, direction: Direction) -> str:
    return _write(text, changes, direction, text)


@dataclass(frozen=True)
class _XcodeGuide:
    """New entries as Xcode has them: in alphabetical order, each on lines of its own."""

    document: Document

    def below(self, _name: str) -> "_XcodeGuide":
        """The same: a catalog is alike everywhere."""
        return self

    def fits(self, _name: str, node: Node) -> bool:
        """Whether it is an object, as all is that is written to."""
        return node.kind is Kind.OBJECT

    def opening(self) -> str | None:
        """Always a line of its own."""
        return None

    def anchors(self, present: Mapping[str, int], missing: Sequence[str]) -> dict[int, list[str]]:
        """Each behind the last that comes before it in the alphabet."""
        found: dict[int, list[str]] = {}
        for name in sorted(missing, key=str.casefold):
            earlier = [index for other, index in present.items() if other.casefold() < name.casefold()]
            found.setdefault(max(earlier, default=-1), []).append(name)
        return found

    def rendered(self, _name: str, wanted: str | int | Tree, indent: str) -> str:
        """An object over several lines, or a text."""
        look = self.document.look
        if isinstance(wanted, int):
            return str(wanted)
        if isinstance(wanted, str):
            return look.string(wanted)
        colon = self.document.colon(self.document.root.entries[0])
        inner = look.newline + indent + look.indent
        lines = [
            inner + look.string(name) + colon + self.rendered(name, value, indent + look.indent)
            for name, value in sorted(wanted.items())
            if value is not None
        ]
        return "{" + ",".join(lines) + look.newline + indent + "}"


def _recognizes(text: str) -> bool:
    return text.lstrip().startswith("{")


XCSTRINGS = Format("String Catalog", Layout.TOGETHER, (".xcstrings",), _recognizes, _read, _write, _create)
