"""What `ocr` says of documents that cannot be read, and of long ones, before anything is paid."""

from pathlib import Path
from typing import Any

import pytest
import respx
from mcp import Client
from mcp_types import CallToolResult

from fakes_ocr import URL, answer
from fakes_pdf import PASSWORD, blank, counting, endless, locked
from qwen_localize.clock import RealClock
from qwen_localize.files.drawing import Document
from qwen_localize.mcp_server import build_server
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from support import Call, Connect, Refused, picture, words


@pytest.fixture
def call(connect: Connect, tmp_path: Path) -> Call:
    async def called(data: bytes, name: str = "a.pdf", **arguments: Any) -> CallToolResult:
        (tmp_path / name).write_bytes(data)
        async with connect() as client:
            return await client.call_tool("ocr", {"image": str(tmp_path / name)} | arguments)

    return called


SVG = b'<?xml version="1.0"?>\n<!-- by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"", "a.pdf", "“a.pdf” is empty"),
        (b"\n \n", "a.png", "“a.png” is empty"),
        (SVG, "a.svg", "is an SVG drawing, which is not read here. Export it as PNG"),
        (b"<!DOCTYPE html><html><body>Please log in</body></html>", "a.pdf", "is a web page, whatever its name says"),
        (b"\xef\xbb\xbf\r\n<HTML>", "a.pdf", "is a web page"),
        (b"PK\x03\x04" + bytes(60), "a.docx", "is an Office document or a ZIP archive. Save it as PDF"),
        (b"hello", "a.pdf", "is no PDF: it does not begin as one"),
        (b"hello", "a.png", "is not a picture, or is damaged"),
        (b"%PDF-1.7\nhello", "a.pdf", "is damaged: it begins as a PDF, and cannot be opened as one"),
    ],
)
async def test_what_is_no_document_is_named_for_what_it_is(
    refused: Refused, call: Call, data: bytes, name: str, expected: str
) -> None:
    told = await refused(call(data, name))
    assert expected in told
    assert "hello" not in told
    assert "log in" not in told.replace("a login", "")


async def test_a_picture_named_as_a_pdf_is_read_as_the_picture_that_it_is(
    httpx2_mock: respx.Router, call: Call
) -> None:
    httpx2_mock.post(URL).mock(return_value=answer("hello"))
    assert "hello" in words(await call(picture(), "a.pdf"))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, "needs a password to be opened. Ask the user for it, and pass it as password"),
        ({"password": "guess"}, "The password is not that of “a.pdf”"),
    ],
)
async def test_a_locked_pdf_is_told_from_a_damaged_one(
    refused: Refused, call: Call, arguments: dict[str, str], expected: str
) -> None:
    told = await refused(call(locked(2), **arguments))
    assert expected in told
    assert "guess" not in told


async def test_a_password_opens_a_pdf_and_is_for_pdfs_only(httpx2_mock: respx.Router, call: Call) -> None:
    httpx2_mock.post(URL).mock(return_value=answer("hello"))
    assert (await call(locked(2), password=PASSWORD)).structured_content["page_count"] == 2
    assert (await call(blank(2), password="not needed")).structured_content["page_count"] == 2
    assert "only a PDF has one" in words(await call(picture(), "a.png", password="x"))


async def test_many_pages_are_read_only_if_they_are_asked_for(refused: Refused, call: Call) -> None:
    told = await refused(call(blank(300)))
    assert 'a.pdf has 300 pages; all of them cost about 0.96 CNY. Choose some with pages, such as "1-20", or' in told
    assert 'pass pages="all"' in told


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ("", "a.pdf has 1000000 pages; all of them cost about 3210 CNY"),
        ("all", "at most 2000 are read in one call. Choose some, such as 1-2000"),
        ("2-", "at most 2000"),
        ("1-1500,1501-3000", "at most 2000"),
        ("２－，", "at most 2000"),
        ("3~2000000", "the document has 1000000 pages"),
        ("1000001", "the document has 1000000 pages"),
        ("9" * 4000, "the document has 1000000 pages"),
    ],
)
async def test_a_document_that_says_it_has_a_million_pages_is_not_read_whole(
    refused: Refused, call: Call, pages: str, expected: str
) -> None:
    assert expected in await refused(call(counting(1_000_000), pages=pages))


async def test_some_pages_of_such_a_document_can_be_read(httpx2_mock: respx.Router, call: Call) -> None:
    httpx2_mock.post(URL).mock(return_value=answer("hello"))
    result = await call(counting(1_000_000), pages="last,1")
    assert [page["text"] for page in result.structured_content["pages"]] == ["", "hello"]
    assert "Page 1000000 cannot be drawn" in words(result)


async def test_a_page_on_which_nothing_is_found_is_said_to_be_empty(httpx2_mock: respx.Router, call: Call) -> None:
    httpx2_mock.post(URL).mock(side_effect=[answer(""), answer("hello"), answer(" \n")])
    result = await call(blank(3))
    assert sorted(page.get("warning", "") for page in result.structured_content["pages"]) == [
        "", *["Nothing was found on this page."] * 2,
    ]  # fmt: skip
    assert "Nothing was found on page " in words(result)
    assert "is not whole" not in words(result)


@pytest.mark.parametrize("facts", [{}, {"count": -1}, {"count": "many"}, {"count": 10**400}, {"count": None}])
async def test_a_drawing_process_that_answers_nonsense_costs_only_its_document(
    refused: Refused, call: Call, monkeypatch: pytest.MonkeyPatch, facts: dict[str, Any]
) -> None:
    monkeypatch.setattr(Document, "answer", lambda *_: (facts, b""))
    assert "“a.pdf” brought the program down that draws it" in await refused(call(blank(1)))


@pytest.mark.process
async def test_a_page_that_never_ends_costs_only_itself(
    httpx2_mock: respx.Router, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qwen_localize.files.pdf.MOST_SECONDS", 4.0)
    httpx2_mock.post(URL).mock(return_value=answer("hello"))
    (tmp_path / "a.pdf").write_bytes(endless(2, 3))
    async with Client(build_server(settings, TOOLS, clock=RealClock())) as client:
        result = await client.call_tool("ocr", {"image": str(tmp_path / "a.pdf")})
    assert [page["text"] for page in result.structured_content["pages"]] == ["hello", "", "hello"]
    assert "Page 2 took over 4 s and was given up" in words(result)
