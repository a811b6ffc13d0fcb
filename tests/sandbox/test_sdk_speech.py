"""The official clients, unchanged, as judges of what speaks and listens (docs/model-studio.md 11)."""

import gc
import importlib
import threading
from base64 import b64decode, b64encode
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import to_thread

from qwen_localize.sandbox import Fault, SandboxConfig
from sandbox.live import FLAT, NESTED, OLD, OMNI
from sandbox.stand import KEY, Caller, open_caller
from speech import silence, speech, wav

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
TALK = silence(0.4) + speech("Hello world.") + silence(1.2) + speech("Good morning everyone.") + silence(0.4)
CHINESE: dict[str, Any] = {"translation_enabled": True, "translation_target_languages": ["zh"], "source_language": "en"}


@pytest.fixture
async def caller(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Caller]:
    import dashscope

    async with open_caller(SandboxConfig()) as caller:
        socket = caller.sandbox.origin.replace("http", "ws", 1)
        monkeypatch.setattr(dashscope, "base_websocket_api_url", f"{socket}/api-ws/v1/inference")
        monkeypatch.setattr(dashscope, "api_key", KEY)
        yield caller
    gc.collect()  # the SDK leaves sockets to it, whose warnings are to fall on these tests and no other


def sdk(module: str, name: str) -> Any:
    """A class of the SDK; untyped, because its own types do not cover what it can do."""
    return getattr(importlib.import_module(f"dashscope.{module}"), name)


async def in_thread(function: Callable[[], Any]) -> Any:
    with anyio.fail_after(40):
        return await to_thread.run_sync(function)


