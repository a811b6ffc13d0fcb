"""What is made of the lines of a picture, without reading one (docs/model-studio.md 6)."""

import json
import math
from typing import Any

import numpy as np
import pytest

from qwen_localize.sandbox.documents import find
from qwen_localize.sandbox.pictures.reading import Line


def line(text: str, left: float, top: float, width: float = 0, height: float = 20) -> Line:
    right, bottom = left + (width or 10 * len(text)), top + height
    return Line(text, np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32))


def turned(text: str, degrees: float) -> Line:
    """A line of 100 by 20 pixels round (200, 100), turned clockwise."""
    angle = math.radians(degrees)
    turn = np.array([(math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))])
    corners = np.array([(-50, -10), (50, -10), (50, 10), (-50, 10)]) @ turn + (200, 100)
    return Line(text, corners.astype(np.float32))


FORM = [
    line("发票代码：0440", 300, 62),
    line("Invoice", 20, 0, height=40),
    line("Invoice No.: INV-2041", 20, 60),
    line("Date:", 20, 90), line("2026-11-20", 100, 92),
    line("Item", 20, 200), line("Price", 300, 199),
    line("Coffee & milk", 20, 260), line("9.00", 300, 259),
    line("Total 16.50", 20, 330), line("Call https://example.com at 12:30", 20, 360),
]  # fmt: skip


def inside(text: str, kind: str) -> str:
    assert text.startswith(f"```{kind}\n")
    assert text.endswith("\n```")
    return text.removeprefix(f"```{kind}\n").removesuffix("\n```")


@pytest.mark.parametrize("task", [None, "text_recognition", "multi_lan"])
def test_plain_text_is_the_lines_in_reading_order(task: str | None) -> None:
    found = find([line("c", 0, 50), line("b", 90, 3), line("a", 0, 0)], task)
    assert (found.text, found.result) == ("a\nb\nc", None)


@pytest.mark.parametrize("degrees", [-80, -30, 0, 5, 45, 89])
def test_a_rotated_rectangle_is_the_box_of_its_line(degrees: float) -> None:
    found = find([turned("Text", degrees)], "advanced_recognition")
    assert found.result is not None
    (word,) = found.result["words_info"]
    x, y, width, height, angle = word["rotate_rect"]
    assert (x, y, width, height) == (200, 100, 20, 100)
    assert -90 <= angle <= 90
    assert (angle - degrees) % 180 == 90  # as in the guide's samples: the width is how high the letters are
    corners = np.array(word["location"]).reshape(4, 2)
    assert np.abs(corners - turned("", degrees).corners).max() <= 0.5
    assert json.loads(inside(found.text, "json")) == [{"rotate_rect": word["rotate_rect"], "text": "Text"}]


def test_a_table_has_the_rows_that_stand_beside_each_other() -> None:
    text = inside(find(FORM, "table_parsing").text, "html")
    rows = [row.split("</td>")[:-1] for row in text.split("</tr>")[:-1]]
    cells = [[cell.partition("<td>")[2] for cell in row] for row in rows]
    assert cells[3:6] == [["Item", "Price"], ["Coffee &amp; milk", "9.00"], ["Total 16.50"]]
    assert text.startswith("<table>\n  <tr>\n    <td>Invoice</td>")
    assert inside(find([], "table_parsing").text, "html") == "<table>\n</table>"


def test_a_document_has_a_paragraph_for_each_line() -> None:
    text = inside(find([line("100% $ure", 0, 0), line("a_b \\ c^2", 0, 60)], "document_parsing").text, "latex")
    assert text.startswith("\\documentclass{article}\n\n\\begin{document}\n\n100\\% \\$ure\n\n")
    assert text.endswith("a\\_b \\textbackslash{} c\\^{}2\n\n\\end{document}")


def test_a_formula_is_what_was_read_between_dollars() -> None:
    assert find([line("E", 0, 0), line("= mc2", 40, 0)], "formula_recognition").text == "$$E = mc2$$"


def extracted(schema: dict[str, Any] | None) -> Any:
    found = find(FORM, "key_information_extraction", schema)
    assert found.result is not None
    assert json.loads(inside(found.text, "json")) == found.result["kv_result"]
    return found.result["kv_result"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("invoice no.", "INV-2041"), ("发票代码", "0440"), ("Date", "2026-11-20"), ("TOTAL", "16.50"),
        ("Invoice number", None), ("invoice_no", None), ("Buyer", None), ("Tot", None),
    ],
)  # fmt: skip
def test_a_value_stands_behind_exactly_its_key_in_any_case(key: str, value: str | None) -> None:
    assert extracted({key: "how to read it"}) == {key: value}


def test_a_schema_is_echoed_with_its_nesting() -> None:
    schema = {"head": {"inner": {"date": ""}}, "lines": [{"item": "", "price": ""}], "n": 1}
    assert extracted(schema) == {"head": {"inner": {"date": "2026-11-20"}}, "lines": [], "n": None}


def test_without_a_schema_every_label_with_its_value_is_found() -> None:
    assert extracted(None) == {"Invoice No.": "INV-2041", "发票代码": "0440", "Date": "2026-11-20"}
