"""Live conversation that is told to translate (docs/model-studio.md 10.2)."""

from collections.abc import AsyncGenerator

import pytest

from qwen_localize.sandbox import SandboxConfig
from sandbox.live import OMNI, ended, live
from sandbox.stand import Caller, ManualClock, open_caller
from speech import silence, speech

ASR = "conversation.item.input_audio_transcription"
HELLO = silence(0.2) + speech("Hello world.") + silence(1)


@pytest.fixture
async def caller() -> AsyncGenerator[Caller]:
    async with open_caller(SandboxConfig()) as caller:
        yield caller


async def test_it_answers_each_sentence_in_the_language_of_its_instructions(caller: Caller) -> None:
    async with live(caller, OMNI) as session:
        await session.update(instructions="Translate what you hear from English into Russian.")
        await session.append(HELLO)
        kinds = [event["type"] for event in await session.finish()]
    assert session.of(f"{ASR}.completed")[0]["transcript"] == "hello world"
    assert session.of("response.audio_transcript.done")[0]["transcript"] == "[здлло цослг ~~~]"
    assert [kind for at, kind in enumerate(kinds) if kind != kinds[at - 1]] == [
        "session.created", "session.updated", "input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed", "conversation.item.created", f"{ASR}.delta", f"{ASR}.completed",
        "response.created", "response.output_item.added", "conversation.item.created", "response.content_part.added",
        "response.audio_transcript.delta", "response.audio.delta", "response.audio_transcript.done",
        "response.audio.done", "response.content_part.done", "response.output_item.done", "response.done",
        "session.finished",
    ]  # fmt: skip


async def test_without_turn_detection_it_answers_when_it_is_asked(caller: Caller) -> None:
    async with live(caller, OMNI) as session:
        await session.update(turn_detection=None, modalities=["text"])
        await session.say("response.create")
        await session.hear("error")
        await session.append(HELLO)
        await session.say("input_audio_buffer.commit")
        await session.hear(f"{ASR}.completed")
        assert not session.of("response.created")
        await session.say("response.create", response={"instructions": "From English into Greek, please."})
        done = await session.hear("response.done")
        await session.finish()
    assert session.of("response.text.done")[0]["text"] == "[θεμμο χοςμδ ~~~]"
    usage = done["response"]["usage"]
    assert usage["input_tokens_details"]["text_tokens"] > 0
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


async def test_it_answers_written_words_too(caller: Caller) -> None:
    async with live(caller, OMNI) as session:
        await session.update(modalities=["text"])
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello"}]}
        await session.say("conversation.item.create", item=item)
        await session.say("response.create")
        await session.hear("response.done")
        await session.say("conversation.item.create", item={})
        await session.hear("error")
        await session.say("response.cancel")
        assert (await session.hear("error"))["error"]["code"] == "response_cancel_not_active"
    assert session.of("response.text.done")[0]["text"] == "[Ĥéļļö ~~]"


async def test_text_beside_sound_is_free(caller: Caller) -> None:
    async with live(caller, OMNI) as session:
        await session.append(HELLO)
        await session.finish()
    usage = session.of("response.done")[0]["response"]["usage"]
    heard, spoken = (usage[f"{way}_tokens_details"]["audio_tokens"] for way in ("input", "output"))
    assert caller.sandbox.ledger.paid[0].cny == pytest.approx((heard * 18.9 + spoken * 75.1) / 1_000_000)


@pytest.mark.parametrize(
    ("session", "param"),
    [
        ({"turn_detection": {"type": "speaker_detection"}}, "session.turn_detection.type"),
        ({"instructions": 5}, "session.instructions"),
        ({"audio": {"input": {"format": {"type": "pcm", "sample_rate": 11_025}}}}, "session.audio.sample_rate"),
    ],
)
async def test_a_wrong_setting_is_told(caller: Caller, session: dict[str, object], param: str) -> None:
    async with live(caller, OMNI) as talk:
        await talk.update(**session)
        assert (await talk.hear("error"))["error"]["param"] == param
        await talk.update(turn_detection={"type": "semantic_vad"})
        await talk.hear("session.updated")


async def test_a_session_lasts_two_hours_at_most() -> None:
    clock = ManualClock()
    async with open_caller(SandboxConfig(), clock) as caller, live(caller, OMNI) as session:
        await session.hear("session.created")
        await clock.until_sleeping(1)
        await clock.advance(7199)
        await session.update()
        await session.hear("session.updated")
        await clock.advance(1)
        assert (await session.hear("error"))["error"]["code"] == "session_expired"
        assert (await ended(caller)).end == "expired"
