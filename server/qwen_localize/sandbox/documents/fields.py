"""Labels and their values in a form, for key_information_extraction (contract 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

from qwen_localize.sandbox.documents.layout import Box, blocks, is_table, table

_PAIR = re.compile(r"(?P<label>[^:：]*[^\W\d][^:：]*)[:：](?!//)\s*(?P<value>.*)")
_NUMBER = re.compile(r"\b(?:no|nr|num|№)\b", re.IGNORECASE)
_NOT_WORD = re.compile(r"[\W_]+")
_ALIKE = 0.75  # how much of a label and a key has to agree


def pairs(boxes: Sequence[Box]) -> dict[str, str]:
    """Every `label: value` of the form; the value is empty where there is none."""
    form = _Form(boxes)
    found: dict[str, str] = {}
    for entry in form.entries:
        if entry.has_colon:
            found.setdefault(entry.label.strip(), form.value(entry))
    return found


def fill(schema: Mapping[str, Any], boxes: Sequence[Box]) -> dict[str, Any]:
    """The schema with the nearest label's value under each key; null where the form has none."""
    return _Form(boxes).fill(schema)


@dataclass(frozen=True)
class _Entry:
    """One line taken for a label, and what stands behind it on the same line."""

    box: Box
    label: str
    value: str
    has_colon: bool


class _Form:
    def __init__(self, boxes: Sequence[Box]) -> None:
        self._boxes = boxes
        self.entries = [_entry(box) for box in boxes]

    def fill(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        return {key: self._filled(key, wanted) for key, wanted in schema.items()}

    def value(self, entry: _Entry) -> str:
        """Behind the colon, or else to the right, or else below."""
        return entry.value or self._to_the_right(entry.box) or self._below(entry.box)

    def _filled(self, key: str, wanted: object) -> Any:
        if isinstance(wanted, dict):
            return self.fill(wanted)
        if isinstance(wanted, list):
            return self._rows(wanted[0]) if wanted and isinstance(wanted[0], dict) else []
        return self._find(key)

    def _find(self, key: str) -> str | None:
        best, found = _ALIKE, None
        for entry in self.entries:
            likeness = _likeness(key, entry.label)
            value = self.value(entry) if likeness > best else ""
            if value:
                best, found = likeness, value
        return found or self._behind(key)

    def _behind(self, key: str) -> str | None:
        """What follows the key on a line that begins with it, without a colon between."""
        begins = re.compile(r"[\W_]*".join(map(re.escape, _bare(key))) + r"(?!\w)[\s.:：]*(?P<value>.+)", re.IGNORECASE)
        found = (begins.match(box.text) for box in self._boxes) if _bare(key) else ()
        return next((match["value"].strip() for match in found if match), None)

    def _rows(self, template: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of the first table whose head has a column for some key of the template."""
        for cells in self._tables:
            columns = {key: _column(key, cells[0]) for key in template}
            if any(column is not None for column in columns.values()):
                return [
                    {key: None if at is None else row[at] or None for key, at in columns.items()} for row in cells[1:]
                ]
        return []

    @cached_property
    def _tables(self) -> list[list[list[str]]]:
        return [table(block) for block in blocks(self._boxes) if is_table(block)]

    def _to_the_right(self, box: Box) -> str:
        beside = [other for other in self._boxes if other.left >= box.right and box.beside(other)]
        return self._unless_label(min(beside, key=lambda other: other.left, default=None))

    def _below(self, box: Box) -> str:
        under = [other for other in self._boxes if box.above(other) and abs(other.left - box.left) < 2 * box.height]
        return self._unless_label(min(under, key=lambda other: other.top, default=None))

    def _unless_label(self, box: Box | None) -> str:
        return "" if box is None or _entry(box).has_colon else box.text


def _entry(box: Box) -> _Entry:
    found = _PAIR.fullmatch(box.text)
    if found is None:
        return _Entry(box, box.text, "", has_colon=False)
    return _Entry(box, found["label"], found["value"].strip(), has_colon=True)


def _column(key: str, head: Sequence[str]) -> int | None:
    best = max(range(len(head)), key=lambda index: _likeness(key, head[index]))
    return best if _likeness(key, head[best]) > _ALIKE else None


def _bare(text: str) -> str:
    return _NOT_WORD.sub("", _NUMBER.sub("number", text.replace("_", " "))).casefold()


def _likeness(key: str, label: str) -> float:
    """1 for the same word but for case, blanks and marks; 0.9 if one contains the other."""
    key, label = _bare(key), _bare(label)
    if key == label:
        return 1.0 if key else 0.0
    shorter, longer = sorted((key, label), key=len)
    if len(shorter) > 1 and shorter in longer and len(longer) <= 3 * len(shorter):
        return 0.8 + 0.1 * len(shorter) / len(longer)
    return min(0.85, SequenceMatcher(None, key, label).ratio())
