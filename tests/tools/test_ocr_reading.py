"""What `ocr` makes of the service's answers, also of odd ones."""

import json
import math
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from mcp_types import CallToolResult

from fakes_ocr import URL, answer, document
from qwen_localize_tools.ocr.reading import unfenced
from support import Call, Connect, picture, words

BOX, CORNERS = [50, 20, 80, 30, 0], [10, 5, 90, 5, 90, 35, 10, 35]
DEEP = "[" * 5000


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    return httpx2_mock.post(URL).mock(return_value=answer("hello"))


@pytest.fixture
def call(connect: Connect, tmp_path: Path) -> Call:
    async def called(**arguments: Any) -> CallToolResult:
        (tmp_path / "scan.png").write_bytes(picture(640, 480))
        async with connect() as client:
            return await client.call_tool("ocr", {"image": str(tmp_path / "scan.png")} | arguments)

    return called


async def read(call: Call, **arguments: Any) -> dict[str, Any]:
    result = await call(**arguments)
    assert not result.is_error, words(result)
    return dict(result.structured_content["pages"][0])


@pytest.mark.parametrize(
    ("location", "box"),
    [
        ([[10, 5], [90, 5], [90, 35], [10, 35]], [50, 20, 80, 30, None]),
        ([10, 5, 90, 5], [50, 20, 80]),
        ("10,5", {"x": 50}),
        ([math.nan, *CORNERS[1:]], [50, 20, 80, 30, "0"]),
        (None, None),
    ],
)
async def test_a_word_with_an_odd_box_keeps_its_text(service: respx.Route, call: Call, location: Any, box: Any) -> None:
    odd = {"text": "odd", "location": location, "rotate_rect": box}
    output = {"choices": [{"message": {"content": [{"text": "", "ocr_result": {"words_info": [odd, None, 5]}}]}}]}
    content = json.dumps({"request_id": "r", "output": output, "usage": {}})
    service.return_value = httpx.Response(200, content=content)
    assert (await read(call, task="words"))["words"] == [{"text": "odd", "polygon": [], "box": []}]


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ("table", "```html\n<table>\n<tr><td></td></tr></table>\n```"),
        ("document", "\\documentclass{article}\n\\begin{document}\n\n\\end{document}"),
        ("fields", "{}"),
        ("words", "[]"),
        ("formula", " "),
    ],
)
async def test_a_frame_with_nothing_in_it_is_nothing(service: respx.Route, call: Call, task: str, text: str) -> None:
    service.return_value = answer(text)
    assert "was found on this page" in (await read(call, task=task))["warning"]


async def test_a_word_without_corners_gets_those_of_its_box(service: respx.Route, call: Call) -> None:
    service.return_value = answer("", words_info=[{"text": "SALE", "rotate_rect": BOX}])
    assert (await read(call, task="words"))["words"] == [{"text": "SALE", "polygon": CORNERS, "box": BOX}]


@pytest.mark.parametrize(
    ("box", "corners"),
    [
        ([150, 80, 49, 197, -89], [52, 54, 250, 57, 249, 106, 52, 103]),
        ([100, 100, 60, 20, 90], [90, 70, 110, 70, 110, 130, 90, 130]),
        ([100, 100, 20, 60, -90], [70, 90, 130, 90, 130, 110, 70, 110]),
        ([100, 100, 60, 20, 30], [79, 76, 131, 106, 121, 124, 69, 94]),
    ],
)
async def test_corners_of_a_turned_box_begin_at_the_top_left_and_go_clockwise(
    service: respx.Route, call: Call, box: list[float], corners: list[float]
) -> None:
    service.return_value = answer("", words_info=[{"text": "SALE", "rotate_rect": box}])
    assert (await read(call, task="words"))["words"][0]["polygon"] == pytest.approx(corners, abs=2)


async def test_words_are_taken_from_the_text_where_the_answer_has_them_there_only(
    service: respx.Route, call: Call
) -> None:
    service.return_value = answer(f"```json\n{json.dumps([{'rotate_rect': BOX, 'text': 'SALE'}])}\n```")
    page = await read(call, task="words")
    assert page["words"] == [{"text": "SALE", "polygon": CORNERS, "box": BOX}]
    assert page["text"] == "SALE"


