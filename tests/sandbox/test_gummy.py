"""Gummy's tasks (docs/model-studio.md 10.3)."""

import io
from collections.abc import AsyncGenerator
from typing import Any

import av
import httpx2
import pytest
from httpx2.websockets import WebSocketDisconnect

from qwen_localize.sandbox import SandboxConfig
from qwen_localize.sandbox.sound.pcm import samples
from sandbox.live import Event, Gummy, ended, gummy
from sandbox.stand import Caller, ManualClock, open_caller
from speech import silence, speech, wav

CHINESE: dict[str, Any] = {"translation_enabled": True, "translation_target_languages": ["zh"]}
HELLO = silence(0.3) + speech("Hello world.") + silence(1)
TALK = HELLO + speech("Good morning everyone.") + silence(0.1)


@pytest.fixture
async def caller() -> AsyncGenerator[Caller]:
    async with open_caller(SandboxConfig()) as caller:
        yield caller


def texts(events: list[Event], what: str) -> list[str]:
    """The finished sentences of `transcription` or of the first of `translations`."""
    outputs = [event["payload"].get("output", {}) for event in events]
    found = [output[what] for output in outputs if what in output]
    flat = [each[0] if isinstance(each, list) else each for each in found]
    return [each["text"] for each in flat if each["sentence_end"]]


async def test_it_recognizes_and_translates_sentence_by_sentence(caller: Caller) -> None:
    async with gummy(caller) as task:
        assert (await task.start(**CHINESE))["header"]["event"] == "task-started"
        await task.send(TALK)
        events = await task.finish()
    assert events[-1]["header"]["event"] == "task-finished"
    assert events[-1]["payload"] == {"output": {}, "usage": None}
    assert texts(events, "transcription") == ["hello world", "good morning everyone"]
    assert texts(events, "translations")[0] == "[水山 米山 ~~]"
    sentence = events[-2]["payload"]["output"]["transcription"]
    assert sentence["sentence_id"] == 1
    assert [word["text"] for word in sentence["words"]] == ["good", "morning", "everyone"]
    assert all(word["fixed"] for word in sentence["words"])
    assert sentence["begin_time"] == sentence["words"][0]["begin_time"]
    assert sentence["end_time"] == sentence["words"][-1]["end_time"]
    assert events[-2]["payload"]["usage"]["duration"] >= len(TALK) / 32_000


async def test_sentences_are_provisional_first(caller: Caller) -> None:
    async with gummy(caller) as task:
        await task.start()
        await task.send(HELLO)
        first = await task.hear()
        await task.finish()
    assert first["payload"]["output"]["transcription"]["sentence_end"] is False
    assert "translations" not in first["payload"]["output"]


@pytest.mark.parametrize("size", [640, 10_000_000])
async def test_the_same_sound_gives_the_same_events_however_it_is_sent(caller: Caller, size: int) -> None:
    async def told(size: int) -> list[Any]:
        async with gummy(caller) as task:
            await task.start(**CHINESE)
            await task.send(TALK, size)
            events = await task.finish()
            return [event["payload"].get("output") for event in events]

    assert await told(size) == await told(3200)


async def test_a_connection_serves_the_next_task(caller: Caller) -> None:
    async with gummy(caller) as task:
        for _ in range(2):
            await task.start()
            await task.send(HELLO)
            assert texts(await task.finish(), "transcription") == ["hello world"]
    assert caller.sandbox.ledger.count("session") == 1


async def test_a_chat_ends_itself_after_one_sentence(caller: Caller) -> None:
    async with gummy(caller) as task:
        await task.start("gummy-chat-v1")
        await task.send(TALK)
        assert texts(await task.rest(), "transcription") == ["hello world"]
        await task.start("gummy-chat-v1")
        await task.send(HELLO)
        assert texts(await task.finish(), "transcription") == ["hello world"]


