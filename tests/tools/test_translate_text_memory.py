"""What `translate_text` remembers: what passed is never paid twice, and what failed is never handed out again."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import respx

from fakes_misbehaving import Misbehaving
from fakes_text import URL, completion, content, russian, translated
from support import Connect, words

MANY = [f"string number {index}" for index in range(600)]
ABROAD = "https://dashscope-us.aliyuncs.com"


def saved(result: Any) -> Any:
    return json.loads(Path(result.structured_content["artifacts"][0]["path"]).read_text("utf-8-sig"))


@pytest.mark.parametrize("damaged", ["", "Перевод: одно и то же", "note: x"])
async def test_a_job_asks_anew_for_every_string_that_failed_when_the_service_is_well_again(
    httpx2_mock: respx.Router, connect: Connect, damaged: str
) -> None:
    """Long strings are asked for alone, and after ten of them nobody goes on: those are let go of too."""
    sources = [f"number {index} " + "and words that go on and on " * 30 for index in range(60)]
    httpx2_mock.post(URL).mock(return_value=completion(damaged or " "))
    arguments = {"text": sources, "target_lang": "ru", "model": "qwen-mt-plus"}
    async with connect() as client:
        await client.call_tool("translate_text", arguments)
        httpx2_mock.post(URL).mock(side_effect=translated)
        second = await client.call_tool("translate_text", arguments)
    assert second.structured_content, words(second)
    assert second.structured_content["warnings"] == []
    assert saved(second) == [russian(source) for source in sources]


async def test_a_job_asks_anew_for_whole_batches_of_which_no_line_could_be_mended(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    httpx2_mock.post(URL).mock(side_effect=Misbehaving("a note is added").answer)
    async with connect() as client:
        await client.call_tool("translate_text", {"text": MANY, "target_lang": "ru"})
        httpx2_mock.post(URL).mock(side_effect=translated)
        before = len(httpx2_mock.calls)
        second = await client.call_tool("translate_text", {"text": MANY, "target_lang": "ru"})
    assert saved(second) == [russian(source) for source in MANY]
    assert len(httpx2_mock.calls) - before == 30


async def test_strings_that_came_back_empty_are_asked_for_anew(httpx2_mock: respx.Router, connect: Connect) -> None:
    def forgetful(request: httpx.Request) -> httpx.Response:
        return completion(" ") if "number 7 " in content(request) else translated(request)

    sources = [f"number {index} " + "and words that go on and on " * 30 for index in range(60)]
    httpx2_mock.post(URL).mock(side_effect=forgetful)
    async with connect() as client:
        first = await client.call_tool("translate_text", {"text": sources, "target_lang": "ru"})
        route = httpx2_mock.post(URL).mock(side_effect=translated)
        before = route.call_count
        second = await client.call_tool("translate_text", {"text": sources, "target_lang": "ru"})
    assert isinstance(saved(first)[7], dict)
    assert saved(second) == [russian(source) for source in sources]
    assert route.call_count - before == 1


async def test_a_long_list_that_is_asked_for_twice_is_paid_once(httpx2_mock: respx.Router, connect: Connect) -> None:
    route = httpx2_mock.post(URL).mock(side_effect=translated)
    arguments = {"text": [*MANY, *MANY[:50]] * 3, "target_lang": "ru"}
    async with connect() as client:
        await client.call_tool("translate_text", arguments)
        second = await client.call_tool("translate_text", arguments)
    assert saved(second) == [russian(string) for string in arguments["text"]]
    assert route.call_count == 30


@pytest.mark.parametrize("delay", [0.0, 0.5, 1.0, 2.5, 4.0, 7.5])
async def test_calls_that_overlap_in_time_pay_for_no_string_twice(
    httpx2_mock: respx.Router, connect: Connect, delay: float
) -> None:
    asked: Counter[str] = Counter()

    async def slow(request: httpx.Request) -> httpx.Response:
        asked.update(line.partition(" ")[2].rpartition(" ")[0] for line in content(request).split("\n"))
        await anyio.sleep(1.3)
        return translated(request)

    httpx2_mock.post(URL).mock(side_effect=slow)
    results = []
    async with connect() as client, anyio.create_task_group() as group:

        async def call(wait: float, strings: list[str]) -> None:
            await anyio.sleep(wait)
            results.append((strings, await client.call_tool("translate_text", {"text": strings, "target_lang": "ru"})))

        group.start_soon(call, 0.0, MANY[:200])
        group.start_soon(call, delay, MANY[:200])
    for strings, result in results:
        assert result.structured_content["translations"] == [russian(string) for string in strings]
    assert max(asked.values()) == 1


async def test_a_list_whose_server_ended_in_the_middle_of_the_ladder_goes_on_and_pays_for_no_request_twice(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    model = Misbehaving("a placeholder is lost", only="batch")
    asked: Counter[bytes] = Counter()

    async def answer(request: httpx.Request) -> httpx.Response:
        asked[request.content] += 1
        await anyio.sleep(0.7)
        return model.answer(request)

    httpx2_mock.post(URL).mock(side_effect=answer)
    sources = [text if index % 30 else f"{text} {{name}}" for index, text in enumerate(MANY)]
    arguments = {"text": sources, "target_lang": "ru"}
    for wait in (3.0, 9.0, 16.0, 22.0):
        async with connect(wait=wait) as client:
            await client.call_tool("translate_text", arguments)
    async with connect() as client:
        result = await client.call_tool("translate_text", arguments)
    assert saved(result) == [russian(source) for source in sources]
    assert max(asked.values()) == 1
