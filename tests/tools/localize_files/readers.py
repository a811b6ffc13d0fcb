"""Independent readers of localization files: what a program that uses a file would show.

Each takes a file's bytes and languages, and returns its texts by a path of the reader's own, without blank ones and
without what is not to be translated. They share nothing with the formats under test.
"""

import csv
import functools
import io
import json
import plistlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import polib
import yaml
from fluent.syntax import ast, parse
from fluent.syntax.serializer import serialize_element
from markdown_it import MarkdownIt

Languages = tuple[str, str]
Texts = dict[str, str]
Reader = Callable[[bytes, Languages], Texts]


def text_of(data: bytes) -> str:
    """A file's characters, without the mark at its beginning."""
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")


def said(texts: Iterator[tuple[str, str]]) -> Texts:
    """The texts that say something."""
    return {path: text for path, text in texts if text.strip()}


# JSON and its relatives


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(inner, f"{path}/{name}")


def json_texts(data: bytes, _languages: Languages) -> Texts:
    """Every string of a JSON file."""
    return said(_leaves(json.loads(text_of(data))))


def messages(data: bytes, _languages: Languages) -> Texts:
    """The messages of a file in which each text has a description beside it, or none."""
    entries = json.loads(text_of(data)).items()
    return said((name, value if isinstance(value, str) else value["message"]) for name, value in entries)


def arb(data: bytes, _languages: Languages) -> Texts:
    """The texts of an ARB file."""
    return said((name, text) for name, text in json.loads(text_of(data)).items() if not name.startswith("@"))


def xcstrings(data: bytes, languages: Languages) -> Texts:
    """The finished texts of a String Catalog in the target language."""

    def units(node: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
        if "stringUnit" in node and node["stringUnit"]["state"] != "new":
            yield path, node["stringUnit"]["value"]
        for kind in node.get("variations", {}).values():
            for form, inner in kind.items():
                yield from units(inner, f"{path}/{form}")
        for name, inner in node.get("substitutions", {}).items():
            yield from units(inner, f"{path}/{name}")

    found: Texts = {}
    for name, entry in json.loads(text_of(data))["strings"].items():
        here = entry.get("localizations", {}).get(languages[1])
        if here and entry.get("shouldTranslate", True) and entry.get("extractionState") != "stale":
            found |= said(units(here, name))
    return found


# Lines


def _entries(data: bytes) -> list[polib.POEntry]:
    """The entries of a PO file; polib would break lines at U+2028."""
    entries = list(polib.pofile(text_of(data).replace("\u2028", "\ufffc"), check_for_duplicates=False))
    for entry in entries:
        entry.msgstr = entry.msgstr.replace("\ufffc", "\u2028")
    return entries


def po(data: bytes, _languages: Languages) -> Texts:
    """The translations of a PO file that gettext would take."""
    found = []
    for entry in _entries(data):
        path = f"{entry.msgctxt}|{entry.msgid}"
        if not entry.obsolete and not entry.fuzzy:
            forms = {f"{path}[{form}]": text for form, text in entry.msgstr_plural.items()}
            found += list(forms.items()) or [(path, entry.msgstr)]
    return said(iter(found))


def po_sources(data: bytes, _languages: Languages) -> Texts:
    """The messages of a PO file in the source language."""
    found = []
    for entry in _entries(data):
        path = f"{entry.msgctxt}|{entry.msgid}"
        if not entry.obsolete:
            found += [(path, entry.msgid), (f"{path}+", entry.msgid_plural)]
    return said(iter(found))


def strings(data: bytes, _languages: Languages) -> Texts:
    """The texts of a .strings file."""
    token = re.compile(r'/\*.*?\*/|//[^\n]*|("(?:[^"\\]|\\.)*"|[\w.-]+)\s*=\s*("(?:[^"\\]|\\.)*")\s*;', re.DOTALL)
    named = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "a": "\a", "v": "\v", "0": "\0"}

    def plain(raw: str) -> str:
        def meant(found: re.Match[str]) -> str:
            return chr(int(found[1], 16)) if found[1] else named.get(found[2], found[2])

        inner = raw[1:-1] if raw.startswith('"') else raw
        both = re.sub(r"\\[uU]([0-9a-fA-F]{4})|\\(.)", meant, inner, flags=re.DOTALL)
        return both.encode("utf-16", "surrogatepass").decode("utf-16")

    pairs = [found for found in token.finditer(text_of(data)) if found[1]]
    return said((plain(found[1]), plain(found[2])) for found in pairs)


