"""What `translate_text` does about a model that damages or mixes up what it translates."""

import re
from typing import Any

import pytest
import respx

from fakes_misbehaving import ANSWERS, DAMAGES, MIXES, STRINGS, Misbehaving, Verdict, strings, verdict, words_only
from fakes_text import URL, completion, content, options, russian, translated
from support import Connect, words


async def tried(
    httpx2_mock: respx.Router, connect: Connect, model: Misbehaving, sources: list[str], **arguments: Any
) -> tuple[Verdict, dict[str, Any]]:
    httpx2_mock.post(URL).mock(side_effect=model.answer)
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": sources, "target_lang": "ru"} | arguments)
    assert result.structured_content, words(result)
    return verdict(sources, result.structured_content), result.structured_content


@pytest.mark.parametrize("mix", MIXES)
async def test_texts_that_changed_places_in_a_batch_come_back_in_their_own(
    httpx2_mock: respx.Router, connect: Connect, mix: str
) -> None:
    found, _ = await tried(httpx2_mock, connect, Misbehaving(mix), strings(40))
    assert found == Verdict(wrong=0, unreported=0, alarms=0)


@pytest.mark.parametrize("sources", [strings(40), words_only(40)], ids=["strings", "words"])
@pytest.mark.parametrize("mix", MIXES)
async def test_texts_that_moved_without_their_marks_come_back_in_their_own_places(
    httpx2_mock: respx.Router, connect: Connect, mix: str, sources: list[str]
) -> None:
    found, _ = await tried(httpx2_mock, connect, Misbehaving(mix, keeps_marks=True), sources)
    assert found == Verdict(wrong=0, unreported=0, alarms=0)


@pytest.mark.parametrize("times", [None, 1], ids=["always", "once"])
@pytest.mark.parametrize("answer", ANSWERS)
async def test_an_answer_whose_lines_are_not_as_they_were_asked_for_is_asked_for_line_by_line(
    httpx2_mock: respx.Router, connect: Connect, answer: str, times: int | None
) -> None:
    model = Misbehaving(answer, times)
    found, _ = await tried(httpx2_mock, connect, model, strings(40))
    assert found == Verdict(wrong=0, unreported=0, alarms=0)
    assert model.requests <= 2 + 40


@pytest.mark.parametrize("only", ["batch", "alone", "masked", "plus"])
@pytest.mark.parametrize("damage", DAMAGES)
async def test_what_a_model_damages_in_one_kind_of_request_is_mended_by_another(
    httpx2_mock: respx.Router, connect: Connect, damage: str, only: str
) -> None:
    found, _ = await tried(httpx2_mock, connect, Misbehaving(damage, only=only), strings(40))
    assert found == Verdict(wrong=0, unreported=0, alarms=0)


@pytest.mark.parametrize("damage", DAMAGES)
async def test_what_a_model_damages_once_is_mended_and_nothing_is_said_of_it(
    httpx2_mock: respx.Router, connect: Connect, damage: str
) -> None:
    found, _ = await tried(httpx2_mock, connect, Misbehaving(damage, times=1), strings(40))
    assert found == Verdict(wrong=0, unreported=0, alarms=0)


@pytest.mark.parametrize("damage", DAMAGES)
async def test_what_a_model_always_damages_is_reported_string_by_string(
    httpx2_mock: respx.Router, connect: Connect, damage: str
) -> None:
    found, _ = await tried(httpx2_mock, connect, Misbehaving(damage), strings(40))
    assert (found.unreported, found.alarms) == (0, 0)


