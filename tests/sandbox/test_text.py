"""The two text endpoints, on the wire (docs/model-studio.md 3)."""

import json
from typing import Any

import pytest

from qwen_localize.sandbox.errors import BLOCKED
from qwen_localize.sandbox.faults import Fault
from sandbox.stand import CHAT, Caller


async def test_a_compat_answer_is_an_ordinary_chat_completion(caller: Caller) -> None:
    answer = await caller.chat("Hello world")
    body = answer.json()
    assert body["object"] == "chat.completion"
    assert body["choices"][0]["message"] == {"role": "assistant", "content": "[Ĥéļļö ŵöŕļð ~~~]"}
    assert body["choices"][0]["finish_reason"] == "stop"
    assert body["usage"] == {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
    assert answer.headers["x-sandbox"] == "qwen-localize"
    assert answer.headers["x-request-id"].startswith("sandbox-")


async def test_a_native_answer_carries_the_message_under_output(caller: Caller) -> None:
    body = (await caller.generate("Hello world")).json()
    assert body["output"]["choices"][0]["message"]["content"] == "[Ĥéļļö ŵöŕļð ~~~]"
    assert body["output"]["model_name"] == "qwen-mt-flash"
    assert body["usage"] == {"input_tokens": 3, "output_tokens": 5, "total_tokens": 8}
    assert body["request_id"].startswith("sandbox-")


def sse(text: str) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data:").strip() for line in text.splitlines() if line.startswith("data:")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


@pytest.mark.parametrize(("model", "cumulative"), [("qwen-mt-flash", False), ("qwen-mt-plus", True)])
async def test_a_compat_stream_is_incremental_or_cumulative_by_model(
    caller: Caller, model: str, cumulative: bool
) -> None:
    answer = await caller.chat("Hello world " * 20, model, stream=True, stream_options={"include_usage": True})
    whole = (await caller.chat("Hello world " * 20, model)).json()["choices"][0]["message"]["content"]
    *chunks, last = sse(answer.text)
    parts = [chunk["choices"][0]["delta"]["content"] for chunk in chunks]
    assert len(parts) > 5
    assert answer.text.endswith("data: [DONE]\n\n")
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] > 0
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert (parts[-1] if cumulative else "".join(parts)) == whole


async def test_a_stream_without_include_usage_ends_without_it(caller: Caller) -> None:
    chunks = sse((await caller.chat(stream=True)).text)
    assert all(chunk["choices"] and chunk["usage"] is None for chunk in chunks)


@pytest.mark.parametrize(
    ("model", "asked", "incremental"),
    [("qwen-mt-flash", True, True), ("qwen-mt-flash", False, False), ("qwen-mt-plus", True, False)],
)
async def test_a_native_stream_is_incremental_only_for_models_that_can_and_calls_that_ask(
    caller: Caller, model: str, asked: bool, incremental: bool
) -> None:
    answer = await caller.generate("Hello world", model, {"X-DashScope-SSE": "enable"}, incremental_output=asked)
    assert answer.text.startswith("id:1\nevent:result\n:HTTP_STATUS/200\ndata:{")
    choices = [frame["output"]["choices"][0] for frame in sse(answer.text)]
    parts = [choice["message"]["content"] for choice in choices]
    assert ("".join(parts) if incremental else parts[-1]) == "[Ĥéļļö ŵöŕļð ~~~]"
    assert [choice["finish_reason"] for choice in choices] == ["null"] * (len(choices) - 1) + ["stop"]


