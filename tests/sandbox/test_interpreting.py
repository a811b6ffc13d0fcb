"""Recordings translated in a stream (docs/model-studio.md 9)."""

import io
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncGenerator
from typing import Any

import anyio
import av
import httpx2
import numpy as np
import pytest

from qwen_localize.sandbox import Fault, SandboxConfig, interpreting
from sandbox.stand import CHAT, Caller, open_caller
from speech import silence, speech, wav

MODEL = "qwen3-livetranslate-flash"
TALK = silence(0.5) + speech("Hello world.") + silence(1) + speech("Good morning everyone.") + silence(0.5)
SPEAKING: dict[str, Any] = {"modalities": ["text", "audio"], "audio": {"voice": "Cherry", "format": "wav"}}
FAST = SandboxConfig(speed=1000)


@pytest.fixture
async def caller() -> AsyncGenerator[Caller]:
    async with open_caller(FAST) as caller:
        yield caller


def uri(data: bytes) -> str:
    return f"data:;base64,{b64encode(data).decode()}"


def sound(data: bytes) -> dict[str, Any]:
    return {"type": "input_audio", "input_audio": {"data": uri(data), "format": "wav"}}


async def ask(caller: Caller, content: object = None, target: str = "zh", **body: Any) -> httpx2.Response:
    messages = [{"role": "user", "content": [sound(wav(TALK))] if content is None else content}]
    options = {"source_lang": "en", "target_lang": target}
    given = {"model": MODEL, "stream": True, "messages": messages, "translation_options": options} | body
    return await caller.http.post(CHAT, json=given)


def chunks(answer: httpx2.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    lines = [line.removeprefix("data: ") for line in answer.text.splitlines() if line]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def deltas(answer: httpx2.Response) -> list[dict[str, Any]]:
    return [chunk["choices"][0]["delta"] for chunk in chunks(answer) if chunk["choices"]]


def text_of(answer: httpx2.Response) -> str:
    return "".join(delta.get("content", "") for delta in deltas(answer))


def sound_of(answer: httpx2.Response) -> bytes:
    return b"".join(b64decode(delta.get("audio", {}).get("data", "")) for delta in deltas(answer))


async def test_it_translates_sentence_by_sentence(caller: Caller) -> None:
    answer = await ask(caller)
    assert text_of(answer).splitlines()[0] == "[水山 米山 ~~]"
    assert len(text_of(answer).splitlines()) == 2
    assert not sound_of(answer)
    last = chunks(answer)[-2:]
    assert (last[0]["choices"][0]["finish_reason"], last[1]["choices"]) == ("stop", [])


async def test_it_speaks_bare_samples_and_says_once_more_what_it_speaks(caller: Caller) -> None:
    answer = await ask(caller, **SPEAKING)
    spoken = sound_of(answer)
    assert spoken[:4] != b"RIFF"
    assert 1 < len(spoken) / 48_000 < 10
    said = [delta["audio"]["transcript"] for delta in deltas(answer) if "transcript" in delta.get("audio", {})]
    assert "".join(said) == text_of(answer)


async def test_tokens_and_price_are_those_of_the_sound(caller: Caller) -> None:
    answer = await ask(caller, **SPEAKING)
    usage = chunks(answer)[-1]["usage"]
    into, out = usage["prompt_tokens_details"], usage["completion_tokens_details"]
    assert into == {"audio_tokens": round(len(TALK) / 32_000 * 12.5), "text_tokens": 0, "video_tokens": 0}
    assert out["audio_tokens"] == pytest.approx(len(sound_of(answer)) / 48_000 * 12.5, abs=2)
    assert usage["total_tokens"] == into["audio_tokens"] + out["audio_tokens"] + out["text_tokens"]
    [paid] = caller.sandbox.ledger.paid
    due = into["audio_tokens"] * 10 + out["text_tokens"] * 10 + out["audio_tokens"] * 40
    assert paid.cny == pytest.approx(due / 1_000_000)


async def test_it_hears_videos_and_counts_their_pictures(caller: Caller) -> None:
    answer = await ask(caller, [{"type": "video_url", "video_url": {"url": uri(_video())}}])
    assert chunks(answer)[-1]["usage"]["prompt_tokens_details"] == {
        "audio_tokens": 0, "text_tokens": 0, "video_tokens": 2 * 2 * 3 + 2,
    }  # fmt: skip
    assert text_of(answer) == ""


async def test_the_answer_ends_where_its_tokens_do(caller: Caller) -> None:
    for limit, extra in ((3, {}), (12, SPEAKING)):
        answer = await ask(caller, max_tokens=limit, **extra)
        *_, finished, last = chunks(answer)
        assert finished["choices"][0]["finish_reason"] == "length"
        assert last["usage"]["completion_tokens"] <= limit
        assert len(sound_of(answer)) / 48_000 * 12.5 <= limit


async def test_it_takes_a_tenth_of_the_recordings_length() -> None:
    async with open_caller(SandboxConfig(hears=False)) as caller:
        begin = caller.sandbox.clock.now()
        await ask(caller)
        assert caller.sandbox.clock.now() - begin >= len(TALK) / 32_000 / 10


async def test_it_takes_uploads_and_addresses(caller: Caller) -> None:
    hosted = caller.sandbox.results.keep("talk.jpg", wav(TALK))
    answer = await ask(caller, [{"input_audio": {"data": hosted, "format": "wav"}}])
    assert text_of(answer).startswith("[水山")
    assert (await ask(caller, [{"input_audio": {"data": "oss://nothing", "format": "wav"}}])).status_code == 400


RIGHT = sound(b"RIFF")


@pytest.mark.parametrize(
    "body",
    [
        {"stream": False},
        {"stream": None},
        {"content": "Hello"},
        {"content": []},
        {"content": [RIGHT, RIGHT]},
        {"content": [{**RIGHT, "video_url": {"url": "https://x"}}]},
        {"content": [{"type": "input_audio", "input_audio": {"data": "nonsense"}}]},
        {"content": [sound(b"no sound at all")]},
        {"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": [RIGHT]}]},
        {"translation_options": None},
        {"translation_options": {"target_lang": "xx"}},
        {"translation_options": {"target_lang": "zh", "source_lang": "xx"}},
        {"target": "th", **SPEAKING},
        {"modalities": ["audio", "smell"]},
        {"modalities": ["text", "audio"]},
        {**SPEAKING, "audio": {"voice": "Cherry", "format": "mp3"}},
        {**SPEAKING, "audio": {"voice": "Kiki", "format": "wav"}},
        {"max_tokens": 4097},
    ],
)
async def test_what_it_does_not_take_is_refused(caller: Caller, body: dict[str, Any]) -> None:
    answer = await ask(caller, **body)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
    assert caller.sandbox.ledger.paid == ()


