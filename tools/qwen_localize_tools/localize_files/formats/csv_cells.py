"""The cells of a table of text and their places."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .model import UnreadableError
from .splicing import line_number


@dataclass(frozen=True)
class Cell:
    """From where to where a cell is written, with its quotes if it has some, and what it says."""

    start: int
    end: int
    text: str
    quoted: bool


def rows(text: str, separator: str) -> Iterator[list[Cell]]:
    """The rows of a table; those that are empty are left out.

    Raises:
        UnreadableError: a quote is not closed, or stands where none may.
    """
    if not text:
        return
    quoted = r'"(?P<quoted>[^"]*(?:""[^"]*)*)"'
    pattern = re.compile(rf"(?:{quoted}|(?P<plain>(?!\")[^{separator}\r\n]*))(?P<after>{separator}|\r\n|\r|\n|\Z)")
    position, row = 0, list[Cell]()
    while True:
        if not (found := pattern.match(text, position)):
            raise UnreadableError(f"the quotes of a cell in line {line_number(text, position)} are not right")
        row.append(_cell(found))
        position = found.end()
        if found["after"] != separator:
            if len(row) > 1 or row[0].text or row[0].quoted:
                yield row
            row = []
            if position == len(text):
                return


def _cell(found: re.Match[str]) -> Cell:
    start, end = found.start(), found.start("after")
    if (plain := found["plain"]) is not None:
        return Cell(start, end, plain, False)
    return Cell(start, end, found["quoted"].replace('""', '"'), True)


def separator(text: str) -> str:
    """What separates the cells of the first row: of comma, semicolon and tab, that which makes the most of it."""
    lines = re.search(r"[^\r\n]+", text)
    head = re.sub(r'"[^"]*"', "", lines[0]) if lines else ""
    return max(",;\t", key=head.count)


def written(text: str, separator: str, quoted: bool) -> str:
    """A cell, in quotes if it was so or has to be."""
    if "\0" in text or re.search("[\ud800-\udfff]", text):
        raise UnreadableError("it cannot hold all characters of a text")
    if quoted or needs_quotes(text, separator):
        return '"' + text.replace('"', '""') + '"'
    return text


def needs_quotes(text: str, separator: str) -> bool:
    """Whether a cell would be read as something else without quotes, by us or by a spreadsheet."""
    return text != text.strip() or re.search(rf'["\r\n{separator}]', text) is not None
