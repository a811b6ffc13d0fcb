"""XML with the places of everything in the text: elements, their tags and their contents."""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from .model import UnreadableError
from .splicing import Splice

# What nobody's localization file has, and what would fill the memory.
_MOST_ELEMENTS = 1_500_000
_MOST_DEPTH = 100

_ENCODINGS = ("utf-8", "utf8", "utf-16", "utf-16le", "utf-16be")
# A start tag, in a text that expat has read: only quotes may hold a ">".
_START_TAG = re.compile(r"""<[^\s/>"']+(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(r"""(\s+)([^\s=/>]+)(\s*=\s*)("[^"]*"|'[^']*')""")
_BEFORE_ROOT = re.compile(r"(?:\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*>)*+<([^\s/>]+)", re.DOTALL)
_NO_ATTRIBUTES: dict[str, str] = {}


@dataclass(slots=True, eq=False)
class Element:
    """An element: `start` is where its start tag begins, `inner` to `inner_end` is its content, `end` what follows.

    An element of one tag, `<a/>`, has its content at its end: `inner`, `inner_end` and `end` are equal.
    """

    name: str
    attributes: dict[str, str]
    start: int
    inner: int
    inner_end: int
    end: int
    parent: "Element | None" = field(repr=False)
    children: list["Element"] = field(default_factory=list, repr=False)

    def named(self, *names: str) -> list["Element"]:
        """Its children of these names."""
        return [child for child in self.children if child.name in names]

    def first(self, name: str) -> "Element | None":
        """Its first child of a name."""
        return next((child for child in self.children if child.name == name), None)


@dataclass(frozen=True, slots=True)
class Document:
    """A text and its elements."""

    text: str
    root: Element

    def content(self, element: Element) -> str:
        """What is between an element's tags, as it stands."""
        return self.text[element.inner : element.inner_end]

    def tag(self, element: Element) -> str:
        """An element's start tag, as it stands."""
        return self.text[element.start : element.inner]

    def filled(self, element: Element, content: str, tag: str = "") -> Splice:
        """An element with another content, and another start tag if one is given."""
        tag = tag or self.tag(element)
        if element.inner < element.end:
            return Splice(element.start, element.inner_end, tag + content)
        return Splice(element.start, element.end, f"{opened(tag)}{content}</{element.name}>")


def parsed(text: str, *roots: str) -> Document:
    """The elements of a text.

    Raises:
        UnreadableError: it is not XML, its root has none of these names, or it declares entities of its own.
    """
    root = _Reader(text).root
    if root.name not in roots:
        raise UnreadableError(f"its outermost element is <{root.name}>, not <{roots[0]}>")
    return Document(text, root)


def fragment(text: str) -> Document:
    """The elements of a text that is an element."""
    return Document(text, _Reader(text).root)


def root_name(text: str) -> str:
    """The name of a text's outermost element, at a glance; empty if none is seen."""
    found = _BEFORE_ROOT.match(text)
    return found[1] if found else ""


def opened(tag: str) -> str:
    """A start tag that waits for its end tag, made of one that may be an element by itself."""
    return tag[:-2].rstrip() + ">" if tag.endswith("/>") else tag


def with_attribute(tag: str, name: str, value: str, after: str = "") -> str:
    """A start tag with an attribute: its value replaced, or added after another attribute, or at the end."""
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    places = {found[2]: found for found in _ATTRIBUTE.finditer(tag)}
    if name in places:
        start, end = places[name].span(4)
        return f'{tag[:start]}"{value}"{tag[end:]}'
    position = places[after].end() if after in places else _attributes_end(tag)
    return f'{tag[:position]} {name}="{value}"{tag[position:]}'


def without_attribute(tag: str, name: str) -> str:
    """A start tag without an attribute."""
    return _ATTRIBUTE.sub(lambda found: "" if found[2] == name else found[0], tag)


def _attributes_end(tag: str) -> int:
    return len(tag.removesuffix(">").removesuffix("/").rstrip())


class _Reader:
    """One run of expat over a text. It tells places as bytes of UTF-8, in rising order; we count on from the last."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._data = text.encode()
        self._ascii = len(self._data) == len(text)
        self._byte = self._character = 0
        self._open: list[Element] = []
        self._elements = 0
        self._parser = self._new_parser()
        self.root = self._read()

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.specified_attributes = True
        parser.StartElementHandler = self._starts
        parser.EndElementHandler = self._ends
        parser.XmlDeclHandler = self._declares
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._entity
        return parser

    def _read(self) -> Element:
        self._root: Element | None = None
        try:
            self._parser.Parse(self._data, True)
        except expat.ExpatError as error:
            raise UnreadableError(
                f"it is not valid XML: {expat.ErrorString(error.code)} (line {error.lineno})"
            ) from None
        if self._root is None:
            raise UnreadableError("it is not valid XML: no element found")
        return self._root

    def _position(self) -> int:
        byte = self._parser.CurrentByteIndex
        if self._ascii:
            return byte
        self._character += len(self._data[self._byte : byte].decode())
        self._byte = byte
        return self._character

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > _MOST_ELEMENTS or len(self._open) >= _MOST_DEPTH:
            raise self._error("it has more elements, or deeper ones, than a localization file")
        start = self._position()
        found = _START_TAG.match(self._text, start)
        if not found:
            raise self._error("its tags are written in a way that is not understood")
        end, parent = found.end(), self._open[-1] if self._open else None
        element = Element(name, attributes or _NO_ATTRIBUTES, start, end, end, end, parent)
        if parent:
            parent.children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _ends(self, _name: str) -> None:
        element = self._open.pop()
        if not self._text.endswith("/>", element.start, element.inner):
            element.inner_end = self._position()
            element.end = self._text.index(">", element.inner_end) + 1

    def _declares(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.casefold() not in _ENCODINGS:
            raise UnreadableError(f"it declares the encoding {encoding}; only UTF-8 and UTF-16 are written")

    def _entity(self, name: str, *_details: object) -> None:
        raise self._error(f"it uses an entity of its own, {name!r}; only those of XML itself are read")

    def _error(self, sentence: str) -> UnreadableError:
        return UnreadableError(f"{sentence} (line {self._parser.CurrentLineNumber})")
