"""Independent readers of localization files in XML; see `readers`."""

import re
from collections.abc import Iterator
from xml.dom import minidom

from tools.localize_files.readers import Languages, Texts, said, text_of


def _tree(data: bytes) -> minidom.Element:
    root = minidom.parseString(re.sub(r"\A\s*<\?xml[^>]*\?>", "", text_of(data)).encode()).documentElement
    assert root
    return root


def _children(node: minidom.Element, *names: str) -> list[minidom.Element]:
    found = [child for child in node.childNodes if isinstance(child, minidom.Element)]
    return [child for child in found if not names or child.localName in names or child.tagName in names]


def _content(node: minidom.Node) -> str:
    """What stands in an element: its text, and its markup as it is."""
    parts = []
    for child in node.childNodes:
        if isinstance(child, minidom.Text):
            parts.append(child.data)
        elif isinstance(child, minidom.Element):
            attributes = "".join(f' {name}="{_quoted(value)}"' for name, value in child.attributes.items())
            inner = _content(child)
            parts.append(f"<{child.tagName}{attributes}" + (f">{inner}</{child.tagName}>" if inner else "/>"))
    return "".join(parts)


def _quoted(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _unescaped(raw: str) -> str:
    """A text as Android shows it."""
    out, quoted, raw = "", False, raw.strip(" \t\n\r")
    for found in re.finditer(r"\\u([0-9a-fA-F]{4})|\\(.)|(\")|([ \t\n\r]+)|<[^>]*>|.", raw, re.DOTALL):
        if found[1]:
            out += chr(int(found[1], 16))
        elif found[2]:
            out += {"n": "\n", "t": "\t"}.get(found[2], found[2])
        elif found[3]:
            quoted = not quoted
        elif found[0] == "'":
            assert quoted, "the resource compiler does not take an apostrophe that is not escaped"
            out += "'"
        elif found[4] and not quoted:
            out += " "
        else:
            out += found[0]
    return out.encode("utf-16", "surrogatepass").decode("utf-16")


def android(data: bytes, _languages: Languages) -> Texts:
    """The strings, plurals and arrays of a resource file."""

    def entries() -> Iterator[tuple[str, str]]:
        for node in _children(_tree(data)):
            name = f"{node.getAttribute('name')}@{node.getAttribute('product')}"
            if node.getAttribute("translatable") == "false" or node.tagName not in (
                "string",
                "plurals",
                "string-array",
            ):
                continue
            if node.tagName == "string":
                yield name, _unescaped(_content(node))
            for number, item in enumerate(_children(node, "item")):
                yield f"{node.tagName} {name}/{item.getAttribute('quantity') or number}", _unescaped(_content(item))

    return {name: text for name, text in said(entries()).items() if not re.fullmatch(r"[@?](\+?[\w:]+/\w+)", text)}


def resx(data: bytes, _languages: Languages) -> Texts:
    """The strings among .NET resources."""
    nodes = [node for node in _children(_tree(data), "data") if not node.hasAttribute("type")]
    nodes = [node for node in nodes if not node.hasAttribute("mimetype") and node.getAttribute("name")[:1] not in ">$"]
    return said((node.getAttribute("name"), _content(_children(node, "value")[0])) for node in nodes)


def _segments(node: minidom.Element, file: str, states: bool) -> Iterator[tuple[str, minidom.Element]]:
    for child in _children(node):
        if child.getAttribute("translate") == "no":
            continue
        name = f"{file}/{child.getAttribute('id')}"
        if child.tagName == "trans-unit":
            yield name, child
        elif child.tagName == "unit":
            yield from ((f"{name}/{number}", one) for number, one in enumerate(_children(child, "segment")))
        else:
            yield from _segments(child, f"{file}/{child.getAttribute('original') or child.getAttribute('id')}", states)


_UNFINISHED = ("new", "needs-translation", "initial")


def xliff(data: bytes, _languages: Languages) -> Texts:
    """The finished targets."""

    def targets() -> Iterator[tuple[str, str]]:
        for name, node in _segments(_tree(data), "", True):
            for target in _children(node, "target"):
                if target.getAttribute("state") not in _UNFINISHED and node.getAttribute("state") not in _UNFINISHED:
                    yield name, _content(target)

    return said(targets())


def xliff_sources(data: bytes, _languages: Languages) -> Texts:
    """The sources."""
    pairs = [(name, _children(node, "source")) for name, node in _segments(_tree(data), "", False)]
    return said((name, _content(found[0])) for name, found in pairs)


def _messages(data: bytes) -> Iterator[tuple[str, minidom.Element]]:
    for context in _children(_tree(data), "context"):
        for number, message in enumerate(_children(context, "message")):
            translation = _children(message, "translation")[0]
            if translation.getAttribute("type") not in ("vanished", "obsolete"):
                yield f"{_content(_children(context, 'name')[0])}/{number}", message


def qt(data: bytes, _languages: Languages) -> Texts:
    """The finished translations."""

    def translations() -> Iterator[tuple[str, str]]:
        for name, message in _messages(data):
            translation = _children(message, "translation")[0]
            if translation.getAttribute("type") == "unfinished":
                continue
            forms = _children(translation, "numerusform")
            yield from ((f"{name}/{number}", _content(form)) for number, form in enumerate(forms))
            yield name, "" if forms else _content(translation)

    return said(translations())


def qt_sources(data: bytes, _languages: Languages) -> Texts:
    """The sources of messages that are in use."""
    return said((name, _content(_children(message, "source")[0])) for name, message in _messages(data))
