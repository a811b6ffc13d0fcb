"""Tables that spreadsheets open as they are meant."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# Some countries' spreadsheets take the wide signs as well.
_FORMULA_SIGNS = tuple("=+-@＝＋－＠")
# A signed number is data although it begins as a formula does.
_NUMBER = re.compile(r"[+-]\d[\d., ]*%?", re.ASCII)


def as_table(rows: Iterable[Sequence[str]]) -> str:
    """The rows as CSV."""
    out = io.StringIO()
    # Without this mark, Excel takes the file for one in the country's old character set.
    out.write("\ufeff")
    # A semicolon parts cells where a comma parts decimals, but not within quotes.
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: what others wrote is data there too."""
    return f"'{cell}" if is_formula(cell) and not _NUMBER.fullmatch(cell) else cell


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would take a cell for a formula, or for a signed number."""
    return cell.startswith(("\t", "\r")) or cell.lstrip().startswith(_FORMULA_SIGNS)
