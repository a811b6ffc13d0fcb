"""The official OpenAI client, unchanged, as a judge of the compatible endpoint (docs/model-studio.md 11)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

import pytest

from qwen_localize.sandbox import Fault
from sandbox.stand import KEY, TINY, Caller

if TYPE_CHECKING:
    from openai import AsyncOpenAI

OPTIONS = {"translation_options": {"source_lang": "auto", "target_lang": "Chinese"}}
HELLO: list[Any] = [{"role": "user", "content": "Hello {name}"}]


@pytest.fixture
async def client(caller: Caller) -> AsyncGenerator[AsyncOpenAI]:
    from openai import AsyncOpenAI

    base = f"{caller.sandbox.origin}/compatible-mode/v1"
    async with AsyncOpenAI(api_key=KEY, base_url=base, max_retries=0) as client:
        yield client


async def test_it_translates(client: AsyncOpenAI) -> None:
    done = await client.chat.completions.create(model="qwen-mt-flash", messages=HELLO, extra_body=OPTIONS)
    assert done.choices[0].message.content == "[水山 {name} ~]"
    assert done.choices[0].finish_reason == "stop"
    assert done.usage is not None
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens
    assert done._request_id is not None
    assert done._request_id.startswith("sandbox-")


@pytest.mark.parametrize(("model", "cumulative"), [("qwen-mt-lite", False), ("qwen-mt-turbo", True)])
async def test_it_streams(client: AsyncOpenAI, model: str, cumulative: bool) -> None:
    stream = await client.chat.completions.create(
        model=model, messages=HELLO, extra_body=OPTIONS, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    parts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert (parts[-1] if cumulative else "".join(parts)) == "[水山 {name} ~]"
    assert chunks[-1].usage is not None


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("throttle", 429, "limit_requests"),
        ("error", 500, "internal_error"),
        ("debt", 400, "Arrearage"),
        ("nokey", 401, "invalid_api_key"),
    ],
)
async def test_it_understands_errors(caller: Caller, client: AsyncOpenAI, fault: str, status: int, code: str) -> None:
    from openai import APIStatusError

    caller.sandbox.faults.add(Fault(fault))
    with pytest.raises(APIStatusError) as caught:
        await client.chat.completions.create(model="qwen-mt-flash", messages=HELLO, extra_body=OPTIONS)
    assert (caught.value.status_code, caught.value.code) == (status, code)
    assert (caught.value.request_id or "").startswith("sandbox-")


async def test_it_understands_an_unknown_model(client: AsyncOpenAI) -> None:
    from openai import NotFoundError

    with pytest.raises(NotFoundError) as caught:
        await client.chat.completions.create(model="qwen-mt-nope", messages=HELLO)
    assert caught.value.code == "model_not_found"


async def test_it_reads_pictures(client: AsyncOpenAI) -> None:
    image: Any = {"type": "image_url", "image_url": {"url": TINY}, "min_pixels": 3072, "max_pixels": 8_388_608}
    messages: list[Any] = [{"role": "user", "content": [image, {"type": "text", "text": "What does it say?"}]}]
    done = await client.chat.completions.create(model="qwen-vl-ocr-2025-11-20", messages=messages)
    assert (done.choices[0].message.content, done.choices[0].finish_reason) == ("", "stop")
    assert done.usage is not None
    assert done.usage.prompt_tokens > 6


async def test_it_reads_uploaded_pictures_with_the_resolve_header(client: AsyncOpenAI) -> None:
    """The header is transmitted; without it, the address is refused (docs/model-studio.md 8)."""
    from openai import BadRequestError

    image: Any = {"type": "image_url", "image_url": {"url": "oss://dashscope-instant/nothing.png"}}
    messages: list[Any] = [{"role": "user", "content": [image]}]
    headers = {"X-DashScope-OssResourceResolve": "enable"}
    for extra in (None, headers):
        with pytest.raises(BadRequestError, match="data inspection"):
            await client.chat.completions.create(model="qwen-vl-ocr", messages=messages, extra_headers=extra)


@pytest.mark.parametrize("stream", [False, True])
async def test_it_analyses_dialogues(client: AsyncOpenAI, stream: bool) -> None:
    messages: list[Any] = [{"role": "user", "content": "标签：满意 | 不满意\n[1] 客户: 太慢了，我要投诉"}]
    model = "tongyi-xiaomi-analysis-flash"
    if stream:
        chunks = await client.chat.completions.create(model=model, messages=messages, stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in chunks])
    else:
        done = await client.chat.completions.create(model=model, messages=messages, extra_body={"top_k": 1})
        text = done.choices[0].message.content or ""
    assert text.startswith("This is the sandbox, which judges nothing.")
