"""A user's own names for role, text and id."""

from collections.abc import Mapping
from typing import Any

from qwen_localize.errors import BadArgument, quote

from .headings import COLUMNS, IDS, ROLES, ROW_IDS, TEXTS, headings, plain


class Columns:
    """Which columns or keys are meant, and which of them were found so far.

    Raises:
        BadArgument: something else than role, text and id is named.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = {_kind(key): name for key, name in names.items()}
        self._missing = set(self._names)

    def check(self, found: str = "") -> None:
        """
        Args:
            found: the headings, if they may be told.

        Raises:
            BadArgument: one that was named has not been found.
        """
        if self._missing:
            names = ", ".join(quote(self._names[kind], 40) for kind in COLUMNS if kind in self._missing)
            told = f" The headings found are {found}." if found else " Use its names as they are written there."
            raise BadArgument(f"columns: the conversations have no {names}.{told}")

    def renamed(self, value: Any) -> Any:
        """A JSON value, with role, text and id under names that are known here."""
        if not self._names:
            return value
        if isinstance(value, list):
            return [self.renamed(item) for item in value]
        if isinstance(value, dict):
            return self.of_row({key: self.renamed(item) for key, item in value.items()})
        return value

    def of_row(self, row: dict[str, Any]) -> dict[str, Any]:
        """The same for one row or object."""
        if not (places := {kind: place for kind, name in self._names.items() if (place := _place(row, name))}):
            return row
        self._missing -= places.keys()
        used = {*places.values(), *headings(tuple(row), tuple(plain(COLUMNS[kind]) for kind in places))}
        told = {COLUMNS[kind]: row[place] for kind, place in places.items()}
        return told | {key: value for key, value in row.items() if key not in used}


def _kind(key: str) -> str:
    for kind, names in (("role", ROLES), ("text", TEXTS), ("id", IDS + ROW_IDS)):
        if plain(key) in names:
            return kind
    raise BadArgument(f'columns takes role, text and id, such as {{"role": "Sender"}}; there is no {quote(key, 40)}.')


def _place(row: Mapping[str, Any], name: str) -> str | None:
    if name in row:
        return name
    return next(iter(headings(tuple(row), (plain(name),))), None)
