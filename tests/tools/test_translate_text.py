"""`translate_text` through a client, with only the network faked."""

import json
import re
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import respx

from fakes_text import URL, completion, content, moderated, options, refused, russian, translated
from qwen_localize_tools.translate_text import MODELS
from support import Connect, words


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    return httpx2_mock.post(URL).mock(side_effect=translated)


async def test_one_text_comes_back_with_model_usage_request_ids_and_cost(
    service: respx.Route, connect: Connect
) -> None:
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": "hello", "target_lang": "Russian"})
    assert words(result).splitlines()[0] == russian("hello")
    assert result.structured_content == {
        "status": "succeeded",
        "message": "auto to ru by qwen-mt-flash, about 0.000017 CNY.",
        "tool": "translate_text",
        "model": "qwen-mt-flash",
        "translations": [russian("hello")],
        "warnings": [],
        "source_lang": "auto",
        "target_lang": "ru",
        "total": 1,
        "usage": {"input_tokens": 10, "output_tokens": 5, "requests": 1, "request_ids": ["chatcmpl-1"]},
        "estimated_cost": pytest.approx(10 * 0.7e-6 + 5 * 1.95e-6, abs=1e-6),
    }


async def test_source_is_always_sent_and_is_auto_by_default(service: respx.Route, connect: Connect) -> None:
    async with connect() as client:
        await client.call_tool("translate_text", {"text": "hello", "target_lang": "ru"})
    assert options(service.calls[0].request) == {"source_lang": "auto", "target_lang": "ru"}


async def test_order_is_kept_equal_strings_are_sent_once_and_white_space_stays(
    service: respx.Route, connect: Connect
) -> None:
    strings = ["  save ", "cancel", "save", "", "cancel\n"]
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": strings, "target_lang": "ru"})
    assert result.structured_content
    assert result.structured_content["translations"] == [russian(string) for string in strings]
    assert [content(call.request) for call in service.calls] == ["[[1]] save [[1]]\n[[2]] cancel [[2]]"]


async def test_a_list_packed_into_a_json_string_is_a_list(service: respx.Route, connect: Connect) -> None:
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": '["one", "two"]', "target_lang": "ru"})
    assert result.structured_content
    assert result.structured_content["translations"] == [russian("one"), russian("two")]


async def test_a_json_object_is_a_text_like_any_other(service: respx.Route, connect: Connect) -> None:
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": '{"title": "hi"}', "target_lang": "ru"})
    assert result.structured_content
    assert result.structured_content["translations"] == [russian('{"title": "hi"}')]


async def test_two_thousand_short_strings_take_a_hundred_requests_and_report_progress(
    service: respx.Route, connect: Connect
) -> None:
    strings = [f"string number {index}" for index in range(2000)]
    seen: list[float] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        seen.append(progress)

    async with connect() as client:
        result = await client.call_tool(
            "translate_text", {"text": strings, "target_lang": "ru"}, progress_callback=note
        )
    assert result.structured_content
    saved = json.loads(Path(result.structured_content["artifacts"][0]["path"]).read_text("utf-8"))
    assert saved == [russian(string) for string in strings]
    assert service.call_count == 100
    assert seen == sorted(set(seen))
    assert len(seen) >= 100


