"""Markdown and MDX: the texts of blocks are replaced; code, HTML, the lines of tables and everything else stay."""

import re
import unicodedata
from functools import lru_cache

from . import markdown_blocks as found
from .content import newline
from .markdown_blocks import Block
from .model import Changes, Direction, Format, Layout, Unit, UnreadableError
from .splicing import Splice, spliced
from .yaml_edits import Editor
from .yaml_tree import Entry, tree

# What readers see of the front matter.
_SHOWN = ("title", "description", "sidebar_label")
# A backslash at the end that is not escaped itself: a hard line break.
_HARD = re.compile(r"(?<!\\)(?:\\\\)*\\\Z")
_SIGN = re.compile(r"(\d{0,9})([!-/:-@\[-`{-~])")
_ESCAPED_SIGN = re.compile(r"(\d{0,9})\\([!-/:-@\[-`{-~])")


def read(text: str, _direction: Direction) -> list[Unit]:
    """The texts of a document; soft line breaks are spaces, hard ones are line feeds."""
    front = [Unit(f"front/{entry.name}", {"": entry.node.text}) for entry in _front(text)]
    return front + [Unit(block.key, {"": _decoded(text, block)}) for block in found.blocks(text)]


def write(text: str, changes: Changes, direction: Direction, source: str) -> str:
    """The target document with other texts; it must have the blocks of the source."""
    if _shape(text) != _shape(source):
        raise UnreadableError("its headings, paragraphs, lists and tables are not those of the source file")
    return create(text, changes, direction)


def create(text: str, changes: Changes, _direction: Direction) -> str:
    """A document with the texts in place of those that are there."""
    blocks = {block.key: block for block in found.blocks(text)}
    values = {f"front/{entry.name}": entry for entry in _front(text)}
    editor = Editor(text, newline(text))
    splices: list[Splice] = []
    for key, forms in changes.items():
        if key in values:
            splices += editor.changed(values[key], forms, in_flow=False)
        elif key in blocks:
            lines = blocks[key].lines
            splices.append(Splice(lines[0].start, lines[-1].end, _encoded(text, blocks[key], forms[""], editor.end)))
        else:
            raise UnreadableError(f"there is no text {key}")
    return spliced(text, splices)


def _shape(text: str) -> list[str]:
    return [f"front/{entry.name}" for entry in _front(text)] + [block.key for block in found.blocks(text)]


def _front(text: str) -> list[Entry]:
    """What readers see of the front matter, placed in the whole text."""
    start, end = found.front_matter(text)
    if not text[start:end].startswith("---"):
        return []
    top = tree(text[:end].rstrip()[:-3])
    names = top.names if top and top.kind == "map" else {}
    return [
        names[name] for name in _SHOWN if name in names and names[name].node.kind == "text" and names[name].node.text
    ]


def _decoded(text: str, block: Block) -> str:
    """The text of a block without its line ends, and without backslashes that only keep it from being another block."""
    if block.kind == "cell":
        cell = text[block.lines[0].start : block.lines[0].end].replace("\\|", "|")
        return _freed(cell, block, first=True) if block.is_bare else cell
    said = ""
    lines = block.lines
    for at, line in enumerate(lines):
        part = text[line.start : line.end]
        if at + 1 == len(lines):
            said += part
        elif _HARD.search(part):
            said += f"{part[:-1]}\n"
        elif text.startswith("  ", line.end):
            said += f"{part}\n"
        else:
            said += part + _space(part, text[lines[at + 1].start])
    return "\n".join(_freed(line, block, first=at == 0) for at, line in enumerate(said.split("\n")))


def _space(before: str, after: str) -> str:
    """What a soft line break is: a space, but none between signs of scripts that have no spaces."""
    wide = unicodedata.east_asian_width
    return "" if wide(before[-1:] or " ") in "WF" and wide(after) in "WF" else " "


def _encoded(text: str, block: Block, said: str, end: str) -> str:
    """A text as it stands in a block, each of its lines on one line."""
    if (
        any(line != line.strip() for line in said.split("\n"))
        or not said
        or "\r" in said
        or (block.kind in {"heading", "cell"} and "\n" in said)
    ):
        raise UnreadableError(
            "Markdown cannot hold an empty text, spaces around a line, or a line break in a heading or a cell"
        )
    if block.kind == "cell":
        return _cell(said, block)
    lines = [_held(line, block, first=at == 0) for at, line in enumerate(said.split("\n"))]
    old = text[block.lines[0].start : block.lines[-1].end]
    mark = "  " if re.search(r"  \r?\n", old) or any(_HARD.search(line) for line in lines[:-1]) else "\\"
    return f"{mark}{end}{block.prefix}".join(lines)


def _cell(said: str, block: Block) -> str:
    if said.endswith("\\"):
        raise UnreadableError("a text in a table cannot end with a backslash")
    return (_held(said, block, first=True) if block.is_bare else said).replace("|", "\\|")


def _held(line: str, block: Block, *, first: bool) -> str:
    """A line that is read as a text, with a backslash before its first sign if it needs one."""
    for candidate in (line, _bound(line)):
        if _is_text(candidate, block.kind, first=first) and _freed(candidate, block, first=first) == line:
            return candidate
    raise UnreadableError(f"a line means something else in Markdown than its text: {line[:60]}")


def _bound(line: str) -> str:
    return _SIGN.sub(r"\1\\\2", line, count=1) if _SIGN.match(line) else line


def _freed(line: str, block: Block, *, first: bool) -> str:
    """A line without the backslash that it needed."""
    if not _ESCAPED_SIGN.match(line):
        return line
    free = _ESCAPED_SIGN.sub(r"\1\2", line, count=1)
    return line if _is_text(free, block.kind, first=first) or _bound(free) != line else free


@lru_cache(1000)
def _is_text(line: str, kind: str, *, first: bool) -> bool:
    """Whether a line of a block is read as the text that it is, and as nothing else."""
    before = "# " if kind == "heading" else "" if first else "a\n"
    tokens = found.parser().parse(before + line)
    content = line if kind == "heading" or first else f"a\n{line}"
    is_block = [token.type for token in tokens][1:2] == ["inline"] and len(tokens) == 3 and tokens[1].content == content
    return is_block and not found.is_apart(line) and not (first and (found.opening(line) or found.is_code(line)))


MARKDOWN = Format(
    name="Markdown",
    layout=Layout.APART,
    endings=(".md", ".mdx", ".markdown"),
    recognizes=lambda text: bool(text.strip()),
    read=read,
    write=write,
    create=create,
    whole=True,
)