async def test_a_sound_model_raises_no_alarm_and_is_asked_once_for_each_batch(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    model = Misbehaving("texts move by one", times=0)
    found, result = await tried(httpx2_mock, connect, model, strings(200))
    assert (found, model.requests) == (Verdict(0, 0, 0), 10)
    assert "failed a check" not in result["message"]


async def test_a_string_that_fails_goes_up_the_ladder_step_by_step(httpx2_mock: respx.Router, connect: Connect) -> None:
    route = httpx2_mock.post(URL).mock(return_value=completion("Привет"))
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": ["Hello {name}"], "target_lang": "ru"})
    sent = [(content(call.request), options(call.request).get("terms")) for call in route.calls]
    models = [call.request.content for call in route.calls]
    mask = '<x id="1"/>'
    assert sent == [
        ("Hello {name}", None),
        (f"Hello {mask}", None),
        (f"Hello {mask}", [{"source": mask, "target": mask}]),
        ("Hello {name}", None),
    ]
    assert [b"qwen-mt-plus" in body for body in models] == [False, False, False, True]
    assert result.structured_content
    (warning,) = result.structured_content["warnings"]
    assert (warning["index"], warning["check"]) == (0, "placeholder")
    assert "{name}" in warning["message"]
    assert "CHECK these translations" in words(result)
    assert result.structured_content["usage"]["requests"] == 4
    assert result.structured_content["estimated_cost"] == pytest.approx(
        3 * (10 * 0.7e-6 + 5 * 1.95e-6) + 10 * 1.8e-6 + 5 * 5.4e-6, abs=3e-6
    )


async def test_what_failed_a_check_is_not_remembered_and_asked_for_anew_when_the_service_is_well_again(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    route = httpx2_mock.post(URL).mock(return_value=completion("Привет"))
    arguments = {"text": ["Hello {name}"], "target_lang": "ru"}
    async with connect() as client:
        await client.call_tool("translate_text", arguments)
        route.mock(side_effect=translated)
        result = await client.call_tool("translate_text", arguments)
    assert result.structured_content
    assert result.structured_content["translations"] == [russian("Hello {name}")]
    assert result.structured_content["warnings"] == []


async def test_a_model_that_gets_nothing_right_is_not_asked_again_for_every_string(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    model = Misbehaving("a placeholder is made up")
    found, result = await tried(httpx2_mock, connect, model, strings(200))
    assert found.unreported == 0
    assert model.requests <= 10 + (10 + 8) * 4
    assert "The rest was not: nothing had helped." in result["message"]


async def test_a_masked_answer_that_lost_a_mask_is_no_translation(httpx2_mock: respx.Router, connect: Connect) -> None:
    def careless(request: Any) -> Any:
        text = content(request)
        return completion("Привет" if "{name}" in text else 'Привет <x id="1"/> <x id="1"/>')

    httpx2_mock.post(URL).mock(side_effect=careless)
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": "Hello {name}", "target_lang": "ru"})
    assert result.structured_content
    assert result.structured_content["translations"] == ["Привет"]


async def test_a_daily_budget_that_is_used_up_leaves_the_best_attempt_and_says_so(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    httpx2_mock.post(URL).mock(return_value=completion("Привет"))
    async with connect(daily_budget=0.00006) as client:
        result = await client.call_tool("translate_text", {"text": "Hello {name}", "target_lang": "ru"})
    assert result.structured_content
    assert result.structured_content["translations"] == ["Привет"]
    assert len(result.structured_content["warnings"]) == 1


async def test_what_has_no_words_is_copied_and_not_paid_for(httpx2_mock: respx.Router, connect: Connect) -> None:
    route = httpx2_mock.post(URL).mock(side_effect=translated)
    sources = ["{count}", "https://shop.example", "42 %", "hello"]
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": sources, "target_lang": "ru"})
    assert result.structured_content
    assert result.structured_content["translations"] == [*sources[:3], russian("hello")]
    assert [content(call.request) for call in route.calls] == ["hello"]


async def test_a_warning_names_the_string_of_a_long_list(httpx2_mock: respx.Router, connect: Connect) -> None:
    def careless(request: Any) -> Any:
        return completion(re.sub(r"\{count\}|<x id=\"\d\"/>", "", russian(content(request))))

    httpx2_mock.post(URL).mock(side_effect=careless)
    sources = [*STRINGS[2:4], STRINGS[1], *STRINGS[4:]]
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": sources, "target_lang": "ru"})
    assert result.structured_content
    assert [item["index"] for item in result.structured_content["warnings"]] == [2]
