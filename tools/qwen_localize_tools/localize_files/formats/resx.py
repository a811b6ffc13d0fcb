"""The resources of .NET, `.resx` and `.resw`: a text is a `<data>` of no type."""

from functools import partial

from .content import newline
from .model import Changes, Direction, Format, Layout, Unit
from .remarks import most_of
from .splicing import Splice, spliced
from .xml_lines import additions, copied, lead, merged, removal
from .xml_places import Document, Element, parsed, root_name
from .xml_text import Style, decoded, encoded, quotes_of


def _entries(document: Document) -> dict[str, Element]:
    """The texts by their names. Of several with one name the last counts."""
    found = [element for element in document.root.named("data") if _is_text(document, element)]
    return {element.attributes["name"]: element for element in found}


def _is_text(document: Document, element: Element) -> bool:
    """Whether it is a text: no picture or number, not what the designer of forms notes down, and not locked."""
    name = element.attributes.get("name", "")
    value = element.first("value")
    if not name or name.startswith(">>") or value is None or value.children:
        return False
    typed = {"type", "mimetype"} & set(element.attributes)
    return not typed and _comment(document, element).casefold() != "{locked}"


def _comment(document: Document, element: Element) -> str:
    comment = element.first("comment")
    return decoded(document.content(comment)).strip() if comment else ""


def _value(element: Element) -> Element:
    value = element.first("value")
    assert value is not None  # noqa: S101 - entries have one
    return value


def _read(text: str, _: Direction) -> list[Unit]:
    document = parsed(text, "root")
    return [_unit(document, name, element) for name, element in _entries(document).items()]


def _unit(document: Document, name: str, element: Element) -> Unit:
    text, comment = decoded(document.content(_value(element))), _comment(document, element)
    return Unit(name, {"": text} if text.strip() else {}, context=comment, most=most_of(comment))


def _changed(document: Document, element: Element, text: str, style: Style) -> Splice:
    return document.filled(_value(element), encoded(text, style))


def _write(text: str, changes: Changes, _: Direction, source: str) -> str:
    document, model = parsed(text, "root"), parsed(source, "root")
    entries, models = _entries(document), _entries(model)
    style = Style(quotes=quotes_of(text), newline=newline(text))
    splices = [
        _changed(document, entries[name], forms[""], style) for name, forms in changes.items() if name in entries
    ]
    blocks = {
        name: partial(_block, model, models[name], forms[""], style)
        for name, forms in changes.items()
        if name not in entries
    }
    indentation = next((lead(source, element.start) for element in models.values()), "\n  ")
    return spliced(text, [*splices, *additions(document, document.root, entries, models, blocks, indentation)])


def _block(model: Document, element: Element, text: str, style: Style, before: str) -> str:
    return copied(model, element, [_changed(model, element, text, style)], before)


def _create(text: str, changes: Changes, _: Direction) -> str:
    document = parsed(text, "root")
    entries, style = _entries(document), Style(quotes=quotes_of(text), newline=newline(text))
    splices = [_changed(document, entries[name], forms[""], style) for name, forms in changes.items()]
    kept = {entries[name].start for name in changes}
    removals = [removal(text, element) for element in document.root.named("data") if element.start not in kept]
    return spliced(text, [*splices, *merged(text, removals)])


RESX = Format(
    name=".NET resources",
    layout=Layout.APART,
    endings=(".resx", ".resw"),
    recognizes=lambda text: root_name(text) == "root",
    read=_read,
    write=_write,
    create=_create,
)
