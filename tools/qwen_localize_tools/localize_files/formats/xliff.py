"""XLIFF 1.2 and 2.0: each unit has its source and, once it is translated, its target.

A unit is called by its `resname` (1.2) or `name` (2.0), else by its `id`. In 2.0 a unit of several segments has them
as `unit.segment`. Inline elements such as `<x id="INTERPOLATION"/>` stay in the texts (see `xml_text`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from .content import newline
from .model import Changes, Direction, Format, Layout, Unit, UnreadableError
from .remarks import most_of
from .splicing import Splice, spliced
from .xml_lines import additions, copied, lead, removal
from .xml_places import Document, Element, parsed, root_name, with_attribute
from .xml_text import Style, decoded, encoded, quotes_of

_NOT_YET = ("new", "needs-translation", "initial")
_UNSAID = "No comment provided by engineer."
_Block = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A source and its target: those of a unit, or in 2.0 of one of its segments."""

    file: Element
    unit: Element
    number: int
    holder: Element
    source: Element
    target: Element | None

    @property
    def stated(self) -> Element | None:
        """The element that tells the state."""
        return self.holder if self.holder.name == "segment" else self.target


def _parsed(text: str) -> Document:
    document = parsed(text, "xliff")
    version = document.root.attributes.get("version", "1.2")
    if not version.startswith(("1.", "2.")):
        raise UnreadableError(f"XLIFF {version} is not known; 1.2 and 2.0 are")
    return document


def _walk(element: Element, file: Element, translated: str) -> Iterator[_Entry]:
    for child in element.children:
        wanted = child.attributes.get("translate", translated)
        if child.name in ("file", "body", "group"):
            yield from _walk(child, child if child.name == "file" else file, wanted)
        elif child.name in ("trans-unit", "unit") and wanted != "no":
            yield from _parts(child, file)


def _parts(unit: Element, file: Element) -> Iterator[_Entry]:
    holders = [unit] if unit.name == "trans-unit" else unit.named("segment")
    for number, holder in enumerate(holders, 1):
        if source := holder.first("source"):
            yield _Entry(file, unit, number if len(holders) > 1 else 0, holder, source, holder.first("target"))


def _units(element: Element) -> Iterator[Element]:
    """All units of a file."""
    for child in element.children:
        if child.name in ("body", "group"):
            yield from _units(child)
        elif child.name in ("trans-unit", "unit"):
            yield child


def _name(file: Element) -> str:
    return file.attributes.get("original") or file.attributes.get("id", "")


def _entries(document: Document) -> dict[str, _Entry]:
    """The entries by their keys. Of several for the same place the last counts."""
    found: dict[str, _Entry] = {}
    for entry in _walk(document.root, document.root, "yes"):
        names = _names(entry)
        free = (name for name in names if name not in found or _place(found[name]) == _place(entry))
        found[next(free, names[-1])] = entry
    return found


def _names(entry: _Entry) -> list[str]:
    """What an entry may be called: the first of these that no other entry has."""
    attributes, identity = entry.unit.attributes, entry.unit.attributes.get("id", "")
    name = attributes.get("resname") or attributes.get("name") or identity
    if entry.number:
        name += f".{entry.holder.attributes.get('id', entry.number)}"
    return [name, f"{name} ({identity})", f"{_name(entry.file)}: {name} ({identity})"]


def _place(entry: _Entry) -> tuple[int, str, int]:
    return entry.file.start, entry.unit.attributes.get("id", ""), entry.number


def _read(text: str, _: Direction) -> list[Unit]:
    document = _parsed(text)
    return [_unit(document, key, entry) for key, entry in _entries(document).items()]


def _unit(document: Document, key: str, entry: _Entry) -> Unit:
    text = decoded(document.content(entry.target)) if entry.target else ""
    context = _notes(document, entry.unit)
    state = entry.stated.attributes.get("state") if entry.stated else ""
    attributes = entry.unit.attributes
    width = attributes.get("maxwidth", "") if attributes.get("size-unit") == "char" else ""
    return Unit(
        key,
        {"": text} if text.strip() and state not in _NOT_YET else {},
        source={"": decoded(document.content(entry.source))},
        context=context,
        most=int(width) if width.isdecimal() else most_of(context),
    )


def _notes(document: Document, unit: Element) -> str:
    """The notes to a unit, without those that say where it is in the code."""
    notes = [note for holder in (unit, *unit.named("notes")) for note in holder.named("note")]
    said = [decoded(document.content(note)).strip() for note in notes if note.attributes.get("category") != "location"]
    return "\n".join(text for text in said if text and text != _UNSAID)


def _translated(document: Document, entry: _Entry, content: str, states: bool) -> list[Splice]:
    """An entry with a target, and with a state that says so where the file has states."""
    if entry.holder.name == "segment":
        tag = with_attribute(document.tag(entry.holder), "state", "translated")
        segment = [Splice(entry.holder.start, entry.holder.inner, tag)] if states else []
        return [*segment, _target(document, entry, content, "")]
    stated = "state" in entry.target.attributes if entry.target else states
    return [_target(document, entry, content, "translated" if stated else "")]


