"""Where the texts of a Markdown document are: headings, paragraphs, list items, quotes and the cells of tables."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_LINE_END = re.compile(r"\r\n|\r|\n")
_FRONT = re.compile(r"(---|\+\+\+)[ \t]*(?:\r\n|\r|\n)(?:.*?(?:\r\n|\r|\n))??\1[ \t]*(?=[\r\n]|\Z)", re.DOTALL)
# Lines that belong to a generator of sites and stand in what CommonMark takes for a paragraph: containers, admonitions,
# GitHub's alerts, tabs, formulas.
_APART = re.compile(
    r":::.*|(?:!!!|\?\?\?\+?|===)[ ].*|\[![A-Za-z]+\][+-]?|\$\$.*|.*\$\$|\[\[?_?TOC_?\]?\]", re.IGNORECASE
)
_MODULE = re.compile(
    r"import\s+(?:['\"]|.*\sfrom\s+['\"])|import\s*\{|export\s+(?:default|const|let|var|function|async|class)\b|export\s*[{*]"
)
_MARKUP = re.compile(r"<[^<>]*>")
_TAG = re.compile(r"</?(?:[A-Z][\w.]*|>)")
_EXPRESSION = re.compile(r"\{.*\}", re.DOTALL)
# A task's box, and the name of a footnote: what stands before the text of a paragraph.
_BEFORE_ROW = re.compile(r"[ \t>]*(?:(?:[-+*]|\d+[.)])[ \t]+)*")
_BOX = re.compile(r"\[[ xX]\][ \t]+|\[\^[^\]\s]+\]:[ \t]+")


@dataclass(frozen=True)
class Line:
    """A line of a document, without its end."""

    start: int
    end: int


@dataclass(frozen=True)
class Block:
    """A text in a document.

    Attributes:
        key: what it is called: the ordinals of its section, and which of its kind it is there.
        kind: heading, p, li, q or cell.
        lines: where the parts of its text are, line by line, without what stands before and after them.
        prefix: what stands before its second line, or would.
        is_bare: whether it begins its line, so that it must not look like another block.
    """

    key: str
    kind: str
    lines: Sequence[Line]
    prefix: str = ""
    is_bare: bool = True


@dataclass
class _Sections:
    """Names for what stands below headings: 2.1 is the first section of the second."""

    levels: list[int] = field(default_factory=list)
    ordinals: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def enter(self, level: int) -> str:
        """The name of a heading, which begins a section."""
        last = 0
        while self.levels and self.levels[-1] >= level:
            self.levels.pop()
            last = self.ordinals.pop()
        self.levels.append(level)
        self.ordinals.append(last + 1)
        self.counts.clear()
        return f"{self._section()}/heading"

    def name(self, kind: str) -> str:
        """The name of the next text of a kind in this section."""
        self.counts[kind] += 1
        return f"{self._section()}/{kind}{self.counts[kind]}"

    def _section(self) -> str:
        return ".".join(map(str, self.ordinals)) or "0"


@cache
def parser() -> "MarkdownIt":
    """CommonMark with tables, as far as blocks."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])


def front_matter(text: str) -> tuple[int, int]:
    """From where to where the front matter goes, its fences included; nothing if there is none."""
    found = _FRONT.match(text)
    return (0, found.end()) if found else (0, 0)


def is_apart(line: str) -> bool:
    """Whether a line of a paragraph is no text to be read."""
    return _APART.fullmatch(line) is not None


def opening(line: str) -> int:
    """How much of a paragraph's first line is no text."""
    found = _BOX.match(line)
    return found.end() if found else 0


def is_code(paragraph: str) -> bool:
    """Whether what CommonMark takes for a paragraph is a formula, or MDX: an import, an expression, mere tags."""
    if _MODULE.match(paragraph) or _EXPRESSION.fullmatch(paragraph):
        return True
    if paragraph.startswith("$$") and paragraph.endswith("$$") and len(paragraph) > 2:
        return True
    return bool(_TAG.match(paragraph)) and not _MARKUP.sub("", paragraph).strip()


def blocks(text: str) -> list[Block]:
    """All texts of a document, in its order; without the front matter."""
    _, front = front_matter(text)
    lines = _lines(text)
    hidden = "\n" * len(_LINE_END.findall(text, 0, front)) + text[front:]
    return list(_Finder(text, lines).blocks(parser().parse(hidden)))


def _lines(text: str) -> list[Line]:
    ends = [(found.start(), found.end()) for found in _LINE_END.finditer(text)]
    starts = [0, *(end for _, end in ends)]
    return [Line(start, end) for start, end in zip(starts, [*(at for at, _ in ends), len(text)], strict=True)]


