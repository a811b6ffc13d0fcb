"""The rows of tables in HTML, each cell in its column."""

from html.parser import HTMLParser

_MOST_SPAN, _MOST_DIGITS = 100, 8
# Cells of all tables together: a few spans can ask for any number.
_MOST_CELLS = 100_000
_MOST_NESTED = 20


class _Grid:
    """One table, as far as it is read: cells that reach into other rows or columns are followed by empty ones there."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._spans = (1, 1)
        # For each column, how many more rows are taken by a cell that began above.
        self._taken: dict[int, int] = {}

    def begin_row(self) -> None:
        self.end_row()
        self._row = []

    def begin_cell(self, columns: int, rows: int) -> None:
        self.end_cell()
        if self._row is None:
            self._row = []
        self._cell, self._spans = [], (columns, rows)

    @property
    def has_cell(self) -> bool:
        return self._cell is not None

    def write(self, text: str) -> None:
        if self._cell is not None:
            self._cell.append(text)

    def end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        lines = (" ".join(line.split()) for line in "".join(self._cell).split("\n"))
        self._skip_taken(len(self._row))
        columns, rows = self._spans
        for column in range(len(self._row), len(self._row) + columns):
            self._taken[column] = rows - 1
        self._row += ["\n".join(filter(None, lines)), *[""] * (columns - 1)]
        self._cell = None

    def end_row(self) -> None:
        self.end_cell()
        if self._row is None:
            return
        while any(column >= len(self._row) and left for column, left in self._taken.items()):
            if not self._skip_taken(len(self._row)):
                self._row.append("")
        self.rows.append(self._row)
        self._row = None

    def _skip_taken(self, column: int) -> bool:
        """Leave the columns empty, from one on, that are taken from above; whether there were any."""
        row, first = self._row or [], column
        while left := self._taken.get(column, 0):
            self._taken[column] = left - 1
            row.append("")
            column += 1
        return column > first


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._open: list[_Grid] = []
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table" and len(self._open) < _MOST_NESTED:
            self._open.append(_Grid())
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
            self._open.append(_Grid())
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