def _target(document: Document, entry: _Entry, content: str, state: str) -> Splice:
    if entry.target:
        tag = document.tag(entry.target)
        return document.filled(entry.target, content, with_attribute(tag, "state", state) if state else tag)
    place = (entry.holder.first("seg-source") or entry.source).end
    attribute = f' state="{state}"' if state else ""
    text = f"{lead(document.text, entry.source.start)}<target{attribute}>{content}</target>"
    return Splice(place, place, text)


def _states(document: Document) -> bool:
    """Whether a file tells the states of its entries."""
    return any(entry.stated and "state" in entry.stated.attributes for entry in _walk(document.root, document.root, ""))


def _write(text: str, changes: Changes, _: Direction, source: str) -> str:
    document, model = _parsed(text), _parsed(source)
    entries, models = _entries(document), _entries(model)
    states, quotes, line = _states(document), quotes_of(source), newline(text)
    splices: list[Splice] = []
    for key in changes.keys() & entries.keys():
        entry, original = entries[key], models.get(key)
        wanted = model.content(original.source) if original else document.content(entry.source)
        content = encoded(changes[key][""], Style.of([wanted], line, quotes))
        splices += [*_translated(document, entry, content, states), *_with_source(document, entry, wanted, line)]
    new = {key: models[key] for key in changes if key not in entries}
    return spliced(text, [*splices, *_added(document, model, new, changes)])


def _with_source(document: Document, entry: _Entry, wanted: str, line: str) -> list[Splice]:
    """The source's new content, if it is another than that of the target file."""
    wanted = wanted.replace("\r\n", "\n")
    if document.content(entry.source).replace("\r\n", "\n") == wanted:
        return []
    return [document.filled(entry.source, wanted.replace("\n", line))]


def _added(document: Document, model: Document, new: Mapping[str, _Entry], changes: Changes) -> list[Splice]:
    """Units that a target file lacks, each in the `<file>` that its own has in the source file."""
    by_file: dict[int, dict[str, list[tuple[_Entry, str]]]] = {}
    for key, entry in new.items():
        units = by_file.setdefault(entry.file.start, {})
        units.setdefault(entry.unit.attributes.get("id", ""), []).append((entry, changes[key][""]))
    states, quotes, splices = _states(document), quotes_of(model.text), list[Splice]()
    for file in model.root.named("file"):
        units = by_file.get(file.start, {})
        blocks = {name: partial(_block, model, made, states, quotes) for name, made in units.items()}
        splices += _in_file(document, model, file, blocks) if blocks else []
    return splices


def _in_file(document: Document, model: Document, original: Element, blocks: Mapping[str, _Block]) -> list[Splice]:
    there, originals = document.root.named("file"), model.root.named("file")
    alone = len(there) == len(originals) == 1
    file = next((one for one in there if alone or _name(one) == _name(original)), None)
    if file is None:
        raise UnreadableError(f"it has no <file> called {_name(original)!r}, which the source file has")
    present = {one.attributes.get("id", ""): one for one in _units(file)}
    order = {one.attributes.get("id", ""): one for one in _units(original)}
    indentation = next((lead(model.text, one.start) for one in order.values()), "\n    ")
    return additions(document, file.first("body") or file, present, order, blocks, indentation)


def _block(model: Document, made: Sequence[tuple[_Entry, str]], states: bool, quotes: str, before: str) -> str:
    """A unit of the source file with targets."""
    splices = []
    for entry, text in made:
        content = encoded(text, Style.of([model.content(entry.source)], "\n", quotes))
        splices += _translated(model, entry, content, states)
    return copied(model, made[0][0].unit, splices, before)


def _create(text: str, changes: Changes, direction: Direction) -> str:
    """The source file with targets; what has none yet has no target, for which the source is shown."""
    document = _parsed(text)
    states, quotes, line = _states(document), quotes_of(text), newline(text)
    splices = _with_language(document, direction.target)
    for key, entry in _entries(document).items():
        if key in changes:
            content = encoded(changes[key][""], Style.of([document.content(entry.source)], line, quotes))
            splices += _translated(document, entry, content, states)
        elif entry.target:
            splices.append(removal(text, entry.target))
    return spliced(text, splices)


def _with_language(document: Document, language: str) -> list[Splice]:
    """Where a file tells its target language."""
    if document.root.attributes.get("version", "").startswith("2."):
        holders, name, after = [document.root], "trgLang", "srcLang"
    else:
        holders, name, after = document.root.named("file"), "target-language", "source-language"
    tags = [with_attribute(document.tag(holder), name, language, after) for holder in holders]
    return [Splice(holder.start, holder.inner, tag) for holder, tag in zip(holders, tags, strict=True)]


XLIFF = Format(
    name="XLIFF",
    layout=Layout.PAIRS,
    endings=(".xlf", ".xliff"),
    recognizes=lambda text: root_name(text) == "xliff",
    read=_read,
    write=_write,
    create=_create,
)
