"""How large an answer of `translate_text` gets, whatever was asked, and whatever the model does."""

import json
from pathlib import Path
from typing import Any

import pytest
import respx

from fakes_misbehaving import Misbehaving, strings
from fakes_text import URL, completion, content, refused, russian, translated
from qwen_localize.errors import OutputUnavailable
from qwen_localize.files import Outputs
from support import Connect, words

MOST_TEXT, MOST_DATA = 8_000, 60_000


def sizes(result: Any) -> tuple[int, int]:
    return len(words(result).encode()), len(json.dumps(result.structured_content, ensure_ascii=False).encode())


def assert_bounded(result: Any) -> None:
    text, data = sizes(result)
    assert text <= MOST_TEXT
    assert data <= MOST_DATA


async def test_a_glossary_that_is_never_kept_is_told_in_few_words(httpx2_mock: respx.Router, connect: Connect) -> None:
    httpx2_mock.post(URL).mock(side_effect=lambda request: completion(russian(content(request))))
    glossary = [{"source": f"term{index}", "target": f"слово {index} " + "долгое " * 300} for index in range(300)]
    text = [f"see term{index} again" for index in range(300)]
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": text, "target_lang": "ru", "glossary": glossary})
        listed = await client.call_tool("list_jobs", {})
    assert_bounded(result)
    assert_bounded(listed)
    assert "Not found in this form" in words(result)
    assert result.structured_content
    (path,) = [file["path"] for file in result.structured_content["artifacts"] if "missing-terms" in file["path"]]
    assert len(json.loads(Path(path).read_text("utf-8"))) == 300


async def test_warnings_that_quote_long_signs_of_any_script_are_told_in_few_words(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    def careless(request: Any) -> Any:
        return completion("訳" * 3 if "[[" not in content(request) else "訳")

    httpx2_mock.post(URL).mock(side_effect=careless)
    long = "の名前を入れてください" * 4
    text = [f"Hello {{{long}{index}}} and {{{long}{index}x}}, {{{long}{index}y}} too" for index in range(120)]
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": text, "target_lang": "ja"})
        job = await client.call_tool("get_job", {"job_id": result.structured_content["job_id"]})
        listed = await client.call_tool("list_jobs", {})
    for answer in (result, job, listed):
        assert_bounded(answer)
    shown = words(result).splitlines()[0]
    assert isinstance(json.loads(shown), list)


async def test_errors_in_every_place_are_told_in_few_words(httpx2_mock: respx.Router, connect: Connect) -> None:
    def mostly_refused(request: Any) -> Any:
        text = content(request)
        return translated(request) if "number 7 " in text else refused(400, "data_inspection_failed", "話" * 5000)

    httpx2_mock.post(URL).mock(side_effect=mostly_refused)
    text = [f"string number {index} is here" for index in range(100)]
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": text, "target_lang": "ru"})
    assert result.structured_content
    assert_bounded(result)
    assert result.structured_content["total"] == 100


async def test_a_full_disk_keeps_the_answer_short_says_so_and_the_same_call_is_not_paid_again(
    httpx2_mock: respx.Router, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Any, **__: Any) -> Any:
        raise OutputUnavailable("The disk of /out is full.")

    route = httpx2_mock.post(URL).mock(side_effect=translated)
    text = "All work and no play. " * 1500
    arguments = {"text": text, "target_lang": "ru"}
    async with connect() as client:
        with monkeypatch.context() as patch:
            patch.setattr(Outputs, "save_text", full)
            cut = await client.call_tool("translate_text", arguments)
        sent = route.call_count
        whole = await client.call_tool("translate_text", arguments)
    assert_bounded(cut)
    assert "No file could be written" in words(cut)
    assert route.call_count == sent
    assert whole.structured_content
    assert Path(whole.structured_content["artifacts"][0]["path"]).read_text("utf-8") == russian(text)


async def test_a_service_that_names_another_model_each_time_does_not_fill_the_answer(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    def named(request: Any) -> Any:
        answer = translated(request)
        body = answer.json() | {"model": f"{route.call_count}-{'m' * 190}"}
        return type(answer)(200, json=body)

    route = httpx2_mock.post(URL).mock(side_effect=named)
    async with connect() as client:
        text = [f"string number {index}" for index in range(2000)]
        result = await client.call_tool("translate_text", {"text": text, "target_lang": "ru"})
    assert_bounded(result)


async def test_a_model_that_always_runs_out_of_room_is_not_asked_for_every_word(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    def cramped(request: Any) -> Any:
        return completion(russian(content(request)[:4]), "length" if len(content(request)) > 8 else "stop")

    route = httpx2_mock.post(URL).mock(side_effect=cramped)
    async with connect() as client:
        await client.call_tool("translate_text", {"text": "some words that go on " * 300, "target_lang": "ru"})
    assert route.call_count <= 70


async def test_a_model_that_damages_all_but_every_tenth_string_costs_a_bounded_number_of_requests(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    model = Misbehaving("a placeholder is lost")
    httpx2_mock.post(URL).mock(side_effect=model.answer)
    sources = strings(300)
    async with connect() as client:
        await client.call_tool("translate_text", {"text": sources, "target_lang": "ru"})
    assert model.requests <= 15 + 4 * len(sources)
