"""Tables in CSV and TSV: a row for each text, a column for each language."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..._shared.languages import Language, find, table
from ..._shared.locales import fold, locale
from .csv_cells import Cell, needs_quotes, rows, separator, written
from .model import Changes, Direction, Format, Layout, Unit, UnreadableError
from .splicing import Splice, spliced

_KEYS = ("key", "keys", "identifier", "string-id", "stringid", "string-key", "msgid")
_KEYS_IF_FIRST = ("", "id", "name", "label", "term")
_CONTEXTS = ("description", "context", "comment", "comments", "shared-comments", "note", "notes", "hint", "meaning")
_LIMITS = ("max", "max-length", "maxlength", "limit", "character-limit")
# What has the shape of a locale; `no_of_items` and `is_html` have not.
_TAG = re.compile(r"[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?")


@dataclass(frozen=True)
class _Columns:
    """Which columns are what: the headings of those that are languages, and the places of the others."""

    key: int
    languages: dict[int, str]
    contexts: list[int]
    limit: int | None

    def of(self, language: str) -> int | None:
        """The column of a language: spelt so, else without a region, else another spelling of it."""
        found = [at for at, name in self.languages.items() if _alike(name, language)]
        exact = [at for at, name in self.languages.items() if fold(name) == fold(language)]
        plain = [at for at in found if not _regions(self.languages[at])]
        return next(iter((*exact, *plain, *found)), None)


@dataclass(frozen=True)
class _Table:
    """A table as it stands."""

    separator: str
    head: list[Cell]
    rows: list[list[Cell]]
    columns: _Columns

    @classmethod
    def of(cls, text: str) -> "_Table":
        """The table that a text is.

        Raises:
            UnreadableError: it is none, or has no columns for keys and languages.
        """
        sign = separator(text)
        head, *others = list(rows(text, sign)) or [[]]
        columns = _columns(head)
        if columns is None:
            raise UnreadableError("its first line names no columns for keys and languages")
        return cls(sign, head, others, columns)

    def by_key(self) -> dict[str, list[Cell]]:
        """The rows that have a key; of several with one key, the last."""
        return {key: row for row in self.rows if (key := _text(row, self.columns.key).strip())}

    def source(self, direction: Direction) -> int:
        """The column of the source language."""
        column = self.columns.of(direction.source)
        if column is None:
            raise UnreadableError(f"it has no column for the source language, {direction.source}")
        return column


def _columns(head: Sequence[Cell]) -> _Columns | None:
    names = [fold(cell.text).replace(" ", "-") for cell in head]
    key = _key_column(names)
    # Where there are keys by name, a number of each row may stand beside them; that is not Indonesian.
    numbered = [at for at, cell in enumerate(head) if cell.text.strip() in ("Id", "ID")]
    languages = {
        at: cell.text.strip()
        for at, cell in enumerate(head)
        if at not in (key, *numbered) and _language(cell.text) is not None
    }
    if key is None or not languages:
        return None
    contexts = [at for at, name in enumerate(names) if name in _CONTEXTS]
    return _Columns(key, languages, contexts, next((at for at, name in enumerate(names) if name in _LIMITS), None))


def _key_column(names: Sequence[str]) -> int | None:
    """The column with the plainest heading for keys; some headings say that only in the first column."""
    named = (names.index(name) for name in _KEYS if name in names)
    return next(named, 0 if names and names[0] in _KEYS_IF_FIRST else None)


@lru_cache(1000)
def _found(name: str) -> Language | None:
    return find(name, table("qwen-mt"))


def _language(heading: str) -> Language | None:
    folded = fold(heading)
    if "-" in folded and " " not in folded and not _TAG.fullmatch(folded):
        return None
    return _found(heading)


def _alike(one: str, other: str) -> bool:
    """Whether two spellings may mean the same; Portuguese of two countries may not."""
    language = _found(one)
    if language is None or language != _found(other):
        return False
    here, there = _regions(one), _regions(other)
    return not here or not there or here == there or language.code.startswith("zh")


def _regions(name: str) -> set[str]:
    """The codes of countries in a locale; names of countries say nothing here."""
    parts, language = locale(fold(name)), _found(name)
    if parts is None or language is None:
        return set()
    # In `Russian (ru)`, and not in `ru-RU`, the code is that of the language.
    own = language.code if len(parts.base) > 3 else ""
    return {part for part in parts.parts if len(part) in (2, 3) and part != own}


def _text(row: Sequence[Cell], column: int | None) -> str:
    return row[column].text if column is not None and column < len(row) else ""


def _read(text: str, direction: Direction) -> list[Unit]:
    whole = _Table.of(text)
    source, target = whole.source(direction), whole.columns.of(direction.target)
    return [
        _unit(key, row, whole.columns, said, _text(row, target))
        for key, row in whole.by_key().items()
        if (said := _text(row, source)).strip()
    ]


def _unit(key: str, row: Sequence[Cell], columns: _Columns, source: str, target: str) -> Unit:
    context = "\n".join(filter(None, (_text(row, column).strip() for column in columns.contexts)))
    limit = _text(row, columns.limit).strip()
    most = int(limit) if re.fullmatch(r"[0-9]{1,6}", limit) else 0
    return Unit(key, {"": target} if target else {}, {"": source}, context, most)


def _write(text: str, changes: Changes, direction: Direction, _: str) -> str:
    whole = _Table.of(text)
    there = whole.by_key()
    if lost := next((key for key in changes if key not in there), None):
        raise UnreadableError(f"it has no row {lost}")
    texts = {id(there[key]): forms[""] for key, forms in changes.items()}
    column = whole.columns.of(direction.target)
    change = _added(whole, texts, direction) if column is None else _replaced(whole, texts, direction, column)
    return spliced(text, change)


def _replaced(whole: _Table, texts: dict[int, str], direction: Direction, column: int) -> Iterator[Splice]:
    for row in whole.rows:
        if id(row) not in texts:
            continue
        cell = written(texts[id(row)], whole.separator, _quoted(whole, row, direction, column))
        if column < len(row):
            yield Splice(row[column].start, row[column].end, cell)
        else:
            yield Splice(row[-1].end, row[-1].end, whole.separator * (column - len(row) + 1) + cell)


def _added(whole: _Table, texts: dict[int, str], direction: Direction) -> Iterator[Splice]:
    """A new column behind the others, in every row."""
    width = len(whole.head)
    quoted = all(cell.quoted for cell in whole.head)
    for row in (whole.head, *whole.rows):
        cell = texts.get(id(row), "")
        if row is whole.head:
            cell = written(_heading(whole, direction), whole.separator, quoted)
        elif cell:
            cell = written(cell, whole.separator, _quoted(whole, row, direction, width))
        last = row[min(width, len(row)) - 1].end
        yield Splice(last, last, whole.separator * max(1, width - len(row) + 1) + cell)


def _quoted(whole: _Table, row: Sequence[Cell], direction: Direction, column: int) -> bool:
    """Whether a cell is in quotes that it may not need: as it was, or as its source is."""
    old = row[column] if column < len(row) else None
    if old is not None and (old.quoted or old.text):
        return old.quoted
    source = whole.source(direction)
    return source < len(row) and row[source].quoted and not needs_quotes(row[source].text, whole.separator)


def _heading(whole: _Table, direction: Direction) -> str:
    """What to call a new column: by the language's English name or its code, as the source's is."""
    source, target = whole.columns.languages[whole.source(direction)], _found(direction.target)
    if target and (known := _language(source)) and fold(known.name) == fold(source) and not _regions(direction.target):
        return target.name
    underscores = any("_" in name for name in whole.columns.languages.values())
    return direction.target.replace("-", "_") if underscores else direction.target


def _create(source: str, changes: Changes, direction: Direction) -> str:
    return _write(source, changes, direction, source)


def _recognizes(text: str) -> bool:
    try:
        return _columns(next(rows(text, separator(text)), [])) is not None
    except UnreadableError:
        return False


CSV = Format("CSV", Layout.TOGETHER, (".csv", ".tsv"), _recognizes, _read, _write, _create)