def properties(data: bytes, _languages: Languages) -> Texts:
    """The texts of a .properties file, as Java's specification has it."""

    def plain(raw: str) -> str:
        def meant(found: re.Match[str]) -> str:
            return (
                chr(int(found[1], 16))
                if found[1]
                else {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}.get(found[2], found[2])
            )

        both = re.sub(r"\\u([0-9a-fA-F]{4})|\\(.)", meant, raw, flags=re.DOTALL)
        return both.encode("utf-16", "surrogatepass").decode("utf-16")

    logical, held = [], ""
    for line in re.split(r"\r\n|\r|\n", text_of(data)):
        bare = line.lstrip(" \t\f")
        if not held and (not bare or bare[0] in "#!"):
            continue
        if (len(bare) - len(bare.rstrip("\\"))) % 2:
            held += bare[:-1]
            continue
        logical.append(held + bare)
        held = ""
    pattern = re.compile(r"((?:[^\\ \t\f=:]|\\.)*)[ \t\f]*[=:]?[ \t\f]*(.*)", re.DOTALL)
    pairs = [found for line in [*logical, held] if line and (found := pattern.fullmatch(line))]
    return said((plain(found[1]), plain(found[2])) for found in pairs)


def fluent(data: bytes, _languages: Languages) -> Texts:
    """The patterns of a Fluent file: those of messages, terms and attributes."""

    def patterns(name: str, value: ast.Pattern) -> Iterator[tuple[str, str]]:
        one = value.elements[0]
        choice = one.expression if isinstance(one, ast.Placeable) and len(value.elements) == 1 else None
        if not isinstance(choice, ast.SelectExpression):
            yield name, "".join(shown(element) for element in value.elements)
            return
        for number, variant in enumerate(choice.variants):
            yield from patterns(f"{name}[{number}]", variant.value)

    def shown(element: ast.TextElement | ast.Placeable) -> str:
        if isinstance(element, ast.TextElement):
            return element.value
        literal = element.expression
        if isinstance(literal, ast.StringLiteral):
            return str(literal.parse()["value"])
        return serialize_element(element)

    found: list[tuple[str, str]] = []
    for entry in parse(text_of(data)).body:
        assert not isinstance(entry, ast.Junk)
        if isinstance(entry, ast.Message | ast.Term):
            name = ("-" if isinstance(entry, ast.Term) else "") + entry.id.name
            found += patterns(name, entry.value) if entry.value else []
            for one in entry.attributes:
                found += patterns(f"{name}.{one.id.name}", one.value)
    return said(iter(found))


def subtitles(data: bytes, _languages: Languages) -> Texts:
    """The texts of cues, by their number in the file; a blank line or the next cue's times end one."""
    found: list[list[str]] = []
    inside = False
    for line in re.split(r"\r\n|\r|\n", text_of(data)):
        if "-->" in line:
            found.append([])
            inside = True
        elif not line.strip(" \t"):
            inside = False
        elif inside:
            found[-1].append(line)
    return said((str(number), "\n".join(lines)) for number, lines in enumerate(found))


def csv_texts(data: bytes, languages: Languages) -> Texts:
    """The target language's column of a table."""
    text = text_of(data)
    delimiter = ";" if text.count(";") > text.count(",") else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    column = rows[0].index(languages[1])
    return said((row[0], row[column]) for row in rows[1:] if len(row) > column)


# Trees


