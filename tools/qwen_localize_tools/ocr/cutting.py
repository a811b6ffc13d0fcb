"""The beginning of a long reading, cut so that what is shown is whole in itself."""

import json
from collections.abc import Sequence
from typing import Any

from .reading import Page

# Bytes, of all that is shown.
_ROOM = 5_000
# Less of a page says nothing.
_LEAST = 200
_ROW_END, _TABLE_END = "</tr>", "</table>"


def beginning(pages: Sequence[Page]) -> list[Page]:
    """As much of the first pages as a chat can hold; what failed or was cut stays said."""
    room, kept = _ROOM, []
    for page in pages:
        if room < _LEAST:
            break
        kept.append(_shortened(page, room))
        room -= size(kept[-1])
    return kept


def size(page: Page) -> int:
    """The bytes of a page as JSON."""
    return len(page.model_dump_json(exclude_defaults=True).encode())


def _shortened(page: Page, room: int) -> Page:
    """A page of at most about so many bytes: lines of words, rows, fields and text are whole, or left out."""
    if size(page) <= room:
        return page
    if page.words:
        words = _first(page.words, room * 2 // 3, lambda word: word.model_dump())
        return page.model_copy(update={"words": words, "text": "\n".join(word.text for word in words) + "…"})
    if page.rows:
        rows = _first(page.rows, room // 2, lambda row: row)
        return page.model_copy(update={"rows": rows, "text": _table(page.text, room // 2)})
    fields = dict(_first(list(page.fields.items()), room // 2, list))
    return page.model_copy(update={"fields": fields, "text": _text(page.text, room - _bytes(fields))})


def _first(items: Sequence[Any], room: int, plain: Any) -> list[Any]:
    """As many of the first as fit."""
    kept = []
    for item in items:
        room -= _bytes(plain(item)) + 1
        if room < 0:
            break
        kept.append(item)
    return kept


def _bytes(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


def _text(text: str, room: int) -> str:
    """As much of a text as fits, as JSON writes it."""
    if _bytes(text) <= room:
        return text
    kept = text[: max(room, 0)]
    while kept and _bytes(kept) > room:
        kept = kept[: len(kept) * room // _bytes(kept)]
    return f"{kept}…"


def _table(html: str, room: int) -> str:
    """The first rows of a table in HTML, or as much of anything else as fits."""
    kept = _text(html, room)
    rows, end, _ = kept.rpartition(_ROW_END)
    return f"{rows}{end}{_TABLE_END}" if end and kept != html else kept