async def test_one_bad_string_costs_only_itself_and_its_place_says_why(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    httpx2_mock.post(URL).mock(side_effect=moderated)
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": ["a1", "a2", "poison", "a4"], "target_lang": "ru"})
    assert result.structured_content
    first, second, bad, last = result.structured_content["translations"]
    assert [first, second, last] == [russian("a1"), russian("a2"), russian("a4")]
    assert "content rules" in bad["error"]
    assert "2" in words(result)


async def test_an_answer_whose_lines_were_merged_is_asked_for_again_in_halves(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    def merging(request: httpx.Request) -> httpx.Response:
        text = content(request)
        return completion(russian(text).replace("\n[[4]]", "") if "[[4]]" in text else russian(text))

    httpx2_mock.post(URL).mock(side_effect=merging)
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": ["a", "b", "c", "d"], "target_lang": "ru"})
    assert result.structured_content
    assert result.structured_content["translations"] == [russian(letter) for letter in "abcd"]


async def test_money_running_out_in_the_middle_keeps_what_was_paid_for(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    def poor(request: httpx.Request) -> httpx.Response:
        return translated(request) if route.call_count < 2 else refused(400, "Arrearage")

    route = httpx2_mock.post(URL).mock(side_effect=poor)
    async with connect() as client:
        result = await client.call_tool(
            "translate_text", {"text": [f"s{index}" for index in range(300)], "target_lang": "ru"}
        )
    assert result.structured_content
    assert not result.is_error
    done = [item for item in result.structured_content["translations"] if isinstance(item, str)]
    assert len(done) == 40
    assert route.call_count < 15


async def test_a_long_text_is_cut_translated_side_by_side_and_joined_with_its_white_space(
    service: respx.Route, connect: Connect
) -> None:
    text = "\n\n".join(f"  Paragraph {index}. " + "Some words here. " * 60 for index in range(40)) + "\n"
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": text, "target_lang": "ru"})
    assert result.structured_content
    assert Path(result.structured_content["artifacts"][0]["path"]).read_text("utf-8") == russian(text)
    sent = [content(call.request) for call in service.calls]
    assert len(sent) > 1
    assert all(len(part) < 3500 * 3 for part in sent)
    assert all(part.startswith("Paragraph") for part in sent)


async def test_a_long_answer_is_also_a_file(service: respx.Route, connect: Connect) -> None:
    text = "All work and no play. " * 1500
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": text, "target_lang": "ru"})
    assert result.structured_content
    saved = result.structured_content["artifacts"][0]["path"]
    assert saved.endswith("translation.ru.txt")
    with open(saved, encoding="utf-8") as file:  # noqa: PTH123
        assert file.read() == russian(text)
    assert saved in words(result)


async def test_a_translation_that_ran_out_of_room_is_never_handed_out(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    def cramped(request: httpx.Request) -> httpx.Response:
        text = content(request)
        return completion(russian(text[:20]), "length") if len(text) > 40 else completion(russian(text))

    httpx2_mock.post(URL).mock(side_effect=cramped)
    text = "First sentence here. Second sentence here. Third sentence here."
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": text, "target_lang": "ru"})
    assert result.structured_content
    assert result.structured_content["translations"] == [russian(text)]


async def test_only_glossary_terms_that_occur_are_sent_and_each_gets_a_receipt(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    route = httpx2_mock.post(URL).mock(return_value=completion("СЧЁТ за cat"))
    glossary = [
        {"source": "Invoice", "target": "счёт"},
        {"source": "cat", "target": "кот"},
        {"source": "log", "target": "журнал"},
    ]
    async with connect() as client:
        result = await client.call_tool(
            "translate_text", {"text": "invoices for the cat's catalog", "target_lang": "ru", "glossary": glossary}
        )
    assert options(route.calls[0].request)["terms"] == glossary[:2]
    assert result.structured_content
    missing = [{"source": "cat", "target": "кот", "missing_in": [0]}]
    assert result.structured_content["glossary"] == {"kept": 1, "missing": missing}
    assert "Glossary: 1 term(s) kept. Not found in this form, perhaps inflected: cat = кот in 0." in words(result)


async def test_translation_memory_and_domain_hint_are_sent_as_the_service_names_them(
    service: respx.Route, connect: Connect
) -> None:
    memory = [{"source": "good day", "target": "добрый день"}]
    arguments = {
        "text": "good day to you",
        "target_lang": "ru",
        "translation_memory": memory,
        "domain_hint": "Legal contracts.",
    }
    async with connect() as client:
        await client.call_tool("translate_text", arguments)
    assert options(service.calls[0].request)["tm_list"] == memory
    assert options(service.calls[0].request)["domains"] == "Legal contracts."


async def test_a_call_that_was_cut_off_pays_again_neither_for_what_it_had_nor_for_what_was_out(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    strings = [f"string {index}" for index in range(60)]
    held, free = anyio.Event(), anyio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        if route.call_count >= 2 and not held.is_set():
            held.set()
            await free.wait()
        return translated(request)

    route = httpx2_mock.post(URL).mock(side_effect=slow)
    arguments = {"text": strings, "target_lang": "ru"}
    async with connect() as client:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "translate_text", arguments)
            await held.wait()
            group.cancel_scope.cancel()
        free.set()
        result = await client.call_tool("translate_text", arguments)
        sent = route.call_count
        other = await client.call_tool("translate_text", arguments | {"target_lang": "de"})
    assert result.structured_content
    assert other.structured_content
    assert result.structured_content["translations"] == [russian(string) for string in strings]
    assert (result.structured_content["usage"]["reused"], result.structured_content["usage"]["requests"]) == (40, 1)
    assert sent == 3
    assert "reused" not in other.structured_content["usage"]


async def test_a_day_over_its_budget_refuses_the_text_before_it_is_sent(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    async with connect(daily_budget=0.0) as client:
        result = await client.call_tool("translate_text", {"text": "hello", "target_lang": "ru"})
    assert "daily budget of 0 CNY" in words(result)
    assert not httpx2_mock.calls


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"text": "hi", "target_lang": "Russain"}, r"does not know the language “Russain”. Nearest: Russian \(ru\)"),
        ({"text": "hi", "target_lang": "auto"}, r"only the source can be auto"),
        ({"text": "hi", "target_lang": "en", "source_lang": "English"}, r"English into English changes nothing"),
        ({"text": "  \n", "target_lang": "ru"}, r"The text is empty"),
        ({"text": [], "target_lang": "ru"}, r"The text is empty"),
        ({"text": "hi", "target_lang": "Welsh", "model": "qwen-mt-lite"}, r"qwen-mt-flash can: set model"),
        ({"text": "hi", "target_lang": "ru", "lang": "x"}, r"There is no argument “lang”"),
        ({"text": "hi", "target_langs": "ru"}, r"Did you mean target_lang\?"),
        ({"text": "hi", "target_lang": "ru", "model": "gpt"}, r"model: Input should be 'qwen-mt-flash'"),
        ({"text": "hi", "target_lang": "ru", "glossary": [{"source": "a"}]}, r"glossary.0.target is missing"),
    ],
)
async def test_a_bad_argument_gets_a_sentence_and_nothing_is_sent(
    httpx2_mock: respx.Router, connect: Connect, arguments: dict[str, Any], expected: str
) -> None:
    async with connect() as client:
        result = await client.call_tool("translate_text", arguments)
    assert result.is_error
    assert re.search(expected, words(result)), words(result)
    assert "Traceback" not in words(result)
    assert not httpx2_mock.calls


@pytest.mark.parametrize(
    ("model", "region", "tokens"),
    [
        ("qwen-mt-plus", "cn-beijing", 25_000),
        ("qwen-mt-plus", "eu-central-1", 25_000),
        ("qwen-mt-plus", "ap-southeast-1", 100_000),
        ("qwen-mt-flash", "cn-beijing", 35_000),
        ("qwen-mt-flash", "ap-southeast-1", 100_000),
        ("qwen-mt-lite", "cn-beijing", 100_000),
    ],
)
def test_a_model_has_the_limit_of_its_region(model: str, region: str, tokens: int) -> None:
    limit = MODELS[model].limit_at(region)
    assert (limit.requests, limit.tokens) == (60, tokens)
