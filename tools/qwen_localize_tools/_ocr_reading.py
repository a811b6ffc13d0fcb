"""What an OCR answer says, made into text, rows, fields and words (contract section 6)."""

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from pydantic import BaseModel, Field

_FENCE = re.compile(r"\s*```[a-zA-Z]*\s*\n(.*?)\n?\s*```\s*", re.DOTALL)
_NUMBER = re.compile(r"[^\d.,+\-]*([+\-]?\d[\d.,\s]*)[^\d]*")
_YES, _NO = frozenset({"true", "yes", "1", "是", "✓", "x"}), frozenset({"false", "no", "0", "否", ""})


class Word(BaseModel):
    """A line of text and where it stands, in pixels of the picture as it was given.

    `polygon` has four corners x, y from the top left clockwise; `box` is centre x, y, width, height, degrees.
    """

    text: str
    polygon: list[float]
    box: list[float]


class Page(BaseModel):
    """A page, or a picture; `error` instead of everything else if it failed."""

    page: int
    text: str = ""
    rows: list[list[str]] = Field(default_factory=list)
    fields: dict[str, Any] = Field(default_factory=dict)
    words: list[Word] = Field(default_factory=list)
    error: str = ""


def read_page(number: int, task: str, output: Mapping[str, Any], schema: Any) -> Page:
    """The page in an answer's output; what is not as documented stays readable as text."""
    part = _content(output)
    text = unfenced(str(part.get("text") or ""))
    found = part.get("ocr_result")
    result: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    if task == "table":
        return Page(page=number, text=text, rows=table_rows(text))
    if task == "fields":
        values = result.get("kv_result") or _json(text)
        return Page(page=number, text=text, fields=typed(values, schema) if isinstance(values, dict) else {})
    if task == "words":
        words = [_word(row) for row in result.get("words_info") or [] if isinstance(row, Mapping)]
        return Page(page=number, text="\n".join(word.text for word in words) or text, words=words)
    return Page(page=number, text=text)


def _content(output: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        part = output["choices"][0]["message"]["content"][0]
    except (KeyError, IndexError, TypeError):
        return {}
    return part if isinstance(part, Mapping) else {}


def unfenced(text: str) -> str:
    """The text without the code fence that the service puts round markup."""
    match = _FENCE.fullmatch(text)
    return match[1] if match else text


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _word(row: Mapping[str, Any]) -> Word:
    polygon = [float(value) for value in row.get("location") or []]
    box = [float(value) for value in row.get("rotate_rect") or []]
    return Word(text=str(row.get("text") or ""), polygon=polygon, box=box)


def typed(values: Any, schema: Any) -> Any:
    """Values as their schema names them: "number", "integer" and "boolean" are converted where that loses nothing."""
    if isinstance(values, dict):
        inner = schema if isinstance(schema, dict) else {}
        return {name: typed(value, inner.get(name)) for name, value in values.items()}
    if isinstance(values, list):
        return [typed(value, schema[0] if isinstance(schema, list) and schema else None) for value in values]
    if not isinstance(values, str):
        return values
    if values.strip() in ("", "null"):
        # What is not in the picture is said in all of these ways.
        return None
    kind = schema.strip().lower() if isinstance(schema, str) else ""
    if kind in ("number", "integer"):
        return _number(values, whole=kind == "integer")
    if kind == "boolean" and values.strip().lower() in _YES | _NO:
        return values.strip().lower() in _YES
    return values


def _number(text: str, *, whole: bool) -> Any:
    """The number in a text such as "¥ 1,234.50"; the text itself if it has none, or could be read in two ways."""
    match = _NUMBER.fullmatch(text.strip())
    if not match:
        return text
    digits = re.sub(r"\s", "", match[1]).rstrip(".,")
    if re.fullmatch(r"[+\-]?\d{1,3}(\.\d{3})*,\d{1,2}", digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[+\-]?\d{1,3}(,\d{3})+(\.\d+)?", digits):
        digits = digits.replace(",", "")
    if not re.fullmatch(r"[+\-]?\d+(\.\d+)?", digits):
        return text
    value = float(digits)
    return int(value) if whole and value.is_integer() else text if whole else value


class _Table(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            span = dict(attrs).get("colspan") or "1"
            self._cell, self._span = [], int(span) if span.isdecimal() else 1

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            cell = " ".join("".join(self._cell).split())
            (self.rows or [[]])[-1].extend([cell, *[""] * (min(self._span, 100) - 1)])
            self._cell = None


def table_rows(html: str) -> list[list[str]]:
    """The cells of the tables in an HTML text, row by row; a cell over several columns is followed by empty ones."""
    table = _Table()
    table.feed(html)
    return table.rows
