"""Rows of a CSV file, as spreadsheets of all countries write it."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from qwen_localize.errors import BadArgument, quote

_SEPARATORS = ",;\t"
_LINE_END = re.compile(r"[\r\n]")
_LONGEST_LINE = 10_000
_one_at_a_time = Lock()


def grid(text: str, separator: str = "") -> tuple[str, list[list[str]]]:
    """What separates the cells of a table, and all its rows; blank cells are empty.

    Args:
        text: the file's.
        separator: what separates the cells, if that is known.

    Raises:
        BadArgument: it cannot be read as a table.
    """
    separator, whole = exact_grid(text, separator)
    return separator, [[cell if cell.strip() else "" for cell in row] for row in whole]


def exact_grid(text: str, separator: str = "") -> tuple[str, list[list[str]]]:
    """What separates the cells of a table, and all its rows as they stand, to the last space.

    Args:
        text: the file's.
        separator: what separates the cells, if that is known.

    Raises:
        BadArgument: it cannot be read as a table.
    """
    text = text.lstrip("\ufeff\r\n")
    separator = separator or _separator(text)
    try:
        with _long_cells(len(text)):
            # A loop of our own lets other threads work in between, which the library by itself would not.
            cells = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
            return separator, [[*row] for row in cells]
    except csv.Error as error:
        raise BadArgument(f"The table cannot be read: {quote(str(error))}. Save it as CSV in UTF-8 again.") from None


def rows(text: str) -> list[dict[str, str | None]]:
    """The rows under their headings, None for an empty cell; empty rows and cells beyond the headings are left out.

    Raises:
        BadArgument: it cannot be read as a table.
    """
    _, whole = grid(text)
    if not whole:
        return []
    heads = [head.strip() for head in whole[0]]
    cells = ([cell or None for cell in row] for row in whole[1:])
    return [dict(zip(heads, row + [None] * len(heads), strict=False)) for row in cells if any(row)]


def headings(text: str) -> dict[str, Any]:
    """What stands in a table's first line, if that is not longer than headings are, and more lines follow."""
    text = text.lstrip("\ufeff\r\n")
    line = _LINE_END.split(text[:_LONGEST_LINE], maxsplit=1)[0]
    if len(line) in (_LONGEST_LINE, len(text)):
        return {}
    return dict.fromkeys(cell.strip().strip('"') for cell in line.split(_separator(line)))


def _separator(text: str) -> str:
    """The one that cuts the heading line into most columns."""
    return max(_SEPARATORS, key=_LINE_END.split(text, maxsplit=1)[0].count)


@contextmanager
def _long_cells(most: int) -> Iterator[None]:
    """The library's limit is for all of the process, and a whole dialogue in a cell passes it."""
    with _one_at_a_time:
        before = csv.field_size_limit(most + 1)
        try:
            yield
        finally:
            csv.field_size_limit(before)
