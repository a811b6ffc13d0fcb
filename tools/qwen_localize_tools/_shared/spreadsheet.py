"""Tables that spreadsheets open as they are meant."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# A signed number is data although it begins as a formula does.
_NUMBER = re.compile(r"[+-]\d[\d., ]*%?", re.ASCII)


def as_table(rows: Iterable[Sequence[str]]) -> str:
    """The rows as CSV."""
    out = io.StringIO()
    # Without this mark, Excel takes the file for one in the country's old character set.
    out.write("\ufeff")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: what others wrote is data there too."""
    is_formula = cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if is_formula else cell
