"""Android's string resources: `strings.xml` and other files of `values`.

A text is what an app shows; the markup in it, such as `<b>` and `<xliff:g>`, stays (see `xml_text`). Names of other
resources (`@string/ok`) are not texts. An array has a unit for each item, `days[0]`; a variant for a product is called
`name@product`; a plural is called `plurals/name` if a string has its name.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from .android_text import escaped, is_quoted, is_reference, unescaped
from .content import newline
from .model import Changes, Direction, Format, Forms, Layout, Unit
from .remarks import most_of
from .splicing import Splice, spliced
from .xml_lines import additions, comments_above, copied, lead, merged, removal, with_namespaces
from .xml_places import Document, Element, parsed, root_name, with_attribute
from .xml_text import Style, pieces, shown, taken_apart, written

_CATEGORIES = ("zero", "one", "two", "few", "many", "other")
_STRING, _PLURALS, _ARRAY = "string", "plurals", "string-array"
_ITEM_OF_ARRAY = re.compile(r"(.*)\[([0-9]+)\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A resource, and the elements that hold its texts by their form, or by their number in an array."""

    kind: str
    element: Element
    items: dict[str, Element]


def _entries(document: Document) -> dict[str, _Entry]:
    """The resources that are texts, by their keys. Of several with one key the last counts."""
    root = document.root
    found = [] if root.attributes.get("translatable") == "false" else [_entry(child) for child in root.children]
    entries = [(_name(entry.element), entry) for entry in found if entry]
    strings = {name for name, entry in entries if entry.kind == _STRING}
    return {f"plurals/{name}" if entry.kind == _PLURALS and name in strings else name: entry for name, entry in entries}


def _entry(element: Element) -> _Entry | None:
    attributes = element.attributes
    kind = attributes.get("type", "") if element.name == "item" else element.name
    if attributes.get("translatable") == "false" or not attributes.get("name"):
        return None
    if kind == _STRING:
        return _Entry(kind, element, {"": element})
    items = element.named("item")
    if kind == _PLURALS:
        return _Entry(kind, element, {item.attributes.get("quantity", ""): item for item in items})
    return _Entry(kind, element, {str(number): item for number, item in enumerate(items)}) if kind == _ARRAY else None


def _name(element: Element) -> str:
    product = element.attributes.get("product", "default")
    return element.attributes["name"] + ("" if product == "default" else f"@{product}")


def _read(text: str, _: Direction) -> list[Unit]:
    document = parsed(text, "resources")
    return [unit for key, entry in _entries(document).items() for unit in _units(document, key, entry)]


def _units(document: Document, key: str, entry: _Entry) -> Iterator[Unit]:
    context = comments_above(document.text, entry.element)
    if entry.kind != _ARRAY:
        yield from _unit(document, key, entry.items, context)
        return
    for number, item in entry.items.items():
        yield from _unit(document, f"{key}[{number}]", {"": item}, comments_above(document.text, item) or context)


def _unit(document: Document, key: str, items: Mapping[str, Element], context: str) -> Iterator[Unit]:
    forms, faults = {}, []
    for form, item in items.items():
        parts = pieces(document.content(item))
        if is_reference(parts):
            return
        meant, fault = unescaped(parts)
        faults += [fault] * bool(fault)
        if (text := shown(meant)).strip():
            forms[form] = text
    yield Unit(key, forms, context=context, most=most_of(context), fault=faults[0] if faults else "")


def _write(text: str, changes: Changes, _: Direction, source: str) -> str:
    wanted, model = _wanted(changes), parsed(source, "resources")
    models = _entries(model)
    document = parsed(text, "resources")
    text = with_namespaces(text, document, model, [models[key].element for key in wanted if key in models])
    document = document if text is document.text else parsed(text, "resources")
    entries, line = _entries(document), newline(text)
    splices, blocks = [], dict[str, Callable[[str], str]]()
    for key, texts in wanted.items():
        if key in entries:
            texts = {**_gaps(model, models.get(key), entries[key], texts), **texts}
            contents = _Contents.like(*((model, models[key]) if key in models else (document, entries[key])), line)
            splices += _changed(document, entries[key], texts, contents)
        else:
            blocks[key] = partial(_block, model, models[key], texts, line)
    present = {key: entry.element for key, entry in entries.items()}
    indentation = next((lead(source, entry.element.start) for entry in models.values()), "\n    ")
    return spliced(text, [*splices, *additions(document, document.root, present, models, blocks, indentation)])


