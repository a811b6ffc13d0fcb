"""`ocr` through a client, with only the network faked."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from mcp_types import CallToolResult

from fakes_ocr import URL, answer, document, image_of, sent
from qwen_localize_tools.ocr.models import MODELS, TASKS
from qwen_localize_tools.ocr.tables import table_rows
from qwen_localize_tools.ocr.values import typed
from support import Call, Connect, Refused, picture, words


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "scan.png"
    path.write_bytes(picture())
    return path


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    return document(tmp_path / "contract.pdf", 3)


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    return httpx2_mock.post(URL).mock(return_value=answer("hello"))


@pytest.fixture
def call(connect: Connect, scan: Path) -> Call:
    async def called(**arguments: Any) -> CallToolResult:
        settings = arguments.pop("settings", {})
        async with connect(**settings) as client:
            return await client.call_tool("ocr", {"image": str(scan)} | arguments)

    return called


async def test_plain_text_comes_back_with_usage_and_cost(service: respx.Route, call: Call) -> None:
    result = await call()
    data = result.structured_content
    assert words(result).splitlines()[0] == "hello"
    assert data["pages"][0] | {"page": 1, "text": "hello"} == data["pages"][0]
    assert data["usage"] == {"input_tokens": 1000, "output_tokens": 100, "requests": 1, "request_ids": ["r-1"]}
    assert data["estimated_cost"] == pytest.approx(1000 * 0.3e-6 + 100 * 0.5e-6)
    assert data["status"] == "succeeded"
    assert "job_id" not in data


@pytest.mark.parametrize("task", TASKS)
async def test_every_task_is_asked_for_by_the_services_name_and_without_other_text(
    service: respx.Route, call: Call, task: str
) -> None:
    await call(task=task)
    body = sent(service.calls[0].request)
    assert body["parameters"] == {"ocr_options": {"task": TASKS[task]}}  # type: ignore[index]
    assert len(body["input"]["messages"]) == 1
    assert [set(part) for part in body["input"]["messages"][0]["content"]] == [{"image"}]


async def test_scaling_and_rotation_stand_beside_the_picture(service: respx.Route, call: Call) -> None:
    await call(auto_rotate=True, min_pixels=3072, max_pixels=1_000_000)
    part = image_of(service.calls[0].request)
    assert (part["enable_rotate"], part["min_pixels"], part["max_pixels"]) == (True, 3072, 1_000_000)


async def test_an_own_prompt_replaces_the_task(service: respx.Route, call: Call) -> None:
    await call(prompt="Read only the headline.")
    body = sent(service.calls[0].request)
    assert body["input"]["messages"][0]["content"][1] == {"text": "Read only the headline."}
    assert body["parameters"] == {}


async def test_fields_by_name_come_back_as_values(service: respx.Route, call: Call) -> None:
    service.return_value = answer('```json\n{"total": "9"}\n```', kv_result={"number": "A-7", "total": "¥ 1,234.50"})
    result = await call(task="fields", fields=["number", "total"])
    options = sent(service.calls[0].request)["parameters"]["ocr_options"]
    assert options["task_config"] == {"result_schema": {"number": "", "total": ""}}
    assert result.structured_content["pages"][0]["fields"] == {"number": "A-7", "total": "¥ 1,234.50"}


async def test_fields_by_a_nested_schema_are_typed(service: respx.Route, call: Call) -> None:
    schema = {"total": "number", "paid": "boolean", "items": [{"name": "string", "count": "integer"}]}
    values = {"total": "¥ 1,234.50", "paid": "yes", "items": [{"name": "Mug", "count": "12"}]}
    service.return_value = answer(f"```json\n{json.dumps(values)}\n```")
    result = await call(task="fields", fields=schema)
    assert result.structured_content["pages"][0]["fields"] == {
        "total": 1234.5, "paid": True, "items": [{"name": "Mug", "count": 12}],
    }  # fmt: skip


async def test_a_schema_of_three_levels_is_sent_lists_aside(service: respx.Route, call: Call) -> None:
    schema = {"order": {"items": [{"name": "string", "sizes": ["number"]}]}}
    assert not (await call(task="fields", fields=schema)).is_error
    options = sent(service.calls[0].request)["parameters"]["ocr_options"]
    assert options["task_config"] == {"result_schema": schema}


async def test_a_table_comes_back_as_rows_and_as_html(service: respx.Route, call: Call) -> None:
    html = "<table><tr><th colspan='2'>Name</th></tr><tr><td>Mug</td><td>1 &amp; 2</td></tr></table>"
    service.return_value = answer(f"```html\n{html}\n```")
    page = (await call(task="table")).structured_content["pages"][0]
    assert page["rows"] == [["Name", ""], ["Mug", "1 & 2"]]
    assert page["text"] == html


async def test_words_come_with_polygon_and_box(service: respx.Route, call: Call) -> None:
    row = {"text": "SALE", "rotate_rect": [50, 20, 80, 30, 0], "location": [10, 5, 90, 5, 90, 35, 10, 35]}
    service.return_value = answer("```json\n[]\n```", words_info=[row])
    result = await call(task="words")
    word = result.structured_content["pages"][0]["words"][0]
    assert word == {"text": "SALE", "polygon": row["location"], "box": row["rotate_rect"]}
    assert "SALE" in words(result)


async def test_the_pages_of_a_pdf_come_in_their_order_each_drawn_by_us(
    service: respx.Route, call: Call, contract: Path
) -> None:
    service.side_effect = lambda request: answer(str(len(image_of(request)["image"])))
    result = await call(image=str(contract))
    sizes = [int(page["text"]) for page in result.structured_content["pages"]]
    assert [page["page"] for page in result.structured_content["pages"]] == [1, 2, 3]
    assert sizes == sorted(sizes)
    assert "[page 2]" in words(result)


@pytest.mark.parametrize(
    ("pages", "numbers"),
    [
        ("2", [2]),
        ("1-2", [1, 2]),
        ("3,1", [3, 1]),
        (" 1 - 3 ", [1, 2, 3]),
        ("2-", [2, 3]),
        ("-2", [1, 2]),
        ("last", [3]),
        ("2-last, 1", [2, 3, 1]),
        ("All", [1, 2, 3]),
        ("1–2，2", [1, 2]),
    ],
)
async def test_pages_can_be_chosen(
    service: respx.Route, call: Call, contract: Path, pages: str, numbers: list[int]
) -> None:
    result = await call(image=str(contract), pages=pages)
    assert [page["page"] for page in result.structured_content["pages"]] == numbers


async def test_a_page_that_fails_costs_only_itself(service: respx.Route, call: Call, contract: Path) -> None:
    refused = httpx.Response(400, json={"code": "DataInspectionFailed", "message": "no"})
    service.side_effect = [answer("one"), refused, answer("three")]
    result = await call(image=str(contract))
    texts = [page["text"] for page in result.structured_content["pages"]]
    errors = [page.get("error", "") for page in result.structured_content["pages"]]
    assert sorted(filter(None, texts)) == ["one", "three"]
    assert len([error for error in errors if "content rules" in error]) == 1
    assert not result.is_error


async def test_a_long_result_is_a_file_and_the_answer_has_its_beginning(
    service: respx.Route, call: Call, tmp_path: Path
) -> None:
    service.return_value = answer("All work and no play. " * 2000)
    result = await call()
    saved = Path(result.structured_content["artifacts"][0]["path"])
    assert saved.name == "scan.text.md"
    assert saved.read_text("utf-8") == "All work and no play. " * 2000
    assert str(saved) in words(result)
    assert len(words(result)) < 8000


@pytest.mark.parametrize(("task", "ending"), [("table", "html"), ("document", "tex"), ("fields", "json")])
async def test_a_long_result_is_written_in_its_own_format(
    service: respx.Route, call: Call, task: str, ending: str
) -> None:
    service.return_value = answer("x" * 20_000, kv_result={"a": "x" * 20_000})
    result = await call(task=task)
    assert Path(result.structured_content["artifacts"][0]["path"]).name == f"scan.{task}.{ending}"


# Model, least and most pixels, and what it cannot do (docs/model-studio.md 6).
NEW, OLD = (3072, 30_720_000), (3136, 23_520_000)
ROWS = [
    ("qwen-vl-ocr", *NEW, set()),
    ("qwen-vl-ocr-latest", *NEW, set()),
    ("qwen-vl-ocr-2025-11-20", *NEW, set()),
    ("qwen-vl-ocr-2025-08-28", *OLD, set()),
    ("qwen-vl-ocr-2025-04-13", *OLD, {"words"}),
    ("qwen-vl-ocr-2024-10-28", *OLD, set(TASKS) - {"text"}),
]


def test_the_models_are_those_of_the_contract() -> None:
    assert list(MODELS) == [name for name, *_ in ROWS]


@pytest.mark.parametrize(("name", "least", "most", "lacks"), ROWS)
async def test_every_model_is_sent_what_it_takes_and_nothing_else(
    service: respx.Route, call: Call, name: str, least: int, most: int, lacks: set[str]
) -> None:
    for task in TASKS:
        result = await call(model=name, task=task, min_pixels=least, max_pixels=most)
        assert result.is_error is (task in lacks), words(result)
    sent_with = [image_of(request.request) for request in service.calls]
    assert len(sent_with) == len(TASKS) - len(lacks)
    assert {(image["min_pixels"], image["max_pixels"]) for image in sent_with} == {(least, most)}
    for beyond in ({"min_pixels": least - 1}, {"max_pixels": most + 1}):
        assert f"takes {least} to {most}" in words(await call(model=name, **beyond))
    assert service.call_count == len(sent_with)


async def test_the_oldest_snapshot_is_asked_without_a_task(service: respx.Route, call: Call) -> None:
    await call(model="qwen-vl-ocr-2024-10-28")
    assert sent(service.calls[0].request)["parameters"] == {}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"model": "qwen-vl-ocr-2025-04-13", "task": "words"}, "cannot do words"),
        ({"min_pixels": 9000, "max_pixels": 4000}, "min_pixels is larger"),
        ({"model": "qwen-ocr"}, "Nearest: qwen-vl-ocr"),
        ({"task": "poem"}, "task: Input should be"),
        ({"fields": ["a"]}, 'read by task "fields" only'),
        ({"task": "fields", "fields": {"a": {"b": {"c": {"d": "x"}}}}}, "more than 3 objects inside each other"),
        ({"task": "fields", "fields": {"a": [{"b": {"c": [{"d": "x"}]}}]}}, "Flatten the schema"),
        ({"task": "table", "prompt": "x"}, "replaces the task"),
        ({"pages": "1"}, "only a PDF has pages"),
        ({"image": "https://x.example/a.pdf"}, "Save the PDF to a file"),
        ({"settings": {"base_url": None, "region": "cn-hongkong"}}, "not offered in cn-hongkong"),
        (
            {
                "model": "qwen-vl-ocr-2025-08-28",
                "settings": {"base_url": None, "region": "ap-southeast-1", "daily_budget": 100.0},
            },
            "price of qwen-vl-ocr-2025-08-28 here is not known",
        ),
    ],
)
async def test_what_cannot_be_read_is_refused_in_words(
    refused: Refused, call: Call, arguments: dict[str, Any], expected: str
) -> None:
    assert expected in await refused(call(**arguments))


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ("4", "the document has 3 pages"),
        ("0", "the first page is 1"),
        ("0-2", "the first page is 1"),
        ("2-9", "the document has 3 pages"),
        ("5-", "the document has 3 pages"),
        ("3-1", "runs backwards"),
        ("last-1", "runs backwards"),
        ("a", "no page or range"),
        ("-", "no page or range"),
        (",", "names none"),
    ],
)
async def test_pages_that_are_not_there_are_refused(
    httpx2_mock: respx.Router, call: Call, contract: Path, pages: str, expected: str
) -> None:
    assert expected in words(await call(image=str(contract), pages=pages))
    assert not httpx2_mock.calls


async def test_a_damaged_pdf_and_an_odd_large_picture_are_refused_in_words(
    httpx2_mock: respx.Router, call: Call, tmp_path: Path
) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (tmp_path / "large.webp").write_bytes(picture(5000, 100, "WEBP"))
    assert "is damaged: it begins as a PDF" in words(await call(image=str(tmp_path / "broken.pdf")))
    assert "only JPEG and PNG are read" in words(await call(image=str(tmp_path / "large.webp")))
    assert not httpx2_mock.calls


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("1,234.50", "number", 1234.5),
        ("1.234,50", "number", 1234.5),
        ("¥ 12", "integer", 12),
        ("12.5", "integer", "12.5"),
        ("-3 %", "number", -3.0),
        ("n/a", "number", "n/a"),
        ("2024-05-01", "number", "2024-05-01"),
        ("是", "boolean", True),
        ("maybe", "boolean", "maybe"),
        ("Mug", "the product's name", "Mug"),
        ("", "number", None),
        ("null", "", None),
    ],
)
def test_values_are_converted_only_where_nothing_is_lost(text: str, kind: str, value: Any) -> None:
    assert typed(text, kind) == value


def test_html_that_is_no_table_has_no_rows() -> None:
    assert table_rows("just text </td> <b>") == []
