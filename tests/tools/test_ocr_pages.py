"""The pages of one `ocr` call: what is paid for once, what stops a call, and what a page's failure touches."""

from io import BytesIO
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import respx
from mcp_types import CallToolResult
from PIL import Image

from fakes_ocr import URL, answer, document, image_of
from qwen_localize.errors import OWN_FAULT
from qwen_localize_tools.ocr.source import Document
from support import Connect, picture, words

SIDE_BY_SIDE = 6
REFUSED = httpx.Response(400, json={"code": "DataInspectionFailed", "message": "no"})


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    return httpx2_mock.post(URL).mock(return_value=answer("hello"))


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    return document(tmp_path / "scan.pdf", 8)


def errors(result: CallToolResult) -> list[str]:
    return [page.get("error", "") for page in result.structured_content["pages"]]


async def test_pages_read_before_a_call_was_cut_off_are_not_paid_for_again(
    service: respx.Route, connect: Connect, scan: Path
) -> None:
    stuck, lock = anyio.Event(), anyio.Event()
    urls: list[str] = []

    async def reply(request: httpx.Request) -> httpx.Response:
        urls.append(image_of(request)["image"])
        if len(urls) == SIDE_BY_SIDE + 1:
            stuck.set()
        if len(urls) > SIDE_BY_SIDE:
            await lock.wait()
        return answer("hello")

    service.side_effect = reply
    async with connect() as client:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "ocr", {"image": str(scan)})
            await stuck.wait()
            group.cancel_scope.cancel()
        lock.set()
        data = (await client.call_tool("ocr", {"image": str(scan)})).structured_content
    assert len(urls) == len(set(urls)) == 8
    assert [page["text"] for page in data["pages"]] == ["hello"] * 8
    assert data["usage"]["input_tokens"] == 1000 * (8 - data["usage"].get("reused", 0))


async def test_a_repeated_call_costs_nothing_and_says_so(service: respx.Route, connect: Connect, scan: Path) -> None:
    async with connect() as client:
        first = await client.call_tool("ocr", {"image": str(scan)})
        second = await client.call_tool("ocr", {"image": str(scan)})
    assert service.call_count == 8
    assert second.structured_content["pages"] == first.structured_content["pages"]
    assert (second.structured_content["usage"], second.structured_content["estimated_cost"]) == ({"reused": 8}, 0)
    assert "8 page(s) were read before" in words(second)
    assert "read before" not in words(first)


@pytest.mark.parametrize("change", [{"task": "formula"}, {"auto_rotate": True}, {"model": "qwen-vl-ocr-latest"}])
async def test_a_call_that_asks_for_something_else_is_sent(
    service: respx.Route, connect: Connect, scan: Path, change: dict[str, Any]
) -> None:
    async with connect() as client:
        await client.call_tool("ocr", {"image": str(scan), "pages": "1"})
        await client.call_tool("ocr", {"image": str(scan), "pages": "1"} | change)
    assert service.call_count == 2


async def test_a_picture_behind_a_url_is_read_anew_since_it_may_have_changed(
    service: respx.Route, connect: Connect
) -> None:
    async with connect() as client:
        for _ in range(2):
            result = await client.call_tool("ocr", {"image": "https://pictures.example/a.png"})
    assert service.call_count == 2
    assert "reused" not in result.structured_content["usage"]
    assert result.structured_content["pages"][0].get("width", None) is None


async def test_only_the_pages_that_failed_are_asked_for_again(
    service: respx.Route, connect: Connect, scan: Path
) -> None:
    service.side_effect = [answer("hello"), REFUSED, *[answer("hello")] * 7]
    async with connect() as client:
        first = await client.call_tool("ocr", {"image": str(scan)})
        second = await client.call_tool("ocr", {"image": str(scan)})
    assert len(list(filter(None, errors(first)))) == 1
    assert not any(errors(second))
    assert service.call_count == 9


async def test_a_refused_key_ends_the_call_with_the_pages_on_their_way(
    service: respx.Route, connect: Connect, scan: Path
) -> None:
    service.return_value = httpx.Response(401, json={"code": "InvalidApiKey", "message": "no"})
    async with connect() as client:
        result = await client.call_tool("ocr", {"image": str(scan)})
    assert result.is_error
    assert "API key" in words(result)
    assert service.call_count <= SIDE_BY_SIDE


async def test_debt_within_a_call_leaves_the_pages_read_and_the_reason_at_the_others(
    service: respx.Route, connect: Connect, tmp_path: Path
) -> None:
    debt = httpx.Response(400, json={"code": "Arrearage", "message": "no"})
    service.side_effect = [answer("hello"), *[debt] * (2 * SIDE_BY_SIDE)]
    async with connect() as client:
        result = await client.call_tool("ocr", {"image": str(document(tmp_path / "long.pdf", 20))})
    assert not result.is_error
    assert len(list(filter(None, errors(result)))) == 19
    assert service.call_count <= 2 * SIDE_BY_SIDE


