"""How much of a reading one answer holds: it is bounded, and what is shown is whole."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from fakes_ocr import URL, answer
from fakes_pdf import blank
from qwen_localize.errors import OutputUnavailable
from qwen_localize.tool.context import Files
from qwen_localize_tools.ocr.result import listed
from support import Connect, words

MOST_TEXT, MOST_DATA = 8_000, 60_000
WORD = {"text": '\u676f\u5b50 \U0001f600 "x"', "rotate_rect": [1000, 1000, 10, 20, 0]}
REFUSED = httpx.Response(400, json={"code": "InvalidParameter", "message": "\u4e0d" * 3000, "request_id": "r" * 900})


def _nested(levels: int) -> list[Any]:
    return [_nested(levels - 1)] if levels else []


ANSWERS = {
    "text": answer("\u676f" * 3000),
    "document": answer('\\"\n' * 9000),
    "table": answer("<table>" + "<tr><td>\u676f</td><td>=1</td></tr>" * 900 + "</table>"),
    "a table of one endless row": answer("<table><tr>" + "<td>\u676f\u5b50</td>" * 9000 + "</tr></table>"),
    "fields": answer("", kv_result={f"name {n}": "\u676f" * 100 for n in range(300)}),
    "one endless field": answer("", kv_result={"a": "\u676f" * 30_000, "b": 1}),
    "a field of many numbers": answer("", kv_result={"items": [0] * 2400}),
    "a field of lists within lists": answer("", kv_result={"items": [_nested(60) for _ in range(60)]}),
    "many short fields": answer("", kv_result={f"{n}": 0 for n in range(700)}),
    "words": answer("", words_info=[WORD] * 2000),
    "one endless word": answer("", words_info=[WORD | {"text": "\U0001f600" * 20_000}] * 3),
    "refused": REFUSED,
}
TASKS = {
    **dict.fromkeys(("a field of many numbers", "a field of lists within lists", "many short fields"), "fields"),
    "a table of one endless row": "table",
    "one endless field": "fields",
    "one endless word": "words",
}


@pytest.mark.parametrize("pages", [1, 10])
@pytest.mark.parametrize("name", ANSWERS)
async def test_an_answer_is_small_and_one_path_leads_to_everything(
    httpx2_mock: respx.Router, connect: Connect, tmp_path: Path, name: str, pages: int
) -> None:
    first = answer("hello") if name == "refused" else ANSWERS[name]
    httpx2_mock.post(URL).mock(side_effect=[first, *[ANSWERS[name]] * (pages - 1)])
    path = tmp_path / f"{'n' * 200}.pdf"
    path.write_bytes(blank(pages))
    async with connect() as client:
        task = "text" if name == "refused" else TASKS.get(name, name)
        result = await client.call_tool("ocr", {"image": str(path), "task": task})
    assert not result.is_error, words(result)
    assert len(words(result).encode()) <= MOST_TEXT
    assert len(json.dumps(result.structured_content, ensure_ascii=False).encode()) <= MOST_DATA
    if name != "refused":
        saved = Path(result.structured_content["artifacts"][0]["path"])
        assert f"All of it: {saved}" in words(result)
        assert saved.stat().st_size > 4_000


async def test_what_the_disk_refuses_is_shown_as_far_as_it_fits_and_not_paid_for_again(
    httpx2_mock: respx.Router, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = httpx2_mock.post(URL).mock(return_value=ANSWERS["text"])
    (tmp_path / "a.pdf").write_bytes(blank(9))
    write = Files.save_text

    async def refuse(*_: Any, **__: Any) -> None:
        raise OutputUnavailable("The disk is full. Free some space.")

    async with connect() as client:
        monkeypatch.setattr(Files, "save_text", refuse)
        result = await client.call_tool("ocr", {"image": str(tmp_path / "a.pdf")})
        monkeypatch.setattr(Files, "save_text", write)
        again = await client.call_tool("ocr", {"image": str(tmp_path / "a.pdf")})
    assert len(words(result).encode()) <= MOST_TEXT
    assert len(json.dumps(result.structured_content, ensure_ascii=False).encode()) <= MOST_DATA
    assert "It is too long to be shown whole, and was not saved: The disk is full. Free some space. Then" in words(
        result
    )
    assert "All of it: " in words(again)
    assert service.call_count == 9


async def test_the_fields_that_are_shown_of_many_are_whole(
    httpx2_mock: respx.Router, connect: Connect, tmp_path: Path
) -> None:
    httpx2_mock.post(URL).mock(return_value=ANSWERS["fields"])
    (tmp_path / "a.pdf").write_bytes(blank(1))
    async with connect() as client:
        result = await client.call_tool("ocr", {"image": str(tmp_path / "a.pdf"), "task": "fields"})
    shown: dict[str, Any] = json.loads(words(result).partition("\na.pdf: ")[0])
    assert shown == result.structured_content["pages"][0]["fields"]
    assert 5 < len(shown) < 300
    assert set(shown.values()) == {"\u676f" * 100}


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([3], "3"),
        ([5, 3, 4], "3-5"),
        ([3, 5, 6, 7, 9], "3, 5-7, 9"),
        (range(1, 2001), "1-2000"),
        (range(1, 101, 2), "1, 3, 5, 7, 9, 11, 13, 15 and 42 more"),
    ],
)
def test_many_numbers_are_told_in_few_words(numbers: Any, expected: str) -> None:
    assert listed(list(numbers)) == expected
