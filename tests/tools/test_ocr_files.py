"""Long readings of many pages: the file, and what the answer says of it."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from mcp_types import CallToolResult

from fakes_ocr import URL, answer, document
from qwen_localize_tools.ocr.files import whole
from qwen_localize_tools.ocr.reading import Page
from support import Call, Connect, words

LONG = "word " * 500


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    return httpx2_mock.post(URL).mock(return_value=answer(LONG))


@pytest.fixture
def call(connect: Connect, tmp_path: Path) -> Call:
    async def called(**arguments: Any) -> CallToolResult:
        async with connect() as client:
            path = document(tmp_path / "scan.pdf", 12)
            return await client.call_tool("ocr", {"image": str(path)} | arguments)

    return called


def saved(result: CallToolResult) -> str:
    return Path(result.structured_content["artifacts"][0]["path"]).read_text("utf-8")


def latex(body: str, *preamble: str) -> str:
    head = "\n".join(["\\documentclass{article}", *preamble])
    return f"{head}\n\\begin{{document}}\n{body}\n\\end{{document}}"


async def test_a_long_result_says_how_many_pages_were_read(service: respx.Route, call: Call) -> None:
    result = await call()
    assert "12 page(s)" in words(result)
    assert "[page 1]" in words(result)
    assert result.structured_content["page_count"] == 12
    assert saved(result).count("word word") > 12


async def test_a_long_document_is_one_latex_document(service: respx.Route, call: Call) -> None:
    refused = httpx.Response(400, json={"code": "DataInspectionFailed", "message": "no\n50% & more"})
    service.side_effect = [answer(f"```latex\n{latex(LONG)}\n```"), refused, *[answer(latex(LONG))] * 10]
    text = saved(await call(task="document"))
    assert [text.count(part) for part in ("\\documentclass", "\\begin{document}", "\\end{document}")] == [1, 1, 1]
    assert text.count("\\newpage") == 11
    assert [line[:6] for line in text.splitlines() if "content rules" in line] == ["% page"]
    assert "50% & more" not in "\n".join(line for line in text.splitlines() if not line.startswith("%"))


async def test_a_cut_page_of_a_long_result_is_said_in_the_answer_and_in_the_file(
    service: respx.Route, call: Call
) -> None:
    service.side_effect = [*[answer(LONG)] * 11, answer(LONG, finish_reason="length")]
    result = await call()
    assert "is not whole" in words(result)
    assert "Cut at the model's output limit" in words(result)
    assert "Cut at the model's output limit" in saved(result)


def test_the_pages_of_a_document_share_a_preamble_and_keep_what_is_their_own() -> None:
    pages = [
        Page(page=1, text=latex("one", "\\usepackage[margin=1in]{geometry}", "\\title{First}")),
        Page(page=2, text=latex("two", "\\usepackage[margin=2in]{geometry}", "\\usepackage{tikz}", "\\title{Second}")),
        Page(page=3, text="three"),
        Page(page=4, text="\\documentclass{article}\n\\usepackage{tikz}\n\\begin{document}\nfour, cut"),
        Page(page=5, text="", error="Not read.\nSorry."),
    ]
    assert whole("document", pages).split("\n") == [
        "\\documentclass{article}", "\\usepackage[margin=1in]{geometry}", "\\title{First}", "\\usepackage{tikz}",
        "\\begin{document}",
        "% page 1", "one", "", "\\newpage",
        "% page 2", "\\title{Second}", "two", "", "\\newpage",
        "% page 3", "three", "", "\\newpage",
        "% page 4", "four, cut", "", "\\newpage",
        "% page 5: Not read. Sorry.", "",
        "\\end{document}", "",
    ]  # fmt: skip


def test_pages_without_a_preamble_get_one() -> None:
    text = whole("document", [Page(page=1, text="one"), Page(page=2, text="two")])
    assert text.startswith("\\documentclass{article}\n\\usepackage{amsmath")
    assert text.count("\\begin{document}") == 1


@pytest.mark.parametrize(("task", "comment"), [("text", "<!-- page 2: a - -> b -->"), ("formula", "% page 2: a --> b")])
def test_the_reason_of_a_failed_page_stands_in_its_place(task: str, comment: str) -> None:
    assert comment in whole(task, [Page(page=1, text="x"), Page(page=2, text="", error="a --> b")])
