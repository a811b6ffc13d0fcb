"""Tables: each cell in its column, in the answer and in the file for spreadsheets."""

import csv
from pathlib import Path
from typing import Any

import pytest
import respx
from mcp_types import CallToolResult

from fakes_ocr import URL, answer, document
from qwen_localize_tools._shared.spreadsheet import as_table
from qwen_localize_tools.ocr.tables import table_rows
from support import Call, Connect, picture, words


@pytest.mark.parametrize(
    ("html", "rows"),
    [
        (
            "<tr><td rowspan=2>A</td><td>1</td></tr><tr><td>2</td></tr><tr><td>B</td><td>3</td></tr>",
            [["A", "1"], ["", "2"], ["B", "3"]],
        ),
        (
            "<tr><td>A</td><td rowspan=3 colspan=2>x</td><td>1</td></tr>"
            "<tr><td>B</td><td>2</td></tr><tr><td>C</td></tr>",
            [["A", "x", "", "1"], ["B", "", "", "2"], ["C", "", ""]],
        ),
        ("<tr><td>A</td><td rowspan='2'>x</td></tr><tr></tr><tr><td>B</td></tr>", [["A", "x"], ["", ""], ["B"]]),
        (
            "<tr><td>A</td><td><table><tr><td>i</td><td>1</td></tr><tr><td>j</td></tr></table></td><td>Z</td></tr>"
            "<tr><td>B</td><td>y</td><td>W</td></tr>",
            [["A", "i | 1\nj", "Z"], ["B", "y", "W"]],
        ),
        ("<tr><td>A<td>1<tr><td>B<td>2", [["A", "1"], ["B", "2"]]),
        ("<td>A</td><td>1</td>", [["A", "1"]]),
        ("<table><tr><td>A</td></tr></table><p>and</p><table><tr><td>B</td></tr></table>", [["A"], [], ["B"]]),
        ("<tr><td>two<br>lines</td></tr>", [["two lines"]]),
        ("<tr><td rowspan='0'>A</td><td colspan='x'>B</td></tr><tr><td>C</td></tr>", [["A", "B"], ["C"]]),
        ("<table><tr><td>cut", [["cut"]]),
        ("</table></tr><td>A", [["A"]]),
        ("just text </td> <b>", []),
        ("<tr><td colspan=100 rowspan=100>x</td></tr>" * 20, []),
        ("<table><tr><td>" * 500 + "deep", [["deep"]]),
    ],
)  # fmt: skip
def test_cells_stand_in_their_columns(html: str, rows: list[list[str]]) -> None:
    assert table_rows(html) == rows


def test_a_table_that_asks_for_endless_cells_costs_no_time() -> None:
    html = "<tr>" + "<td rowspan=100 colspan=10>x</td>" * 100 + "</tr>" + "<tr></tr>" * 10_000
    assert table_rows(html) == []


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (" =1+1", "' =1+1"),
        ("＝1+1", "'＝1+1"),
        ("\n=1", "'\n=1"),
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-cmd", "'-cmd"),
        ("+1 555 0100", "+1 555 0100"),
        ("-12.50", "-12.50"),
    ],
)
def test_no_cell_is_a_formula_to_a_spreadsheet_and_numbers_stay_numbers(cell: str, written: str) -> None:
    assert as_table([[cell]]) == f'\ufeff"{written}"\r\n'


def test_no_part_of_a_cell_is_a_cell_where_semicolons_part_them() -> None:
    rows = list(csv.reader(as_table([["a;=1+1", "b"]]).lstrip("\ufeff").splitlines(), delimiter=";"))
    assert rows == [['a;=1+1,"b"']]


@pytest.fixture
def call(connect: Connect, tmp_path: Path) -> Call:
    async def called(**arguments: Any) -> CallToolResult:
        (tmp_path / "scan.png").write_bytes(picture())
        async with connect() as client:
            return await client.call_tool("ocr", {"image": str(tmp_path / "scan.png"), "task": "table"} | arguments)

    return called


def table(rows: int) -> str:
    cells = "".join(f"<tr><td>{number}</td><td>=cup, \u676f</td></tr>" for number in range(rows))
    return f"<table>{cells}</table>"


async def test_a_long_table_is_a_file_for_people_and_one_for_spreadsheets(
    httpx2_mock: respx.Router, call: Call
) -> None:
    httpx2_mock.post(URL).mock(return_value=answer(table(500)))
    result = await call()
    html, sheet = (Path(artifact["path"]) for artifact in result.structured_content["artifacts"])
    assert (html.name, sheet.name) == ("scan.table.html", "scan.table.csv")
    assert html.read_text("utf-8") == table(500)
    assert sheet.read_bytes().startswith(b'\xef\xbb\xbf"0",')
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [[str(number), "'=cup, \u676f"] for number in range(500)]
    assert f"All of it: {html}, as a table for spreadsheets: {sheet}." in words(result)
    page = result.structured_content["pages"][0]
    assert page["rows"][0] == ["0", "=cup, \u676f"]
    assert page["text"].startswith("<table><tr><td>0</td>")
    assert page["text"].endswith("</td></tr></table>")


async def test_the_tables_of_many_pages_stand_under_their_pages(
    httpx2_mock: respx.Router, call: Call, tmp_path: Path
) -> None:
    httpx2_mock.post(URL).mock(side_effect=[answer(table(300)), answer("no table here"), answer(table(1))])
    result = await call(image=str(document(tmp_path / "list.pdf", 3)))
    with Path(result.structured_content["artifacts"][1]["path"]).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    heads = [row[0] for row in rows if row and row[0].startswith("page")]
    assert heads == ["page 1", "page 2", "page 3"]
    assert rows[0] == ["page 1"]
    assert sum(not row for row in rows) == 2