def rails(data: bytes, _languages: Languages) -> Texts:
    """The strings of a YAML file below its language; what only points to others is read where it stands first."""
    seen: set[int] = set()

    def walk(node: yaml.Node, path: str) -> Iterator[tuple[str, str]]:
        if id(node) in seen:
            return
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str":
            yield path, node.value
        elif isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                yield from walk(item, f"{path}/{number}")
        elif isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                yield from walk(value, f"{path}/{name.value}")

    root = yaml.compose(text_of(data), yaml.SafeLoader)
    assert root
    return {path: text for path, text in said(walk(root, "")).items() if not re.fullmatch(r":\w+", text)}


def stringsdict(data: bytes, _languages: Languages) -> Texts:
    """The plural forms of a property list, and the frames that say something."""
    found = []
    for name, entry in plistlib.loads(data).items():
        frame = entry["NSStringLocalizedFormatKey"]
        found += [(f"{name}/frame", frame)] if re.sub(r"%#@\w+@", "", frame).strip() else []
        for variable, forms in ((one, inner) for one, inner in entry.items() if isinstance(inner, dict)):
            plain = {form: text for form, text in forms.items() if not form.startswith("NSString")}
            found += [(f"{name}/{variable}/{form}", text) for form, text in plain.items()]
    return said(iter(found))


# A block in braces, with blocks in it.
_BRACES = functools.reduce(lambda inner, _: rf"\{{(?:[^{{}}]|{inner})*\}}", range(4), r"\{[^{}]*\}")


def _php_string(raw: str) -> str:
    if raw[0] == "'":
        return re.sub(r"\\(['\\])", r"\1", raw[1:-1])
    named = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "e": "\x1b", "f": "\f", "\\": "\\", "$": "$", '"': '"'}

    def meant(found: re.Match[str]) -> str:
        return chr(int(found[1], 16)) if found[1] else named.get(found[2], found[0])

    return re.sub(r"\\u\{([0-9a-fA-F]+)\}|\\(.)", meant, raw[1:-1], flags=re.DOTALL)


_PHP = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|\#[^\n]*|/\*.*?\*/)|(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    rf"""|(?P<open>\[|array\s*\()|(?P<close>[\])])|(?P<arrow>=>)|(?P<comma>,)|(?P<other>function[^{{]*{_BRACES}|\w+|.)""",
    re.DOTALL,
)


def php(data: bytes, _languages: Languages) -> Texts:
    """The strings of the array that a PHP file returns; what is computed is skipped."""
    text = text_of(data)
    start = re.search(r"^return\s*(?=\[|array)", text, re.MULTILINE)
    assert start
    tokens = (found for found in _PHP.finditer(text, start.end()) if found.lastgroup != "skip")

    def items(path: str) -> Iterator[tuple[str, str]]:
        """The texts of an array, from behind its bracket to its end."""
        key, count = "", 0
        value: list[str] = []
        for token in tokens:
            kind = token.lastgroup
            if kind == "arrow":
                key, value = _php_string(value[0]), []
            elif kind == "open":
                yield from items(f"{path}/{key or count}")
                value = []
            elif kind in ("comma", "close"):
                if len(value) == 1 and value[0][0] in "'\"":
                    yield f"{path}/{key or count}", _php_string(value[0])
                key, value, count = "", [], count + 1
                if kind == "close":
                    return
            else:
                value.append(token[0])

    next(tokens)
    return said(items(""))


def markdown(data: bytes, _languages: Languages) -> Texts:
    """The texts of a document's blocks, each on one line, and the title before them."""
    text = text_of(data).replace("\r\n", "\n")
    head = re.match(r"---\n(.*?\n)---\n", text, re.DOTALL)
    title = yaml.safe_load(head[1])["title"] if head else ""
    # What is no CommonMark: marks of tasks, footnotes and boxes. A backslash before another line breaks it.
    body = re.sub(r"\[[ x]\] |\[\^1\]: |^:::.*$|\\(?=\n.)", "", text[head.end() if head else 0 :], flags=re.MULTILINE)
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    inline = [token.content for token in tokens if token.type == "inline"]
    return said((str(number), " ".join(content.split())) for number, content in enumerate([title, *inline]))