USER = {"role": "user", "content": "Hello"}
BAD: list[tuple[str, dict[str, Any], int, str]] = [
    ("no message", {"messages": []}, 400, "InvalidParameter"),
    ("two messages", {"messages": [USER, USER]}, 400, "InvalidParameter"),
    ("history", {"messages": [USER, {"role": "assistant", "content": "x"}, USER]}, 400, "InvalidParameter"),
    ("a system message", {"messages": [{"role": "system", "content": "x"}, USER]}, 500, "InternalError.Algo"),
    ("no user", {"messages": [{"role": "assistant", "content": "x"}]}, 500, "InternalError.Algo"),
    ("content parts", {"messages": [{"role": "user", "content": [{"text": "x"}]}]}, 400, "InvalidParameter"),
    ("empty content", {"messages": [{"role": "user", "content": ""}]}, 400, "InvalidParameter"),
    ("an unknown language", {"translation_options": {"target_lang": "Klingon"}}, 400, "InvalidParameter"),
    ("auto as target", {"translation_options": {"target_lang": "auto"}}, 400, "InvalidParameter"),
    ("no target", {"translation_options": {"source_lang": "en"}}, 400, "InvalidParameter"),
    ("options in a list", {"translation_options": []}, 400, "InvalidParameter"),
    ("a bad term", {"translation_options": {"target_lang": "en", "terms": [{"src": "a"}]}}, 400, "InvalidParameter"),
    ("temperature 2", {"temperature": 2}, 400, "InvalidParameter"),
    ("top_p 0", {"top_p": 0}, 400, "InvalidParameter"),
    ("a fractional seed", {"seed": 1.5}, 400, "InvalidParameter"),
    ("max_tokens 8193", {"max_tokens": 8193}, 400, "InvalidParameter"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "code"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
async def test_a_bad_request_is_refused_natively_and_in_compat_words(
    caller: Caller, body: dict[str, Any], status: int, code: str
) -> None:
    native_body = dict(body)
    messages = native_body.pop("messages", [USER])
    options = {"translation_options": {"target_lang": "en"}}
    native = await caller.http.post(
        "/api/v1/services/aigc/text-generation/generation",
        json={"model": "qwen-mt-flash", "input": {"messages": messages}, "parameters": options | native_body},
    )
    compat = await caller.chat(**body)
    assert (native.status_code, native.json()["code"]) == (status, code)
    assert set(native.json()) == {"code", "message", "request_id"}
    twin = "internal_error" if status == 500 else "invalid_parameter_error"
    assert (compat.status_code, compat.json()["error"]["code"]) == (status, twin)
    assert caller.sandbox.ledger.paid == ()


async def test_a_bad_language_is_refused_in_chinese(caller: Caller) -> None:
    answer = await caller.chat(translation_options={"source_lang": "auto", "target_lang": "xx"})
    assert answer.json()["error"]["message"] == "暂时不支持当前设置的语言！"


async def test_lite_knows_fewer_languages(caller: Caller) -> None:
    options = {"source_lang": "English", "target_lang": "cy"}
    assert (await caller.chat(model="qwen-mt-lite", translation_options=options)).status_code == 400
    assert (await caller.chat(model="qwen-mt-plus", translation_options=options)).status_code == 200
    persian = {"source_lang": "auto", "target_lang": "Persian"}
    assert (await caller.chat(model="qwen-mt-lite", translation_options=persian)).status_code == 200


async def test_without_translation_options_the_message_is_a_free_prompt(caller: Caller) -> None:
    body = {"model": "qwen-mt-flash", "messages": [USER]}
    answer = await caller.http.post(CHAT, json=body)
    assert answer.json()["choices"][0]["message"]["content"] == "[Ĥéļļö ~~]"


async def test_terms_and_memory_are_obeyed_and_count_as_input(caller: Caller) -> None:
    options = {
        "source_lang": "en", "target_lang": "zh", "domains": "words",
        "terms": [{"source": "world", "target": "世界"}], "tm_list": [{"source": "Bye", "target": "再见"}],
    }  # fmt: skip
    body = (await caller.chat("Hello world\nBye", translation_options=options)).json()
    assert body["choices"][0]["message"]["content"] == "[水山 世界 ~]\n再见"
    assert body["usage"]["prompt_tokens"] == 4 + 2 + 2 + 2 + 1 + 2


async def test_more_than_8192_tokens_of_input_are_refused(caller: Caller) -> None:
    assert (await caller.chat("你" * 8193)).status_code == 400
    assert (await caller.chat("你" * 8192, "qwen-mt-lite")).status_code == 200


async def test_output_is_cut_at_max_tokens_and_says_so(caller: Caller) -> None:
    body = (await caller.chat("Hello world", max_tokens=2)).json()
    assert body["choices"][0]["message"]["content"] == "[Ĥéļļö ŵ"
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["usage"]["completion_tokens"] == 2


async def test_output_never_exceeds_8192_tokens(caller: Caller) -> None:
    body = (await caller.chat("Hello world " * 2700)).json()
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["usage"]["completion_tokens"] == 8192


async def test_an_unknown_model_is_not_found(caller: Caller) -> None:
    compat, native = await caller.chat(model="qwen-mt-image"), await caller.generate(model="qwen-max")
    assert (compat.status_code, compat.json()["error"]["code"]) == (404, "model_not_found")
    assert (native.status_code, native.json()["code"]) == (404, "ModelNotFound")


async def test_one_phrase_fails_moderation_and_is_not_billed(caller: Caller) -> None:
    compat, native = await caller.chat(f"Well {BLOCKED}"), await caller.generate(BLOCKED)
    assert (compat.status_code, compat.json()["error"]["code"]) == (400, "data_inspection_failed")
    assert (native.status_code, native.json()["code"]) == (400, "DataInspectionFailed")
    assert caller.sandbox.ledger.paid == ()


@pytest.mark.parametrize("content", [b"{", b"[]", b'"x"', b"\xff"])
async def test_a_body_that_is_no_json_object_is_refused(caller: Caller, content: bytes) -> None:
    assert (await caller.http.post(CHAT, content=content)).status_code == 400


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer nope", "sk-sandbox", "Basic sk-sandbox"])
async def test_a_bad_key_is_refused_in_the_words_of_each_endpoint(caller: Caller, value: str) -> None:
    caller.http.headers["authorization"] = value
    compat, native = await caller.chat(), await caller.generate()
    assert (compat.status_code, compat.json()["error"]["code"]) == (401, "invalid_api_key")
    assert (native.status_code, native.json()["code"]) == (401, "InvalidApiKey")


async def test_a_call_is_billed_at_the_list_price(caller: Caller) -> None:
    await caller.chat("你" * 1000, "qwen-mt-plus")
    (paid,) = caller.sandbox.ledger.paid
    assert (paid.model, paid.tokens_in) == ("qwen-mt-plus", 1000)
    assert paid.cny == pytest.approx((1000 * 1.8 + paid.tokens_out * 5.4) / 1e6)


async def test_an_unknown_path_is_answered_as_the_sandbox(caller: Caller) -> None:
    answer = await caller.http.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()["code"], answer.headers["x-sandbox"]) == (
        404,
        "NotFound",
        "qwen-localize",
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [("ru", "[Здлло %s ~~]"), ("Japanese", "[げざ %s ~]"), ("de", "[Ĥéļļö %s ~~]"), ("zh_tw", "[水山 %s ~]")],
)
async def test_a_translation_is_written_in_the_script_of_its_language(caller: Caller, language: str, text: str) -> None:
    options = {"source_lang": "auto", "target_lang": language}
    body = (await caller.chat("Hello %s", translation_options=options)).json()
    assert body["choices"][0]["message"]["content"] == text


async def test_a_mangled_translation_has_lost_its_placeholders_and_tags(caller: Caller) -> None:
    caller.sandbox.faults.add(Fault.parse("mangle:1"))
    texts = [(await caller.chat("<b>Hello</b> {name}, %s")).json()["choices"][0]["message"]["content"] for _ in "12"]
    assert texts == ["[Ĥéļļö ,  ~~~~]", "[<b>Ĥéļļö</b> {name}, %s ~~~~]"]
