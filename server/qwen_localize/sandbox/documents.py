"""What each OCR task answers about the lines that were read (docs/model-studio.md 6), by plain rules.

Text and places are real. Keys are found where a line says `key: value` or `key value` in so many words; a table has
the rows that stand beside each other, a document a paragraph for each line.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from .pictures.geometry import Corners, sides
from .pictures.reading import Line

# A value follows the colon, full-width ones too; a time or an address is no label with its value.
_PAIR = re.compile(r"(?P<label>[^:：]*[^\W\d][^:：]*)[:：](?!//)\s*(?P<value>\S.*)")
_SPECIAL = re.compile(r"[\\{}$&#%_^~]")
_LATEX = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"}

Rows = Sequence[Sequence[Line]]


@dataclass(frozen=True)
class Finding:
    """What a task finds: the text of the answer, and `ocr_result` where the task has one."""

    text: str
    result: dict[str, Any] | None = None


def find(lines: Sequence[Line], task: str | None = None, schema: Mapping[str, Any] | None = None) -> Finding:
    """Carry out a task on what was read; without a task, or with one that only reads, the plain text."""
    if task == "advanced_recognition":
        words = [{"rotate_rect": _rotate_rect(line.corners), "text": line.text} for line in lines]
        located = [word | {"location": _location(line.corners)} for word, line in zip(words, lines, strict=True)]
        return Finding(_fenced("json", json.dumps(words, ensure_ascii=False)), {"words_info": located})
    rows = _rows(lines)
    if task == "key_information_extraction":
        values = _pairs(rows) if schema is None else _filled(schema, rows)
        return Finding(_fenced("json", json.dumps(values, ensure_ascii=False, indent=4)), {"kv_result": values})
    return Finding(_WRITERS.get(task or "", _plain)(rows))


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that stand beside each other, from left to right; the rows from top to bottom."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=_middle):
        if rows and _middle(line) < float(rows[-1][0].corners[:, 1].max()):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: float(line.corners[:, 0].min())) for row in rows]


def _middle(line: Line) -> float:
    return float(line.corners[:, 1].mean())


def _said(rows: Rows) -> Iterator[str]:
    """Every line, and then every row as one line: a value may stand to the right of its label."""
    for row in rows:
        yield from (line.text for line in row)
    yield from (" ".join(line.text for line in row) for row in rows)


def _pairs(rows: Rows) -> dict[str, str]:
    """All labels with their values; the first value of a label counts."""
    found: dict[str, str] = {}
    for said in _said(rows):
        if match := _PAIR.fullmatch(said):
            found.setdefault(match["label"].strip(), match["value"])
    return found


def _filled(schema: Mapping[str, Any], rows: Rows) -> dict[str, Any]:
    """The schema with a value, or null, under each key; lists stay empty."""
    return {key: _value(key, wanted, rows) for key, wanted in schema.items()}


def _value(key: str, wanted: object, rows: Rows) -> Any:
    if isinstance(wanted, dict):
        return _filled(wanted, rows)
    if isinstance(wanted, list):
        return []
    line = re.compile(rf"{re.escape(key)}(?:\s*[:：]\s*|\s+)(?P<value>\S.*)", re.IGNORECASE)
    return next((match["value"] for said in _said(rows) if (match := line.fullmatch(said))), None)


def _plain(rows: Rows) -> str:
    return "\n".join(line.text for row in rows for line in row)


def _html(rows: Rows) -> str:
    cells = ("".join(f"    <td>{escape(line.text)}</td>\n" for line in row) for row in rows)
    return _fenced("html", "<table>\n" + "".join(f"  <tr>\n{row}  </tr>\n" for row in cells) + "</table>")


def _latex(rows: Rows) -> str:
    paragraphs = [_SPECIAL.sub(_escaped, line.text) for row in rows for line in row]
    whole = [r"\documentclass{article}", r"\begin{document}", *paragraphs, r"\end{document}"]
    return _fenced("latex", "\n\n".join(whole))


def _escaped(special: re.Match[str]) -> str:
    return _LATEX.get(special[0], "\\" + special[0])


def _formula(rows: Rows) -> str:
    """The text between dollars: letters are read here, formulas are not."""
    return f"$${' '.join(line.text for row in rows for line in row)}$$"


def _fenced(kind: str, text: str) -> str:
    return f"```{kind}\n{text}\n```"


_WRITERS: dict[str, Callable[[Rows], str]] = {
    "table_parsing": _html,
    "document_parsing": _latex,
    "formula_recognition": _formula,
}


def _location(corners: Corners) -> list[int]:
    return [round(value) for corner in corners.tolist() for value in corner]


def _rotate_rect(corners: Corners) -> list[int]:
    """`[cx, cy, w, h, angle]` in the form of the guide's samples.

    There, the width of an upright line is how high its letters are and the angle is about -90: the same rectangle as
    the length of the line, its height, and an angle of about 0.
    """
    (left, top), (right, end) = corners[0].tolist(), corners[1].tolist()
    length, height = sides(corners)
    slant = round(math.degrees(math.atan2(end - top, right - left)))
    angle = (slant + 90) % 180 - 90  # a rectangle looks the same after half a turn
    turned = angle - 90 if angle >= 0 else angle + 90
    centre = corners.mean(axis=0).tolist()
    return [round(centre[0]), round(centre[1]), round(height), round(length), turned]
