"""Make of the lines of a picture what each OCR task answers (contract 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qwen_localize.sandbox.documents import fields, markup, words
from qwen_localize.sandbox.documents.layout import Box, boxes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qwen_localize.sandbox.pictures.reading import Line


@dataclass(frozen=True)
class Finding:
    """What a task finds: the text of the answer, and `ocr_result` where there is one."""

    text: str
    result: dict[str, Any] | None = None


def find(lines: Sequence[Line], task: str | None = None, schema: dict[str, Any] | None = None) -> Finding:
    """Carry out a task on what was read; without a task, or with one that only reads, the plain text."""
    boxes = boxes_of(lines)
    if task == "advanced_recognition":
        found = words.words_info(lines)
        return Finding(markup.fenced_json(words.without_location(found), indent=None), {"words_info": found})
    if task == "key_information_extraction":
        pairs = fields.pairs(boxes) if schema is None else fields.fill(schema, boxes)
        return Finding(markup.fenced_json(pairs), {"kv_result": pairs})
    return Finding(_WRITERS.get(task or "", markup.plain)(boxes))


_WRITERS: dict[str, Callable[[Sequence[Box]], str]] = {
    "table_parsing": markup.html,
    "document_parsing": markup.latex,
    "formula_recognition": markup.formula,
}
