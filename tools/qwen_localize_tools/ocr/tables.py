"""The rows of tables in HTML, each cell in its column."""

from collections.abc import Callable
from html.parser import HTMLParser

_MOST_SPAN, _MOST_DIGITS = 100, 8
# Cells of all tables together: a few spans can ask for any number.
_MOST_CELLS = 100_000
_MOST_NESTED = 20


class _Grid:
    """One table, as far as it is read: cells that reach into other rows or columns are followed by empty ones there.

    Args:
        spend: told of cells as they come; ends it all if they are too many.
    """

    def __init__(self, spend: Callable[[int], None]) -> None:
        self.rows: list[list[str]] = []
        self._spend = spend
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._spans = (1, 1)
        # For each column, how many more rows are taken by a cell that began above.
        self._taken: dict[int, int] = {}

    @property
    def has_cell(self) -> bool:
        return self._cell is not None

    def begin_row(self) -> None:
        self.end_row()
        self._row = []

    def begin_cell(self, columns: int, rows: int) -> None:
        self.end_cell()
        self._cell, self._spans = [], (columns, rows)

    def write(self, text: str) -> None:
        if self._cell is not None:
            self._cell.append(text)

    def end_cell(self) -> None:
        if self._cell is None:
            return
        row = self._row = [] if self._row is None else self._row
        lines = (" ".join(line.split()) for line in "".join(self._cell).split("\n"))
        self._skip_taken(row)
        columns, rows = self._spans
        if rows > 1:
            self._taken |= dict.fromkeys(range(len(row), len(row) + columns), rows - 1)
        row += ["\n".join(filter(None, lines)), *[""] * (columns - 1)]
        self._cell = None

    def end_row(self) -> None:
        self.end_cell()
        row, self._row = self._row, None
        if row is None:
            return
        last = max(self._taken, default=-1)
        self._skip_taken(row)
        while len(row) <= last:
            row.append("")  # nothing stands in this column
            self._skip_taken(row)
        self._spend(len(row))
        self.rows.append(row)

    def _skip_taken(self, row: list[str]) -> None:
        """Leave the columns empty that come next and are taken from above."""
        while left := self._taken.pop(len(row), 0):
            if left > 1:
                self._taken[len(row)] = left - 1
            row.append("")


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._open: list[_Grid] = []
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table" and len(self._open) < _MOST_NESTED:
            self._open.append(_Grid(self._count))
        elif tag == "tr":
            self._grid().begin_row()
        elif tag in ("td", "th"):
            spans = _span(dict(attrs).get("colspan")), _span(dict(attrs).get("rowspan"))
            self._count(spans[0] * spans[1])
            self._grid().begin_cell(*spans)
        elif tag in ("br", "p", "div"):
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].write(" ".join(data.split("\n")))

    def handle_endtag(self, tag: str) -> None:
        if not self._open:
            return
        if tag in ("td", "th"):
            self._open[-1].end_cell()
        elif tag == "tr":
            self._open[-1].end_row()
        elif tag == "table":
            self._end_table()

    def close(self) -> None:
        super().close()
        while self._open:  # what was cut off
            self._end_table()

    def _grid(self) -> _Grid:
        if not self._open:
            self._open.append(_Grid(self._count))
        return self._open[-1]

    def _end_table(self) -> None:
        grid = self._open.pop()
        grid.end_row()
        if self._open and self._open[-1].has_cell:
            # A table within a cell is that cell's text: a line for each of its rows.
            lines = "\n".join(" | ".join(" ".join(cell.split()) for cell in row) for row in grid.rows)
            self._open[-1].write(f"\n{lines}\n")
        elif any(grid.rows):
            self.tables.append([row for row in grid.rows if row])

    def _count(self, cells: int) -> None:
        self._cells += cells
        if self._cells > _MOST_CELLS:
            raise ValueError


def _span(text: str | None) -> int:
    text = (text or "").strip()
    return max(1, min(int(text), _MOST_SPAN)) if text.isdecimal() and len(text) <= _MOST_DIGITS else 1


def table_rows(html: str) -> list[list[str]]:
    """The cells of the tables in an HTML text, row by row, with an empty row between two tables.

    A cell that spans columns or rows is followed by empty ones, so that what stands in a column stays there.
    """
    found = _Tables()
    try:
        found.feed(html)
        found.close()
    except (AssertionError, ValueError):  # what the library says of markup that it does not understand
        return []
    rows: list[list[str]] = []
    for table in found.tables:
        rows += [[], *table] if rows else table
    return rows