async def test_words_come_with_the_size_of_the_page_in_pixels(service: respx.Route, call: Call, tmp_path: Path) -> None:
    service.return_value = answer("", words_info=[{"text": "SALE", "rotate_rect": BOX}])
    result = await call(task="words")
    assert [result.structured_content["pages"][0][side] for side in ("width", "height")] == [640, 480]
    assert "640×480 pixels" in words(result)
    page = await read(call, task="words", image=str(document(tmp_path / "a.pdf", 2)), pages="2")
    assert page["width"] == pytest.approx(page["height"], abs=2)


@pytest.mark.parametrize("task", ["fields", "words"])
async def test_an_answer_of_endless_levels_stays_text(service: respx.Route, call: Call, task: str) -> None:
    service.return_value = answer(DEEP)
    page = await read(call, task=task)
    assert (page["text"], page.get("fields", {}), page.get("words", [])) == (DEEP, {}, [])


async def test_fields_of_very_many_levels_are_left_to_the_text(service: respx.Route, call: Call) -> None:
    values: dict[str, Any] = {}
    for _ in range(200):
        values = {"a": values}
    service.return_value = answer("as text", kv_result=values)
    assert (await read(call, task="fields")).get("fields", {}) == {}


async def test_an_answer_that_is_only_a_string_is_read(service: respx.Route, call: Call) -> None:
    choice = {"message": {"content": "hello"}}
    service.respond(json={"request_id": "r", "output": {"choices": [choice]}, "usage": {}})
    assert (await read(call))["text"] == "hello"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```html\n<b>\n```", "<b>"),
        ("```json\n{}\n\n ``` \n", "{}"),
        ('```json\n{"a": "b', '{"a": "b'),
        ("plain", "plain"),
        ("``` none", "``` none"),
        ("```py\nx\n``` and prose", "```py\nx\n``` and prose"),
        ("prose ```\nx\n```", "prose ```\nx\n```"),
        ("```md\na\n```py\nx\n```\nb\n```", "a\n```py\nx\n```\nb"),
    ],
)
def test_a_fence_round_everything_is_taken_off_also_without_its_end(text: str, expected: str) -> None:
    assert unfenced(text) == expected


# A reading that cannot be taken apart is paid all the same, and arrives.
ODD = {
    "half a character in a word": ("words", '[{"text":"a\\ud800","rotate_rect":[1,1,1,1,0]}]'),
    "half a character in a field": ("fields", '{"a":"\\ud83d"}'),
    "a number without end in a field": ("fields", '{"a":1e400}'),
    "a marked section": ("table", "<table><tr><td>a <![foo b]]></td></tr></table>"),
    "a cell over 5,000 digits of columns": ("table", f'<tr><td colspan="{"9" * 5000}">a</td></tr>'),
    "a character of 5,000 digits": ("table", f"<tr><td>&#{'9' * 5000};</td></tr>"),
    "a corner of 400 digits": ("words", f'[{{"text":"a","rotate_rect":[1{"0" * 400},1,1,1,0]}}]'),
    "a corner beyond all numbers": ("words", '[{"text":"a","rotate_rect":[1.7e308,1.7e308,1.7e308,1.7e308,0]}]'),
}


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_reading_arrives(service: respx.Route, call: Call, name: str) -> None:
    task, text = ODD[name]
    service.mock(return_value=answer(text))
    result = await call(task=task)
    assert not result.is_error, words(result)
    assert "Infinity" not in words(result)


async def test_a_page_with_half_a_character_costs_at_most_itself(
    service: respx.Route, connect: Connect, tmp_path: Path
) -> None:
    texts = iter(['{"a":"x"}'] * 4 + ['{"a":"\\ud83d"}'])
    service.mock(side_effect=lambda _: answer(next(texts)))
    async with connect() as client:
        path = document(tmp_path / "c.pdf", 5)
        result = await client.call_tool("ocr", {"image": str(path), "task": "fields"})
    found = sorted(page["fields"]["a"] for page in result.structured_content["pages"])
    assert found == ["x"] * 4 + ["\ufffd"]


@pytest.mark.parametrize("arguments", [{"pages": "9" * 5000}, {"task": "fields", "fields": '{"a\\ud83d":"number"}'}])
async def test_odd_arguments_are_not_our_fault(
    httpx2_mock: respx.Router, service: respx.Route, call: Call, arguments: dict[str, str]
) -> None:
    httpx2_mock._assert_all_called = False
    assert "fault of its own" not in words(await call(**arguments))