def _create(text: str, changes: Changes, direction: Direction) -> str:
    wanted, document = _wanted(changes), parsed(text, "resources")
    entries, line = _entries(document), newline(text)
    splices = [splice for key, texts in wanted.items() for splice in _made(document, entries[key], texts, line)]
    kept = {entries[key].element.start for key in wanted}
    removals = [removal(text, child) for child in document.root.children if child.start not in kept]
    if "tools:locale" in document.root.attributes:
        tag = with_attribute(document.tag(document.root), "tools:locale", direction.target)
        splices.append(Splice(document.root.start, document.root.inner, tag))
    return spliced(text, [*splices, *merged(text, removals)])


def _wanted(changes: Changes) -> dict[str, Forms]:
    """The changes by resource: for an array, its texts by their numbers."""
    found: dict[str, Forms] = {}
    for key, forms in changes.items():
        if item := _ITEM_OF_ARRAY.fullmatch(key):
            found[item[1]] = {**found.get(item[1], {}), item[2]: forms[""]}
        else:
            found[key] = forms
    return found


@dataclass(frozen=True, slots=True)
class _Contents:
    """How the texts of a resource are written: as those of its model are."""

    style: Style
    quoted: bool

    @classmethod
    def like(cls, document: Document, entry: _Entry, line: str) -> "_Contents":
        contents = [document.content(item) for item in entry.items.values()]
        return cls(Style.of(contents, line), bool(contents) and is_quoted(pieces(contents[0])))

    def of(self, text: str) -> str:
        return written(escaped(taken_apart(text, self.style.names), self.quoted), self.style)


def _changed(document: Document, entry: _Entry, texts: Forms, contents: _Contents) -> list[Splice]:
    """A resource in which some texts are others; those that it lacks are added."""
    items, made = entry.items, {form: contents.of(text) for form, text in texts.items()}
    there = [document.filled(items[form], content) for form, content in made.items() if form in items]
    tag = _item_tag(document, entry)
    blocks = {form: partial(_item, form, tag, content) for form, content in made.items() if form not in items}
    if not blocks:
        return there
    order = _CATEGORIES if entry.kind == _PLURALS else sorted({*items, *blocks}, key=int)
    indentation = (lead(document.text, entry.element.start) or "\n") + "    "
    return there + additions(document, entry.element, items, order, blocks, indentation)


def _gaps(model: Document, source: _Entry | None, entry: _Entry, texts: Forms) -> Forms:
    """The source's texts for the items that an array would lack before the last that is written: it has no holes."""
    if entry.kind != _ARRAY or source is None:
        return {}
    numbers = map(str, range(len(entry.items), max(map(int, texts))))
    return {number: shown(unescaped(pieces(model.content(source.items[number])))[0]) for number in numbers}


def _item_tag(document: Document, entry: _Entry) -> str:
    return next((document.tag(item) for item in entry.items.values()), "<item>") if entry.kind != _STRING else ""


def _item(form: str, tag: str, content: str, before: str = "") -> str:  # noqa: ARG001 - an item is one line
    return f"{tag if form.isdigit() else with_attribute(tag, 'quantity', form)}{content}</item>"


def _made(document: Document, entry: _Entry, texts: Forms, line: str) -> list[Splice]:
    """A resource of the source file in another language: a plural has just the forms that are given."""
    contents = _Contents.like(document, entry, line)
    if entry.kind != _PLURALS or not entry.items:
        return _changed(document, entry, texts, contents)
    tag, first = _item_tag(document, entry), next(iter(entry.items.values()))
    before, close = lead(document.text, first.start), lead(document.text, entry.element.inner_end)
    forms = sorted(texts, key=_CATEGORIES.index)
    items = "".join(before + _item(form, tag, contents.of(texts[form])) for form in forms)
    return [document.filled(entry.element, items + close)]


def _block(model: Document, entry: _Entry, texts: Forms, line: str, before: str) -> str:
    return copied(model, entry.element, _made(model, entry, texts, line), before)


ANDROID = Format(
    name="Android strings",
    layout=Layout.APART,
    endings=(".xml",),
    recognizes=lambda text: root_name(text) == "resources",
    read=_read,
    write=_write,
    create=_create,
    breaks=True,
)
