"""What an OCR answer says, made into text, rows, fields and words (docs/model-studio.md 6)."""

import math
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from qwen_localize.errors import BadAnswer, quote
from qwen_localize.wellformed import Malformed, parsed

from .tables import table_rows
from .values import typed

_FENCE = re.compile(r"\s*```[a-zA-Z]*\s*\n")
# A table of no cells is nothing, as is a document of no text.
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|\\(?:begin|end)\{\w+\}|\\documentclass.*")
# Fields and words need few levels; what is deeper is no answer, and would break whoever walks through it.
_MOST_LEVELS = 20
# Pixels; no picture is so large, and what is farther is no place in one.
_FARTHEST = 1e7
# Warnings of pages that are whole, and empty.
NOTHING, NO_FIELD = "Nothing was found on this page.", "None of the fields was found on this page."


class PictureFacts(BaseModel):
    """A picture as it was sent: its size in pixels, and whether it was turned upright before."""

    width: int | None = None
    height: int | None = None
    turned: bool = False


class OcrAnswer(BaseModel):
    """What the service said to one picture.

    Attributes:
        picture: what is known of the picture, if it went through our hands.
    """

    text: str
    result: dict[str, Any]
    is_cut: bool
    picture: PictureFacts

    @classmethod
    def of(cls, output: Any, picture: PictureFacts) -> "OcrAnswer":
        """What an answer's output says; what is not as documented stays readable as text.

        Raises:
            BadAnswer: it is no answer at all.
        """
        try:
            choice = output["choices"][0]
            content = choice["message"]["content"]
            is_cut = choice.get("finish_reason") == "length"
        except (AttributeError, KeyError, IndexError, TypeError):
            words = f"The service's answer is not a reading: {quote(str(output))}. Try again; report it if it stays."
            raise BadAnswer(words) from None
        part = content[0] if isinstance(content, list) and content else content
        found = part if isinstance(part, dict) else {"text": part if isinstance(part, str) else ""}
        result = found.get("ocr_result")
        if not isinstance(result, dict) or is_deeper(result, _MOST_LEVELS):
            result = {}
        return cls(text=str(found.get("text") or ""), result=result, is_cut=is_cut, picture=picture)


class Word(BaseModel):
    """A line of text and where it stands, in pixels of the page as it was sent.

    `polygon` has four corners x, y from the top left clockwise; `box` is centre x, y, width, height, degrees.
    Both are empty if the service did not say it.
    """

    text: str
    polygon: list[float]
    box: list[float]


class Page(BaseModel):
    """A page, or a picture; `error` instead of everything else if it failed, `warning` if it is cut or empty.

    `width` and `height` are the pixels of the page as it was sent, upright; None for a picture behind a URL.
    """

    page: int
    text: str
    rows: list[list[str]] = Field(default_factory=list)
    fields: dict[str, Any] = Field(default_factory=dict)
    words: list[Word] = Field(default_factory=list)
    width: int | None = None
    height: int | None = None
    warning: str = ""
    error: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it was read, and nothing was found."""
        return self.warning in (NOTHING, NO_FIELD)


def read_page(number: int, task: str, answer: OcrAnswer, kinds: Any) -> Page:
    """The page that was read; `kinds` are the types of its fields."""
    page = Page(page=number, text=unfenced(answer.text), width=answer.picture.width, height=answer.picture.height)
    if task == "table":
        page.rows = table_rows(page.text)
    elif task == "fields":
        values = answer.result.get("kv_result") or _json(page.text)
        page.fields = typed(values, kinds) if isinstance(values, dict) else {}
        page.warning = NO_FIELD if isinstance(values, dict) and _is_empty(page.fields) else ""
    elif task == "words":
        rows = answer.result.get("words_info") or _json(page.text)
        if isinstance(rows, list):
            page.words = [_word(row) for row in rows if isinstance(row, dict)]
            page.text = "\n".join(word.text for word in page.words)
    if not (page.warning or page.fields or page.words or _MARKUP.sub("", page.text).strip()):
        page.warning = NOTHING
    return page


def _is_empty(value: Any) -> bool:
    """Whether there is no value in it."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return value is None if parts is None else all(_is_empty(part) for part in parts)


def unfenced(text: str) -> str:
    """The text without the code fence that the service puts round markup; one that was cut off lacks its end."""
    start = _FENCE.match(text)
    if not start:
        return text
    body, fence, rest = text[start.end() :].rpartition("```")
    if not fence:
        return rest
    return text if rest.strip() else body.rstrip()


def _json(text: str) -> Any:
    try:
        value = parsed(text.encode())
    except Malformed:
        return None
    return None if is_deeper(value, _MOST_LEVELS) else value


def is_deeper(value: Any, levels: int) -> bool:
    """Whether more JSON objects than `levels` are nested in each other; lists do not count, but have their bound."""
    return _is_deeper(value, levels, 4 * _MOST_LEVELS)


def _is_deeper(value: Any, levels: int, most: int) -> bool:
    if isinstance(value, dict):
        return levels == 0 or any(_is_deeper(item, levels - 1, most - 1) for item in value.values())
    if isinstance(value, list):
        return most <= 0 or any(_is_deeper(item, levels, most - 1) for item in value)
    return False


def _word(row: Mapping[str, Any]) -> Word:
    box = _numbers(row.get("rotate_rect"), 5)
    polygon = _numbers(row.get("location"), 8) or (_corners(*box) if box else [])
    return Word(text=str(row.get("text") or ""), polygon=polygon, box=box)


def _numbers(values: Any, count: int) -> list[float]:
    """So many numbers; none if there is anything else."""
    if not isinstance(values, list) or len(values) != count:
        return []
    if not all(isinstance(value, int | float) and abs(value) <= _FARTHEST for value in values):
        return []
    return [float(value) for value in values]


def _corners(x: float, y: float, width: float, height: float, degrees: float) -> list[float]:
    """The corners of a box that is turned clockwise, from the one nearest to the picture's top left."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    halves = [(-width / 2, -height / 2), (width / 2, -height / 2), (width / 2, height / 2), (-width / 2, height / 2)]
    corners = [(round(x + a * cos - b * sin, 1), round(y + a * sin + b * cos, 1)) for a, b in halves]
    first = min(range(4), key=lambda index: sum(corners[index]))
    return [value for corner in corners[first:] + corners[:first] for value in corner]
