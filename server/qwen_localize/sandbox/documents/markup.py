"""What was read, as plain text, JSON, HTML and LaTeX in the forms that the guide shows (contract 6)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from html import escape
from statistics import median

from qwen_localize.sandbox.documents.layout import Box, Table, blocks, is_table, table

_LARGE = 1.35  # times the usual height of a line makes a heading
_SPECIAL = re.compile(r"[\\{}$&#%_^~]")
_LATEX = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"}


def plain(boxes: Sequence[Box]) -> str:
    """The lines in reading order."""
    return "\n".join(box.text for box in boxes)


def fenced_json(value: object, indent: int | None = 4) -> str:
    """A fenced block of JSON."""
    return f"```json\n{json.dumps(value, ensure_ascii=False, indent=indent)}\n```"


def html(boxes: Sequence[Box]) -> str:
    """Every table in a fenced block of HTML; a picture without one is a table of one column."""
    found = [table(block) for block in blocks(boxes) if is_table(block)]
    tables = found or [[[box.text] for box in boxes]]
    return "```html\n" + "\n".join(_html_table(cells) for cells in tables) + "\n```"


def latex(boxes: Sequence[Box]) -> str:
    """A fenced LaTeX document: large lines are sections, tables tabulars, all else paragraphs."""
    body = "\n\n".join(_latex_blocks(boxes))
    return f"```latex\n\\documentclass{{article}}\n\n\\begin{{document}}\n\n{body}\n\n\\end{{document}}\n```"


def formula(boxes: Sequence[Box]) -> str:
    """The text between dollars. The sandbox does not really read formulas, only the letters in them."""
    return f"$${' '.join(box.text for box in boxes)}$$"


def _html_table(cells: Table) -> str:
    rows = ("".join(f"    <td>{escape(cell)}</td>\n" for cell in row) for row in cells)
    return "<table>\n" + "".join(f"  <tr>\n{row}  </tr>\n" for row in rows) + "</table>"


def _latex_blocks(boxes: Sequence[Box]) -> Iterator[str]:
    usual = median(box.height for box in boxes) if boxes else 0.0
    paragraph: list[Box] = []
    for block in blocks(boxes):
        row = block[0]
        tall = max(box.height for box in row) > _LARGE * usual
        continues = not is_table(block) and not tall and (not paragraph or paragraph[-1].above(row[0]))
        if paragraph and not continues:
            yield _escaped(paragraph)
            paragraph = []
        if is_table(block):
            yield _tabular(table(block))
        elif tall:
            yield f"\\section{{{_escaped(row)}}}"
        else:
            paragraph += row
    if paragraph:
        yield _escaped(paragraph)


def _tabular(cells: Table) -> str:
    rows = "\n".join(" & ".join(_escape(cell) for cell in row) + r" \\" for row in cells)
    return f"\\begin{{tabular}}{{{'l' * len(cells[0])}}}\n{rows}\n\\end{{tabular}}"


def _escaped(boxes: Sequence[Box]) -> str:
    return _escape(" ".join(box.text for box in boxes))


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda found: _LATEX.get(found.group(), "\\" + found.group()), text)