async def test_a_chat_hears_a_minute_at_most() -> None:
    async with open_caller(SandboxConfig(hears=False)) as caller, gummy(caller) as task:
        await task.start("gummy-chat-v1", max_end_silence=6000)
        for _ in range(30):
            await task.send(silence(1.5) + b"\0\x20\0\xe0" * 4000)
        events = await task.rest()
    assert events[-1]["header"]["event"] == "task-finished"
    assert len(texts(events, "transcription")) == 1


@pytest.mark.parametrize("form", ["wav", "mp3"])
async def test_it_hears_files_too(caller: Caller, form: str) -> None:
    async with gummy(caller) as task:
        await task.start(format=form)
        await task.send(wav(HELLO) if form == "wav" else _mp3(HELLO))
        assert texts(await task.finish(), "transcription") == ["hello world"]


async def test_what_is_no_sound_fails(caller: Caller) -> None:
    async with gummy(caller) as task:
        await task.start(format="mp3")
        await task.send(b"Hello")
        assert (await task.finish())[-1]["header"]["error_code"] == "UNSUPPORTED_FORMAT"


async def test_silence_of_23_seconds_fails(caller: Caller) -> None:
    async with gummy(caller) as task:
        await task.start()
        await task.send(silence(23))
        failed = (await task.rest())[-1]
        assert failed["header"]["event"] == "task-failed"
        await _closes(task)
    assert (await ended(caller)).end == "failed"


async def test_an_idle_connection_is_closed_after_a_minute() -> None:
    clock = ManualClock()
    async with open_caller(SandboxConfig(), clock) as caller, gummy(caller) as task:
        await clock.until_sleeping(1)
        await clock.advance(60)
        await _closes(task)
        assert (await ended(caller)).end == "idle"


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("gummy-nope", {}),
        ("gummy-realtime-v1", {"format": "midi"}),
        ("gummy-realtime-v1", {"sample_rate": 8000}),
        ("gummy-chat-v1", {"sample_rate": 48_000}),
        ("gummy-realtime-v1", {"transcription_enabled": False}),
        ("gummy-realtime-v1", {"source_language": "xx"}),
        ("gummy-realtime-v1", {"translation_enabled": True}),
        ("gummy-realtime-v1", {"translation_enabled": True, "translation_target_languages": ["zh", "ja"]}),
        ("gummy-realtime-v1", {"translation_enabled": True, "translation_target_languages": ["th"]}),
        ("gummy-realtime-v1", {"max_end_silence": 100}),
    ],
)
async def test_a_wrong_task_fails(caller: Caller, model: str, parameters: dict[str, Any]) -> None:
    async with gummy(caller) as task:
        header = (await task.start(model, **parameters))["header"]
        assert header["event"] == "task-failed"
        assert header["error_message"]
        await _closes(task)


@pytest.mark.parametrize("frame", ["{", "[]", "{}", '{"header": 1}', '{"header": {"action": "nonsense"}}'])
async def test_a_frame_that_says_nothing_fails(caller: Caller, frame: str) -> None:
    async with gummy(caller) as task:
        await task.socket.send_text(frame)
        assert (await task.hear())["header"]["error_code"] == "CLIENT_ERROR"


@pytest.mark.parametrize(("switches", "price"), [({}, 0.00015), (CHINESE, 0.0003)])
async def test_each_switch_is_billed_by_the_second(caller: Caller, switches: dict[str, Any], price: float) -> None:
    async with gummy(caller) as task:
        await task.start(**switches)
        await task.send(HELLO)
        await task.finish()
    [paid] = caller.sandbox.ledger.paid
    assert paid.seconds == pytest.approx(len(HELLO) / 32_000)
    assert paid.cny == pytest.approx(paid.seconds * price)


async def _closes(task: Gummy) -> None:
    with pytest.raises((WebSocketDisconnect, httpx2.HTTPError)):
        await task.hear()


def _mp3(pcm: bytes) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream: Any = container.add_stream("libmp3lame", rate=16_000)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(samples(pcm).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 16_000
        resampler = av.AudioResampler(stream.format.name, "mono", 16_000, frame_size=stream.frame_size)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return file.getvalue()
