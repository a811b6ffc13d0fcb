"""ARB files, the texts of Flutter apps: flat JSON, in which `@name` describes `name`."""

from collections.abc import Iterator

from .json_edits import edits
from .json_files import Place, said_of, wanted
from .json_look import Document
from .json_places import Kind
from .json_source import SourceGuide, projected
from .model import Changes, Direction, Format, Layout, Unit, UnreadableError
from .splicing import spliced

_LOCALE = "@@locale"


def _recognizes(text: str) -> bool:
    return text.lstrip().startswith("{")


def _places(document: Document) -> dict[str, Place]:
    if document.root.kind is not Kind.OBJECT:
        raise UnreadableError("it is a list, and no object with names")
    members = document.root.members()
    descriptions = {name[1:]: said_of(node.members()) for name, node in members.items() if name.startswith("@")}
    return {
        name: Place(name, (name,), {"": node}, descriptions.get(name, ""))
        for name, node in members.items()
        if node.kind is Kind.STRING and not name.startswith("@")
    }


def _optional(document: Document, known: dict[str, Place]) -> Iterator[int]:
    """Where texts begin, and what describes them, which stands in the source language's file only."""
    for name, node in document.root.members().items():
        if name in known or (name.startswith("@") and not name.startswith("@@")):
            yield node.start


def _read(text: str, _direction: Direction) -> list[Unit]:
    found = _places(Document.of(text)).values()
    return [Unit(place.key, place.forms, context=place.context) for place in found if place.forms]


def _write(text: str, changes: Changes, _direction: Direction, source_text: str) -> str:
    document, source = Document.of(text), Document.of(source_text)
    tree = wanted(changes, _places(document), _places(source))
    return spliced(text, edits(document, document.root, tree, SourceGuide(source, source.root, document.look, ())))


def _create(text: str, changes: Changes, direction: Direction) -> str:
    document = Document.of(text)
    known, root = _places(document), document.root
    tree = wanted(changes, {}, known)
    if _LOCALE in root.members():
        tree[_LOCALE] = direction.target
    made = projected(document, root, tree, sorted(_optional(document, known)))
    return text[: root.start] + made + text[root.end :]


ARB = Format("ARB", Layout.APART, (".arb",), _recognizes, _read, _write, _create)