class Listener:
    """What the SDK calls back, whatever it is named."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.named: list[str] = []
        self.called = threading.Condition()

    def __getattr__(self, name: str) -> Any:
        return partial(self._note, name)

    def _note(self, name: str, *given: Any) -> None:
        with self.called:
            self.named.append(name)
            if name == "on_event":
                self.events.append(given)
            self.called.notify_all()

    def wait(self, holds: Callable[[], bool]) -> None:
        with self.called:
            assert self.called.wait_for(holds, 20), (self.named, self.events)


def sentences(events: list[Any]) -> list[str]:
    return [heard.text for _, heard, _, _ in events if heard is not None and heard.is_sentence_end]


async def test_the_recognizer_hears_sound_as_it_comes(caller: Caller) -> None:
    listener = Listener()

    def talk() -> None:
        recognizer = sdk("audio.asr", "TranslationRecognizerRealtime")(
            model="gummy-realtime-v1", format="pcm", sample_rate=16_000, transcription_enabled=True,
            callback=listener, **CHINESE,
        )  # fmt: skip
        recognizer.start()
        for start in range(0, len(TALK), 3200):
            recognizer.send_audio_frame(TALK[start : start + 3200])
        while not recognizer._stream_data.empty():  # stopped before its thread has begun, it sends nothing at all
            threading.Event().wait(0.01)
        recognizer.stop()

    await in_thread(talk)
    assert sentences(listener.events) == ["hello world", "good morning everyone"]
    translations = [said.get_translation("zh") for _, _, said, _ in listener.events if said is not None]
    assert translations[-1].is_sentence_end
    assert {"on_open", "on_complete", "on_close"} <= set(listener.named)
    assert "on_error" not in listener.named


async def test_the_recognizer_hears_a_file(caller: Caller, tmp_path: Path) -> None:
    (tmp_path / "talk.wav").write_bytes(wav(TALK))

    def talk() -> Any:
        recognizer = sdk("audio.asr", "TranslationRecognizerRealtime")(
            model="gummy-realtime-v1", format="wav", sample_rate=16_000, callback=None, **CHINESE
        )
        return recognizer.call(str(tmp_path / "talk.wav"))

    done = await in_thread(talk)
    assert done.error_message is None
    assert [heard.text for heard in done.transcription_result_list] == ["hello world", "good morning everyone"]


async def test_the_recognizer_is_told_of_a_failed_task(caller: Caller) -> None:
    listener = Listener()

    def talk() -> None:
        recognizer = sdk("audio.asr", "TranslationRecognizerRealtime")(
            model="gummy-realtime-v1", format="pcm", sample_rate=8000, transcription_enabled=True, callback=listener
        )
        recognizer.start()
        listener.wait(lambda: "on_error" in listener.named)

    await in_thread(talk)


async def test_the_chat_recognizer_stops_after_a_sentence(caller: Caller) -> None:
    listener = Listener()

    def talk() -> None:
        recognizer = sdk("audio.asr", "TranslationRecognizerChat")(
            model="gummy-chat-v1", format="pcm", sample_rate=16_000, transcription_enabled=True, callback=listener,
            **CHINESE,
        )  # fmt: skip
        recognizer.start()
        for start in range(0, len(TALK), 3200):
            if not recognizer.send_audio_frame(TALK[start : start + 3200]):
                break
        recognizer.stop()

    await in_thread(talk)
    assert sentences(listener.events) == ["hello world"]
    assert "on_complete" in listener.named


def converse(caller: Caller, model: str, listener: Listener, **update: Any) -> None:
    """A session of the SDK, from its beginning to its end."""
    modality = sdk("audio.qwen_omni", "MultiModality")
    url = caller.sandbox.origin.replace("http", "ws", 1) + "/api-ws/v1/realtime"
    session = sdk("audio.qwen_omni", "OmniRealtimeConversation")(model=model, callback=listener, url=url)
    session.connect()
    session.update_session(output_modalities=[modality.TEXT, modality.AUDIO], **update)
    for start in range(0, len(TALK), 3200):
        session.append_audio(b64encode(TALK[start : start + 3200]).decode())
    if not update.get("enable_turn_detection", True) and "omni" in model:
        session.commit()
        session.create_response()
        listener.wait(lambda: any(event["type"] == "response.done" for (event,) in listener.events))
    session.end_session()
    session.close()


def asked(model: str) -> dict[str, Any]:
    """How each kind of model is asked for Chinese through the SDK."""
    target = sdk("audio.qwen_omni.omni_realtime", "TranslationParams")(language="zh")
    if "omni" in model:
        return {"voice": "Cherry", "instructions": "Translate English into Simplified Chinese."}
    params = sdk("audio.qwen_omni.omni_realtime", "TranscriptionParams")
    heard = params(language="en", sample_rate=16_000, input_audio_format="pcm")
    voice = "Cherry" if model == OLD else "Tina"
    return {"voice": voice, "translation_params": target, "transcription_params": heard}


@pytest.mark.parametrize("model", [FLAT, OLD, OMNI, "qwen3.5-omni-plus-realtime"])
async def test_a_conversation_is_heard_and_answered(caller: Caller, model: str) -> None:
    listener = Listener()
    await in_thread(partial(converse, caller, model, listener, **asked(model)))
    events = [event for (event,) in listener.events]
    assert not [event for event in events if event["type"] == "error"]
    name = "conversation.item.input_audio_transcription.completed"
    assert [event["transcript"] for event in events if event["type"] == name] == [
        "hello world", "good morning everyone",
    ]  # fmt: skip
    done = [event["transcript"] for event in events if event["type"] == "response.audio_transcript.done"]
    assert done[0] == "[水山 米山 ~~]"
    assert b"".join(b64decode(event["delta"]) for event in events if event["type"] == "response.audio.delta")
    assert (events[0]["type"], events[-1]["type"]) == ("session.created", "session.finished")


async def test_a_conversation_without_turn_detection_is_answered_when_asked(caller: Caller) -> None:
    listener = Listener()
    update = {**asked(OMNI), "enable_turn_detection": False}
    await in_thread(partial(converse, caller, OMNI, listener, **update))
    assert [event["type"] for (event,) in listener.events].count("response.done") == 1


async def test_a_conversation_of_the_newer_dialect_is_heard_with_its_own_settings(caller: Caller) -> None:
    listener = Listener()
    url = caller.sandbox.origin.replace("http", "ws", 1) + "/api-ws/v1/realtime"

    def talk() -> None:
        session = sdk("audio.qwen_omni", "OmniRealtimeConversation")(model=NESTED, callback=listener, url=url)
        session.connect()
        session.send_raw('{"type":"session.update","session":{"translation":{"language":"zh"}}}')
        for start in range(0, len(TALK), 3200):
            session.append_audio(b64encode(TALK[start : start + 3200]).decode())
        session.end_session()
        session.close()

    await in_thread(talk)
    types = [event["type"] for (event,) in listener.events]
    assert types.count("response.done") == 2
    assert "error" not in types


async def test_a_conversation_is_told_of_errors(caller: Caller) -> None:
    caller.sandbox.faults.add(Fault("fail", 1, "session"))
    listener = Listener()
    with suppress(RuntimeError):  # the SDK's, if the error comes when it is waiting for the end
        await in_thread(partial(converse, caller, FLAT, listener, **asked(FLAT)))
    assert [event["error"]["code"] for (event,) in listener.events if event["type"] == "error"] == ["internal_error"]


async def test_the_openai_client_reads_the_stream(caller: Caller) -> None:
    from openai import AsyncOpenAI

    sound: Any = {"type": "input_audio", "input_audio": {"data": f"data:;base64,{b64encode(wav(TALK)).decode()}",
                                                         "format": "wav"}}  # fmt: skip
    async with AsyncOpenAI(api_key=KEY, base_url=f"{caller.sandbox.origin}/compatible-mode/v1") as client:
        stream = await client.chat.completions.create(
            model="qwen3-livetranslate-flash", messages=[{"role": "user", "content": [sound]}], stream=True,
            stream_options={"include_usage": True}, modalities=["text", "audio"],
            audio={"voice": "Cherry", "format": "wav"},
            extra_body={"translation_options": {"source_lang": "en", "target_lang": "zh"}},
        )  # fmt: skip
        chunks = [chunk async for chunk in stream]
    said: list[Any] = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in said).splitlines()[0] == "[水山 米山 ~~]"
    sounds = [delta.audio.data for delta in said if delta.audio is not None]
    spoken = b"".join(b64decode(data) for data in sounds if data is not None)
    assert len(spoken) > 48_000
    usage = chunks[-1].usage
    assert usage is not None
    assert usage.prompt_tokens_details is not None
    assert usage.prompt_tokens_details.audio_tokens == round(len(TALK) / 32_000 * 12.5)