class _Finder:
    """Finds in a text what a parser says of its lines."""

    def __init__(self, text: str, lines: list[Line]) -> None:
        self.text = text
        self.lines = lines
        self.sections = _Sections()

    def blocks(self, tokens: Sequence["Token"]) -> Iterator[Block]:
        """The texts among the tokens."""
        containers: list[str] = []
        column = 0
        braces = 0
        for before, token in zip([None, *tokens], tokens, strict=False):
            if token.type in {"list_item_open", "blockquote_open"}:
                containers.append("li" if token.type.startswith("list") else "q")
            elif token.type in {"list_item_close", "blockquote_close"}:
                containers.pop()
            elif token.type == "tr_open":
                column = 0
            elif token.type == "inline" and before is not None and token.map is not None:
                if before.type in {"th_open", "td_open"}:
                    yield from self._cell(token.map[0], column)
                    column += 1
                elif before.type == "heading_open":
                    yield from self._heading(before, token)
                elif braces > 0 or is_code(token.content):
                    braces = (
                        max(0, braces + _open_braces(token.content)) if braces or _MODULE.match(token.content) else 0
                    )
                else:
                    yield from self._paragraph(token, containers[-1] if containers else "p")

    def _heading(self, heading: "Token", token: "Token") -> Iterator[Block]:
        found = self._found(token, heading.markup if heading.markup.startswith("#") else "")
        key = self.sections.enter(int(heading.tag[1:])) if heading.level == 0 else self.sections.name("h")
        if found:
            kind = "heading" if heading.markup.startswith("#") else "p"
            yield Block(key, kind, found, self._prefix(found))

    def _paragraph(self, token: "Token", kind: str) -> Iterator[Block]:
        """The texts of a paragraph: several, if lines that are no text stand between them."""
        found = self._found(token, "")
        group: list[Line] = []
        for at, line in enumerate([*found, None]):
            if line is not None and not is_apart(self.text[line.start : line.end]):
                skipped = opening(self.text[line.start : line.end]) if at == 0 else 0
                group.append(Line(line.start + skipped, line.end))
            elif group:
                yield Block(self.sections.name(kind), kind, group, self._prefix(group))
                group = []

    def _found(self, token: "Token", markup: str) -> list[Line]:
        """Where the lines of a text are, without the marks around them."""
        first, _ = token.map or [0, 0]
        return [
            self._part(self.lines[first + at], part.strip(), markup)
            for at, part in enumerate(token.content.split("\n"))
            if part.strip()
        ]

    def _part(self, line: Line, part: str, markup: str) -> Line:
        """Where a part stands in its line: at its end, or behind the signs of a heading."""
        if markup:
            start = self.text.find(part, self.text.find(markup, line.start) + len(markup), line.end)
        else:
            start = self.text.rfind(part, line.start, line.end)
        return Line(start, start + len(part))

    def _prefix(self, lines: Sequence[Line]) -> str:
        """What stands before the second line of a text, or would: as much space, and the signs of quotes."""
        if len(lines) > 1:
            return self.text[self._line_start(lines[1].start) : lines[1].start]
        before = self.text[self._line_start(lines[0].start) : lines[0].start]
        return re.sub(r"[^>\s]", " ", before)

    def _line_start(self, position: int) -> int:
        return max(self.text.rfind("\n", 0, position), self.text.rfind("\r", 0, position)) + 1

    def _cell(self, number: int, column: int) -> Iterator[Block]:
        """The text of a cell, found by its row's bars."""
        line = self.lines[number]
        cells = _cells(self.text, line)
        key = self.sections.name("cell")
        if column < len(cells) and cells[column].start < cells[column].end:
            yield Block(key, "cell", [cells[column]], is_bare=column == 0 and not _begins_with_bar(self.text, line))


def _open_braces(text: str) -> int:
    return text.count("{") - text.count("}")


def _begins_with_bar(text: str, line: Line) -> bool:
    return _BEFORE_ROW.fullmatch(text[line.start : line.end].partition("|")[0]) is not None


def _cells(text: str, line: Line) -> list[Line]:
    """The cells of a row, without the space around them."""
    bars = [found.start() for found in re.finditer(r"(?<!\\)\|", text[line.start : line.end])]
    edges = [-1, *bars, line.end - line.start]
    cells = [_trimmed(text, line.start + left + 1, line.start + right) for left, right in pairwise(edges)]
    first = 1 if bars and _BEFORE_ROW.fullmatch(text[line.start : line.start + bars[0]]) else 0
    return cells[first:]


def _trimmed(text: str, start: int, end: int) -> Line:
    part = text[start:end]
    start += len(part) - len(part.lstrip())
    return Line(start, start + len(part.strip()))
