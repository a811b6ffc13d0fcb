"""What `translate_text` does when requests fail: one string's fault costs that string, everybody's stops the call."""

import json
from pathlib import Path

import httpx
import httpx2
import pytest
import respx

from fakes_text import URL, content, moderated, refused, translated
from qwen_localize.dashscope import Timeouts
from support import Connect, words
from virtual_time import VirtualClock

MANY = [f"string {index}" for index in range(300)]


async def test_what_is_refused_for_every_string_is_asked_for_a_few_times_only(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    route = httpx2_mock.post(URL).mock(return_value=refused(400, "invalid_parameter_error", "no such option"))
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": MANY, "target_lang": "ru"})
    assert result.is_error
    assert "no such option" in words(result)
    # The batches that were out side by side, and a few strings alone.
    assert route.call_count <= 8 + 5


async def test_a_service_that_is_down_is_not_asked_again_for_every_batch(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    route = httpx2_mock.post(URL).mock(return_value=refused(500, "internal_error"))
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": MANY, "target_lang": "ru"})
    assert result.is_error
    assert "The service failed" in words(result)
    assert len({content(call.request) for call in route.calls}) <= 8


async def test_a_host_that_never_answers_is_waited_for_once(
    httpx2_mock: respx.Router, connect: Connect, clock: VirtualClock
) -> None:
    sent = []

    async def hang(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        await clock.sleep(1e6)
        return translated(request)

    httpx2_mock._assert_all_called = False
    httpx2_mock.post(URL).mock(side_effect=hang)
    async with connect(timeouts=Timeouts(paid=0.2)) as client:
        result = await client.call_tool("translate_text", {"text": MANY, "target_lang": "ru"})
    assert result.is_error
    assert "may have been carried out" in words(result)
    assert 0 < len(sent) <= 8


async def test_one_request_that_fails_among_others_costs_only_its_strings(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    def flaky(request: httpx.Request) -> httpx.Response:
        if "string 200 " in content(request):
            raise httpx2.ReadError("lost")
        return translated(request)

    route = httpx2_mock.post(URL).mock(side_effect=flaky)
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": MANY, "target_lang": "ru"})
    assert result.structured_content
    assert sum(not isinstance(item, str) for item in result.structured_content["translations"]) == 20
    assert route.call_count == len(MANY) // 20


async def test_a_connection_that_stays_broken_ends_the_call_and_what_is_there_is_kept(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    def breaking(request: httpx.Request) -> httpx.Response:
        if route.call_count >= 5:
            raise httpx2.ReadError("lost")
        return translated(request)

    route = httpx2_mock.post(URL).mock(side_effect=breaking)
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": MANY, "target_lang": "ru"})
    assert result.structured_content
    translations = json.loads(Path(result.structured_content["artifacts"][0]["path"]).read_text("utf-8"))
    errors = [item["error"] for item in translations if not isinstance(item, str)]
    assert len(errors) == len(MANY) - 100
    assert all("may have been carried out" in error for error in errors[:20])
    assert errors[-1].startswith("Not sent, since a request before it got no answer.")
    # Eight are out side by side, and every answer before the stop lets one more go: five good ones, and one
    # failure before, between or after each of them, in whatever order the threads bring them.
    assert route.call_count <= 8 + 5 + 6


@pytest.mark.parametrize("places", [[0], [1], [3], [0, 3], [0, 1, 2]])
async def test_bad_strings_cost_only_themselves_wherever_they_stand(
    httpx2_mock: respx.Router, connect: Connect, places: list[int]
) -> None:
    httpx2_mock.post(URL).mock(side_effect=moderated)
    strings = [f"poison {index}" if index in places else f"good {index}" for index in range(5)]
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": strings, "target_lang": "ru"})
    assert result.structured_content
    translations = result.structured_content["translations"]
    assert [index for index, item in enumerate(translations) if not isinstance(item, str)] == places


async def test_a_long_text_of_which_a_part_is_refused_is_told_which_part(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    httpx2_mock.post(URL).mock(side_effect=moderated)
    chapters = [f"Chapter {number} is about {number} mugs. " + "It goes on. " * 800 for number in range(5)]
    chapters[3] += "And here is the poison."
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": "\n\n".join(chapters), "target_lang": "ru"})
    assert result.is_error
    assert "Leave the part in question out" in words(result)
    assert "begins “Chapter 3 is about 3 mugs." in words(result)
