"""Qwen-OCR on the wire (docs/model-studio.md 6)."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from PIL import Image

from qwen_localize.sandbox import Fault, SandboxConfig
from qwen_localize.sandbox.catalogue import MODELS, OcrModel
from qwen_localize.sandbox.errors import BLOCKED
from qwen_localize.sandbox.ocr import TASKS, parse_native
from sandbox.stand import CHAT, SEE, TINY, Caller, data_uri, open_caller, png, write

LATEST = "qwen-vl-ocr-latest"
TINY_TOKENS = 2 * 2 + 2  # 20 * 20 pixels are too few, so they are scaled up to 2 * 2 squares of 32 * 32


@pytest.fixture
async def caller() -> AsyncGenerator[Caller]:
    """A sandbox that takes every picture for one line of text."""
    async with open_caller(SandboxConfig(speed=5000, plain=True)) as caller:
        yield caller


@pytest.fixture
async def reader() -> AsyncGenerator[Caller]:
    """A sandbox that really reads."""
    async with open_caller(SandboxConfig(speed=5000)) as caller:
        yield caller


@pytest.fixture(scope="module")
def receipt() -> bytes:
    lines = [((20, 8), "Receipt", 30, "black"), ((20, 60), "Total: 16.50", 24, "black")]
    return png(write(Image.new("RGB", (260, 100), "white"), lines))


def content_of(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    (choice,) = answer.json()["output"]["choices"]
    assert (choice["finish_reason"], choice["message"]["role"]) == ("stop", "assistant")
    (content,) = choice["message"]["content"]
    assert isinstance(content, dict)
    return content


async def see(caller: Caller, model: str = LATEST, image: str = TINY, **given: Any) -> httpx2.Response:
    parts = {name: given.pop(name) for name in ("min_pixels", "max_pixels", "enable_rotate") if name in given}
    return await caller.generate_from([{"image": image, **parts}], model, **given)


async def test_what_stands_in_a_picture_is_read_and_located(reader: Caller, receipt: bytes) -> None:
    answer = await see(reader, image=reader.host(receipt), ocr_options={"task": "advanced_recognition"})
    content = content_of(answer)
    words = content["ocr_result"]["words_info"]
    assert [word["text"] for word in words] == ["Receipt", "Total: 16.50"]
    left, top, *_, bottom = words[0]["location"]
    assert (left, top, bottom) == pytest.approx((20, 10, 42), abs=8)
    assert content["text"].startswith("```json\n[")


async def test_a_field_is_found_in_a_picture_and_paid_for(reader: Caller, receipt: bytes) -> None:
    config = {"result_schema": {"total": "the sum"}}
    options = {"task": "key_information_extraction", "task_config": config}
    answer = await see(reader, image=data_uri(receipt), ocr_options=options)
    assert content_of(answer)["ocr_result"] == {"kv_result": {"total": "16.50"}}
    usage = answer.json()["usage"]
    assert usage["image_tokens"] == 8 * 3 + 2  # 260 * 100 pixels in squares of 32 * 32
    assert usage["input_tokens"] == usage["image_tokens"] + usage["input_tokens_details"]["text_tokens"]
    (paid,) = reader.sandbox.ledger.paid
    assert paid.cny == pytest.approx((usage["input_tokens"] * 0.3 + usage["output_tokens"] * 0.5) / 1_000_000)


@pytest.mark.parametrize("task", [*sorted(TASKS), None])
async def test_every_task_answers_in_its_own_form(caller: Caller, task: str | None) -> None:
    content = content_of(await see(caller, ocr_options=None if task is None else {"task": task}))
    begins = {"advanced_recognition": "```json\n", "key_information_extraction": "```json\n",
              "table_parsing": "```html\n<table>", "document_parsing": "```latex\n\\documentclass",
              "formula_recognition": "$$"}.get(task or "", "(sandbox")  # fmt: skip
    assert content["text"].startswith(begins)
    result = {"advanced_recognition": {"words_info"}, "key_information_extraction": {"kv_result"}}.get(task or "")
    assert (set(content["ocr_result"]) if "ocr_result" in content else None) == result


async def test_tokens_are_told_apart(caller: Caller) -> None:
    usage = (await see(caller)).json()["usage"]
    text, out = usage["input_tokens_details"]["text_tokens"], usage["output_tokens"]
    assert usage == {
        "input_tokens": TINY_TOKENS + text, "output_tokens": out, "total_tokens": TINY_TOKENS + text + out,
        "image_tokens": TINY_TOKENS, "input_tokens_details": {"image_tokens": TINY_TOKENS, "text_tokens": text},
        "output_tokens_details": {"text_tokens": out},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("model", "size", "pixels", "count"),
    [
        (LATEST, (640, 480), {}, 20 * 15 + 2),
        ("qwen-vl-ocr-2025-08-28", (640, 480), {}, 23 * 17 + 2),
        (LATEST, (640, 480), {"min_pixels": 640 * 480 * 4}, 40 * 30 + 2),
        (LATEST, (640, 480), {"max_pixels": 320 * 240}, 10 * 7 + 2),
        (LATEST, (8000, 4000), {}, 128 * 64 + 2),
    ],
)
def test_a_picture_costs_tokens_by_its_scaled_size(
    model: str, size: tuple[int, int], pixels: dict[str, int], count: int
) -> None:
    ocr = MODELS[model]
    assert isinstance(ocr, OcrModel)
    messages = [{"role": "user", "content": [{"image": TINY, **pixels}]}]
    assert parse_native(ocr, messages, {}, resolves_oss=False).image_tokens(*size) == count


async def test_an_answer_too_long_is_cut_and_has_no_result(caller: Caller) -> None:
    answer = await see(caller, ocr_options={"task": "advanced_recognition"}, max_tokens=3)
    (choice,) = answer.json()["output"]["choices"]
    assert choice["finish_reason"] == "length"
    assert set(choice["message"]["content"][0]) == {"text"}
    assert answer.json()["usage"]["output_tokens"] == 3


@pytest.mark.parametrize(
    ("model", "given", "status"),
    [
        (LATEST, {"max_tokens": 8192}, 200), (LATEST, {"max_tokens": 8193}, 400),
        ("qwen-vl-ocr", {"max_tokens": 4096}, 200), ("qwen-vl-ocr", {"max_tokens": 4097}, 400),
        ("qwen-vl-ocr-2024-10-28", {}, 200),
        ("qwen-vl-ocr-2024-10-28", {"ocr_options": {"task": "text_recognition"}}, 400),
        ("qwen-vl-ocr-2025-04-13", {"ocr_options": {"task": "text_recognition"}}, 200),
        ("qwen-vl-ocr-2025-04-13", {"ocr_options": {"task": "advanced_recognition"}}, 400),
        ("qwen-vl-ocr-2025-08-28", {"ocr_options": {"task": "advanced_recognition"}}, 200),
        (LATEST, {"min_pixels": 3072, "max_pixels": 30_720_000, "enable_rotate": True}, 200),
        (LATEST, {"min_pixels": 3071}, 400), (LATEST, {"max_pixels": 30_720_001}, 400),
        ("qwen-vl-ocr-2025-08-28", {"min_pixels": 3072}, 400),
        ("qwen-vl-ocr-2025-08-28", {"max_pixels": 23_520_001}, 400),
        (LATEST, {"min_pixels": 9000, "max_pixels": 8000}, 400), (LATEST, {"max_pixels": "many"}, 400),
        (LATEST, {"enable_rotate": "yes"}, 400), (LATEST, {"temperature": 2}, 400),
        (LATEST, {"ocr_options": "text_recognition"}, 400), (LATEST, {"ocr_options": {}}, 400),
        (LATEST, {"ocr_options": {"task": "translation"}}, 400),
    ],
)  # fmt: skip
async def test_each_version_has_its_limits(caller: Caller, model: str, given: dict[str, Any], status: int) -> None:
    answer = await see(caller, model, **given)
    assert answer.status_code == status, answer.text
    assert status == 200 or answer.json()["code"] == "InvalidParameter"


@pytest.mark.parametrize(
    ("schema", "status"),
    [
        ({"a": {"b": {"c": ""}}}, 200), ({"a": [{"b": {"c": ""}}]}, 200), ({}, 200), (None, 200),
        ({"a": {"b": {"c": {"d": ""}}}}, 400), ([], 400), ("a", 400),
    ],
)  # fmt: skip
async def test_a_schema_is_an_object_of_three_levels_at_most(caller: Caller, schema: object, status: int) -> None:
    options = {"task": "key_information_extraction", "task_config": {"result_schema": schema}}
    assert (await see(caller, ocr_options=options)).status_code == status


@pytest.mark.parametrize(
    "messages",
    [
        None, [], ["x"], [{"role": "system", "content": "Be exact."}, {"role": "user", "content": [{"image": TINY}]}],
        [{"role": "user", "content": [{"image": TINY}]}, {"role": "assistant", "content": "read"}],
        [{"role": "user", "content": "read"}], [{"role": "user", "content": [{"text": "read"}]}],
        [{"role": "user", "content": [{"image": TINY}, {"image": TINY}]}],
        [{"role": "user", "content": [{"image": TINY}, {"text": "a"}, {"text": "b"}]}],
        [{"role": "user", "content": [{"image": TINY}, {"text": 1}]}], [{"role": "user", "content": [{"image": 7}]}],
        [{"role": "user", "content": [{"image": TINY}, {"video": "x"}]}], [{"role": "user", "content": ["x"]}],
        [{"role": "user", "content": [{"image": "/etc/passwd"}]}],
    ],
)  # fmt: skip
async def test_a_message_that_is_not_one_picture_is_refused(caller: Caller, messages: object) -> None:
    answer = await caller.http.post(SEE, json={"model": LATEST, "input": {"messages": messages}})
    assert answer.status_code == 400
    assert answer.json()["code"] in ("InvalidParameter", "BadRequest.EmptyInput")


async def test_only_the_newest_message_is_looked_at(caller: Caller) -> None:
    messages = [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"},
                {"role": "user", "content": [{"image": TINY}, {"text": "What does it say?"}]}]  # fmt: skip
    answer = await caller.http.post(SEE, json={"model": LATEST, "input": {"messages": messages}})
    assert content_of(answer)["text"] == "(sandbox: not read)"


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (data_uri(png(Image.new("RGB", (10, 40)))), "InvalidImage.Resolution"),
        (data_uri(png(Image.new("RGB", (3000, 14)))), "InvalidImage.Resolution"),
        (data_uri(png(Image.new("1", (3840, 2161)), format="BMP")), "InvalidImage.FileFormat"),
        (data_uri(png(Image.new("P", (20, 20)), format="GIF")), "InvalidImage.FileFormat"),
        (data_uri(b"x"), "InvalidImage.FileFormat"),
        ("data:image/png;base64,%%%", "InvalidParameter.DataInspection"),
        ("data:text/plain;base64,AAAA", "InvalidParameter.DataInspection"),
        ("data:image/png;base64," + "A" * 10_485_760, "InvalidParameter"),
        ("oss://dashscope-instant/x/a.png", "InvalidParameter.DataInspection"),
        ("http://127.0.0.1:9/a.png", "InvalidURL.ConnectionRefused"),
    ],
    ids=["small", "long", "4K", "gif", "none", "base64", "kind", "large", "oss", "gone"],
)
async def test_a_picture_outside_the_rules_is_refused_and_costs_nothing(caller: Caller, image: str, code: str) -> None:
    answer = await see(caller, image=image)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert caller.sandbox.ledger.paid == ()


async def test_a_file_over_ten_megabytes_is_refused(caller: Caller) -> None:
    answer = await see(caller, image=caller.host(b"x" * (10 * 1024 * 1024 + 1)))
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidImage.ImageSize")


async def test_it_is_synchronous_moderated_and_not_at_other_addresses(caller: Caller) -> None:
    asynchronous = await caller.generate_from([{"image": TINY}], LATEST, {"X-DashScope-Async": "enable"})
    assert (asynchronous.status_code, asynchronous.json()["code"]) == (403, "AccessDenied")
    assert asynchronous.json()["message"] == "current user api does not support asynchronous calls"
    blocked = await caller.generate_from([{"image": TINY}, {"text": BLOCKED}], LATEST)
    assert blocked.json()["code"] == "DataInspectionFailed"
    assert (await caller.generate(model=LATEST)).status_code == 404
    assert (await see(caller, "qwen-mt-flash")).status_code == 404


async def test_a_stream_ends_with_the_result(caller: Caller) -> None:
    headers = {"X-DashScope-SSE": "enable"}
    options = {"task": "advanced_recognition"}
    answer = await caller.generate_from([{"image": TINY}], LATEST, headers, ocr_options=options)
    lines = [json.loads(line[5:]) for line in answer.text.splitlines() if line.startswith("data:")]
    contents = [line["output"]["choices"][0]["message"]["content"][0] for line in lines]
    assert ["ocr_result" in content for content in contents] == [False] * (len(contents) - 1) + [True]
    assert contents[-1]["text"].endswith("```")


async def compat(caller: Caller, parts: list[dict[str, Any]], **given: Any) -> httpx2.Response:
    body = {"model": "qwen-vl-ocr", "messages": [{"role": "user", "content": parts}], **given}
    return await caller.http.post(CHAT, json=body)


async def test_the_compatible_endpoint_reads_plain_text(reader: Caller, receipt: bytes) -> None:
    image = {"type": "image_url", "image_url": {"url": reader.host(receipt)}, "min_pixels": 3072}
    body = (await compat(reader, [image])).json()
    assert body["choices"][0]["message"]["content"] == "Receipt\nTotal: 16.50"
    usage = body["usage"]
    assert usage["prompt_tokens_details"]["image_tokens"] == 8 * 3 + 2
    assert usage["completion_tokens_details"] == {"text_tokens": usage["completion_tokens"]}


@pytest.mark.parametrize(
    "parts",
    [
        [{"type": "text", "text": "read"}], [{"type": "image_url", "image_url": TINY}], [{"image": TINY}],
        [{"type": "image_url", "image_url": {}}],
        [{"type": "image_url", "image_url": {"url": TINY}, "max_pixels": 1}],
    ],
)  # fmt: skip
async def test_the_compatible_endpoint_refuses_in_its_own_words(caller: Caller, parts: list[dict[str, Any]]) -> None:
    answer = await compat(caller, parts)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_parameter_error")


async def test_a_fault_at_the_stage_generate_strikes_only_there(caller: Caller) -> None:
    caller.sandbox.faults.add(Fault("busy", 1, "generate"))
    image = {"type": "image_url", "image_url": {"url": TINY}}
    assert (await compat(caller, [image, {"type": "text", "text": "read"}])).status_code == 200
    assert [(await see(caller)).status_code for _ in range(2)] == [503, 200]