async def test_a_recording_of_too_many_tokens_is_refused(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    assert interpreting.MAX_INPUT == 49_152  # more than an hour, which takes long to decode
    monkeypatch.setattr(interpreting, "MAX_INPUT", 12)
    answer = await ask(caller)
    assert "Range of input length" in answer.json()["error"]["message"]


async def test_an_item_of_more_than_ten_megabytes_is_refused(caller: Caller) -> None:
    answer = await ask(caller, [sound(b"\0" * 8_000_000)])
    assert "data-uri item" in answer.json()["error"]["message"]


async def test_a_cut_stream_breaks_off_in_the_middle_and_is_billed_for_what_was_sent(caller: Caller) -> None:
    whole = await ask(caller)
    caller.sandbox.faults.add(Fault("cut", 1, "chat"))
    with pytest.raises(httpx2.RemoteProtocolError):
        await ask(caller)
    with anyio.fail_after(10):
        while len(caller.sandbox.ledger.paid) < 2:
            await anyio.lowlevel.checkpoint()
    first, second = caller.sandbox.ledger.paid
    assert first.tokens_out == chunks(whole)[-1]["usage"]["completion_tokens"]
    assert (second.tokens_in, second.tokens_out) == (first.tokens_in, 6)


@pytest.mark.parametrize(("fault", "status"), [("throttle", 429), ("error", 500), ("nokey", 401), ("busy", 503)])
async def test_it_is_refused_as_every_chat_is(caller: Caller, fault: str, status: int) -> None:
    caller.sandbox.faults.add(Fault(fault, 1, "chat"))
    assert (await ask(caller)).status_code == status


@pytest.mark.parametrize("fault", ["drop", "garbage", "slow"])
async def test_it_misbehaves_as_every_chat_does(caller: Caller, fault: str) -> None:
    caller.sandbox.faults.add(Fault(fault, 1, "chat"))
    if fault == "drop":
        with pytest.raises(httpx2.RemoteProtocolError):
            await ask(caller)
    else:
        answer = await ask(caller)
        assert answer.text.startswith("<html>") if fault == "garbage" else text_of(answer)


def _video() -> bytes:
    """Two seconds of 96 times 64 pixels, without sound."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=4)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for shade in range(8):
            frame = av.VideoFrame.from_ndarray(np.full((64, 96, 3), shade * 30, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()
