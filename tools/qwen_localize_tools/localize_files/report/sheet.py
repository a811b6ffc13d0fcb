"""The report as a table that a person edits, in the column `new`, and feeds back."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, get_args

from qwen_localize.errors import BadInput

from ..._shared.spreadsheet import as_table, is_formula
from ..._shared.tables import exact_grid
from .rows import Row, State

_HEADS = tuple(field.name for field in fields(Row))
# Without these nobody knows what a row means.
_NEEDED = ("file", "language", "key", "new")
_YES = "yes"


def sheet(rows: Iterable[Row]) -> str:
    """The rows as CSV; `read_sheet` has them back exactly."""
    return as_table([_HEADS, *([_guarded(cell) for cell in _cells(row)] for row in rows)])


def read_sheet(text: str) -> list[Row]:
    """The rows of a sheet, as a spreadsheet of any country has saved it; columns are found by their names.

    Raises:
        BadInput: it is no such table.
    """
    _, grid = exact_grid(text)
    heads = [head.strip().casefold() for head in grid[0]] if grid else []
    if missing := [name for name in _NEEDED if name not in heads]:
        raise BadInput(f"The table has no column {', '.join(missing)}. Feed back the file as it was saved, with edits.")
    if cut := next((number for number, row in enumerate(grid, 1) if any(row[len(heads) :])), 0):
        raise BadInput(f"Row {cut} of the table has more cells than the first. Put texts with commas into quotes.")
    return [_row(dict(zip(heads, row, strict=False))) for row in grid[1:] if any(row)]


def _cells(row: Row) -> Sequence[str]:
    *texts, hard = (getattr(row, name) for name in _HEADS)
    return [*texts, _YES if hard else ""]


def _row(cells: dict[str, str]) -> Row:
    facts: dict[str, Any] = {name: _plain(cells.get(name, "")) for name in _HEADS}
    facts["hard"] = facts["hard"].strip().casefold() == _YES
    if facts["state"] not in get_args(State):
        facts["state"] = "changed"
    return Row(**facts)


def _guarded(cell: str) -> str:
    """A cell that no spreadsheet changes, behind an apostrophe where it would: +1 would become 1, and 1/2 a date.

    What looks as if it were guarded already is so once more, so that `_plain` can tell.
    """
    return f"'{cell}" if _is_risky(cell.lstrip("'")) else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _is_risky(cell.lstrip("'")) else cell


def _is_risky(cell: str) -> bool:
    """Whether a spreadsheet takes it for a formula, a number, a date or a time."""
    is_number = any(char.isdigit() for char in cell) and not any(char.isalpha() for char in cell)
    return is_number or is_formula(cell)
