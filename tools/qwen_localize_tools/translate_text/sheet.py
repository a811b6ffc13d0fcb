"""A table with strings in one of its columns, and the same table with their translations beside them."""

import csv
import io
from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePath

from qwen_localize.errors import BadArgument, BadInput, quote

from .._shared import tables

_HEADINGS = ("source", "text", "string", "value", "原文")
# Without this mark, Excel takes a file for one in the country's old character set.
_MARK = "\ufeff"


class Table:
    """A table in CSV or TSV; a list of strings has one column, and needs no heading.

    Args:
        name: the file's, for its ending and for messages.
        content: its text.

    Raises:
        BadInput: it cannot be read, or no heading tells which column has the strings.
    """

    def __init__(self, name: str, content: str) -> None:
        self._name = name
        try:
            self._separator, self._rows = tables.grid(content, "\t" if self.ending == "tsv" else "")
        except BadArgument as error:
            raise BadInput(f"{quote(name)}: {error}") from None
        self._heads = [cell.strip().casefold() for cell in self._rows[0]] if self._rows else []
        self._require_cells()
        if len(self._heads) == 1 and self._heads[0] not in _HEADINGS:
            self._rows, self._heads = [["source"], *self._rows], ["source"]

    @property
    def ending(self) -> str:
        """The file's, without a dot."""
        return PurePath(self._name).suffix[1:].casefold()

    @property
    def texts(self) -> list[str]:
        """The strings: one for each row that is not empty."""
        return [_cell(row, self._column) for row in self._rows[1:] if any(row)]

    def filled(self, translations: Sequence[str | None], target_lang: str) -> str:
        """The table with the translations in the column of that language; None leaves what stands there."""
        place = self._target(target_lang)
        left = iter(translations)
        out = io.StringIO()
        writer = csv.writer(out, delimiter=self._separator)
        writer.writerow([*self._rows[0], *([target_lang] if place == len(self._heads) else [])])
        for row in self._rows[1:]:
            translation = next(left) if any(row) else None
            writer.writerow(row if translation is None else _with(row, place, translation))
        return _MARK + out.getvalue()

    @cached_property
    def _column(self) -> int:
        if found := next((head for head in _HEADINGS if head in self._heads), None):
            return self._heads.index(found)
        raise BadInput(
            f"{quote(self._name)}: no column is called source or text. Name the one with the strings source."
        )

    def _target(self, target_lang: str) -> int:
        heads = [head.replace("-", "_") for head in self._heads]
        lang = target_lang.casefold().replace("-", "_")
        return heads.index(lang) if lang in heads else len(heads)

    def _require_cells(self) -> None:
        """Refuse texts that were cut at a separator: the rest of them would be lost."""
        for number, row in enumerate(self._rows, 1):
            if any(row[len(self._heads) :]):
                raise BadInput(
                    f"{quote(self._name)}: row {number} has more cells than the first. Put texts that hold the "
                    "separator into quotation marks."
                )


def _cell(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _with(row: Sequence[str], place: int, text: str) -> list[str]:
    cells = [*row[: place + 1], *[""] * (place + 1 - len(row)), *row[place + 1 :]]
    cells[place] = text
    return cells