@pytest.mark.parametrize("output", [None, [], {"choices": []}, {"choices": [None]}, {"choices": [{"message": "no"}]}])
async def test_an_answer_that_is_no_reading_is_that_pages_error(
    service: respx.Route, connect: Connect, scan: Path, output: Any
) -> None:
    odd = httpx.Response(200, json={"request_id": "r", "output": output})
    service.side_effect = [odd, answer("hello")]
    async with connect() as client:
        result = await client.call_tool("ocr", {"image": str(scan), "pages": "1-2"})
    assert [bool(error) for error in errors(result)].count(True) == 1
    assert "is not a reading" in words(result)


async def test_a_fault_of_ours_is_that_pages_error_and_stands_in_the_log(
    service: respx.Route,
    connect: Connect,
    scan: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    drawn = Document.drawn

    async def fail(document: Document, number: int) -> Any:
        if number == 2:
            raise ZeroDivisionError
        return await drawn(document, number)

    monkeypatch.setattr(Document, "drawn", fail)
    async with connect() as client:
        result = await client.call_tool("ocr", {"image": str(scan), "pages": "1-3"})
    assert [bool(error) for error in errors(result)] == [False, True, False]
    assert OWN_FAULT in words(result)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("model", "advice"),
    [("qwen-vl-ocr", "choose model qwen-vl-ocr-latest"), ("qwen-vl-ocr-latest", "as cropped pictures, in parts.")],
)
async def test_a_page_cut_at_the_models_limit_says_so_and_what_to_do(
    service: respx.Route, connect: Connect, scan: Path, model: str, advice: str
) -> None:
    service.side_effect = [answer("hello"), answer("Clause 57 shall", finish_reason="length")]
    async with connect() as client:
        result = await client.call_tool("ocr", {"image": str(scan), "pages": "1-2", "model": model})
    page = next(page for page in result.structured_content["pages"] if page.get("warning", ""))
    assert page["text"] == "Clause 57 shall"
    assert "Cut at the model's output limit" in page["warning"]
    assert page["warning"] in words(result)
    assert page["warning"].endswith(advice) or advice in page["warning"]
    assert f"Page {page['page']} is not whole" in words(result)


async def test_fields_that_were_cut_off_are_not_handed_out_and_the_rest_says_why(
    service: respx.Route, connect: Connect, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    service.return_value = answer('```json\n{"total": "12", "items": [{"na', finish_reason="length")
    async with connect() as client:
        arguments = {"image": str(tmp_path / "a.png"), "task": "fields", "fields": ["total"]}
        result = await client.call_tool("ocr", arguments)
    page = result.structured_content["pages"][0]
    assert (page.get("fields", {}), page["text"]) == ({}, '{"total": "12", "items": [{"na')
    assert "Cut at the model's output limit" in words(result)


async def test_every_page_of_a_tiff_is_read(service: respx.Route, connect: Connect, tmp_path: Path) -> None:
    fax = document(tmp_path / "fax.tiff", 3, "TIFF")
    async with connect() as client:
        whole = await client.call_tool("ocr", {"image": str(fax)})
        second = await client.call_tool("ocr", {"image": str(fax), "pages": "2"})
    assert [page["height"] for page in whole.structured_content["pages"]] == [100, 200, 300]
    assert [page["height"] for page in second.structured_content["pages"]] == [200]
    assert len({image_of(call.request)["image"] for call in service.calls}) == service.call_count == 3


async def test_a_tiff_of_one_page_is_sent_as_it_is(service: respx.Route, connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "scan.tiff").write_bytes(picture(kind="TIFF"))
    async with connect() as client:
        await client.call_tool("ocr", {"image": str(tmp_path / "scan.tiff")})
    assert image_of(service.calls[0].request)["image"].startswith("data:image/tiff")


@pytest.mark.parametrize("mode", ["I;16", "F"])
async def test_a_tiff_page_that_would_be_drawn_blank_is_refused(
    service: respx.Route, connect: Connect, tmp_path: Path, mode: str
) -> None:
    buffer = BytesIO()
    Image.new("RGB", (50, 50)).save(buffer, "TIFF", save_all=True, append_images=[Image.new(mode, (50, 50))])
    (tmp_path / "scan.tiff").write_bytes(buffer.getvalue())
    async with connect() as client:
        result = await client.call_tool("ocr", {"image": str(tmp_path / "scan.tiff")})
    assert "over 8 bits a colour" in errors(result)[1]
    assert service.call_count == 1


@pytest.mark.filterwarnings("ignore::UserWarning")  # of Pillow, for whoever started the server
async def test_of_a_tiff_that_ends_too_early_the_whole_pages_are_read(
    service: respx.Route, connect: Connect, tmp_path: Path
) -> None:
    fax = document(tmp_path / "fax.tiff", 3, "TIFF")
    fax.write_bytes(fax.read_bytes()[: fax.stat().st_size * 2 // 3])
    async with connect() as client:
        data = (await client.call_tool("ocr", {"image": str(fax)})).structured_content
    assert ["is damaged" in (page.get("error", "") or "") for page in data["pages"]] == [False, False, True]
    assert service.call_count == 2
