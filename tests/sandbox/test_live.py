"""Live translation over the realtime protocol, in its two dialects (docs/model-studio.md 10.1)."""

from base64 import b64decode
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from qwen_localize.sandbox import SandboxConfig
from sandbox.live import CHINESE, ENGLISH, FLAT, NESTED, OLD, ended, live
from sandbox.stand import Caller, open_caller
from speech import silence, speech

TALK = silence(0.5) + speech("Hello world.") + silence(2) + speech("Good morning everyone.") + silence(0.2)
ASR = "conversation.item.input_audio_transcription"
BEGINNING = ["input_audio_buffer.speech_started"]
TAKEN = ["input_audio_buffer.speech_stopped", "input_audio_buffer.committed", "conversation.item.created"]
OPENED = [
    "response.created", "response.output_item.added", "conversation.item.created", "response.content_part.added",
]  # fmt: skip
CLOSED = ["response.content_part.done", "response.output_item.done", "response.done"]


@pytest.fixture
async def caller() -> AsyncGenerator[Caller]:
    """A sandbox that looks for no words: what is said does not matter here."""
    async with open_caller(SandboxConfig(hears=False)) as caller:
        yield caller


async def test_the_older_dialect_says_provisional_text_that_is_replaced(caller: Caller) -> None:
    async with live(caller) as session:
        await session.update(**CHINESE, modalities=["text"])
        await session.append(silence(0.2) + speech("Hello world.") + silence(1.5))
        events = await session.finish()
    kinds = [event["type"] for event in events]
    assert [kind for at, kind in enumerate(kinds) if kind != kinds[at - 1]] == [
        "session.created", "session.updated", *BEGINNING, *TAKEN, f"{ASR}.text", f"{ASR}.completed",
        *OPENED, "response.text.text", "response.text.done", *CLOSED, "session.finished",
    ]  # fmt: skip
    [done] = session.of("response.text.done")
    assert {event["text"] + event["stash"] for event in session.of("response.text.text")} == {done["text"]}
    assert done["text"].endswith("→ zh (sandbox)")


async def test_the_newer_dialect_says_text_that_stands(caller: Caller) -> None:
    async with live(caller, NESTED) as session:
        await session.update(**CHINESE, output_modalities=["text", "audio"], audio={"output": {"voice": "Cindy"}})
        await session.append(silence(0.2) + speech("Hello world.") + silence(1.5))
        events = await session.finish()
    kinds = [event["type"] for event in events]
    assert [kind for at, kind in enumerate(kinds) if kind != kinds[at - 1]] == [
        "session.created", "session.updated", *BEGINNING, *TAKEN, f"{ASR}.delta", f"{ASR}.completed",
        *OPENED, "response.audio_transcript.delta", "response.audio.delta", "response.audio_transcript.done",
        "response.audio.done", *CLOSED, "session.finished",
    ]  # fmt: skip
    deltas = "".join(event["delta"] for event in session.of("response.audio_transcript.delta"))
    assert [deltas] == [event["transcript"] for event in session.of("response.audio_transcript.done")]
    sound = b"".join(b64decode(event["delta"]) for event in session.of("response.audio.delta"))
    usage = session.of("response.done")[0]["response"]["usage"]
    assert usage["output_tokens_details"]["audio_tokens"] == round(len(sound) / 48_000 * 12.5)


async def test_words_are_heard_and_translated() -> None:
    async with open_caller(SandboxConfig()) as caller, live(caller) as session:
        await session.update(**CHINESE, **ENGLISH)
        await session.append(TALK)
        await session.finish()
        heard = [event["transcript"] for event in session.of(f"{ASR}.completed")]
        assert heard == ["hello world", "good morning everyone"]
        assert session.of("response.audio_transcript.done")[0]["transcript"] == "[水山 米山 ~~]"
        await ended(caller)
    [noted] = caller.sandbox.ledger.sessions
    assert (noted.model, noted.end) == (FLAT, "finished")
    assert noted.seconds == pytest.approx(len(TALK) / 32_000, abs=0.01)
    assert noted.took <= noted.until - noted.at


async def test_a_translation_is_linked_to_its_transcript(caller: Caller) -> None:
    async with live(caller) as session:
        await session.append(TALK)
        await session.finish()
    created = session.of("conversation.item.created")
    assert [event["item"]["role"] for event in created] == ["user", "assistant"] * 2
    assert [event["previous_item_id"] for event in created] == [None, *(event["item"]["id"] for event in created[:-1])]
    transcripts = [event["item_id"] for event in session.of(f"{ASR}.completed")]
    assert [event["item"]["id"] for event in created[::2]] == transcripts
    assert len({event["event_id"] for event in session.events}) == len(session.events)


async def test_speech_is_told_in_the_time_of_the_sessions_sound(caller: Caller) -> None:
    async with live(caller) as session:
        await session.append(TALK)
        await session.finish()
    [first, second] = [event["audio_start_ms"] for event in session.of("input_audio_buffer.speech_started")]
    [stopped, _] = [event["audio_end_ms"] for event in session.of("input_audio_buffer.speech_stopped")]
    assert 500 <= first < stopped < 500 + len(speech("Hello world.")) / 32
    assert second - 500 == pytest.approx(2000 + len(speech("Hello world.")) / 32, abs=60)


@pytest.mark.parametrize("size", [640, 5000, 10_000_000])
async def test_the_same_sound_gives_the_same_events_however_it_is_sent(caller: Caller, size: int) -> None:
    async def told(size: int) -> list[Any]:
        async with live(caller) as session:
            await session.append(TALK, size)
            return [_bare(event) for event in await session.finish()]

    assert await told(size) == await told(3200)


async def test_hearing_that_begins_in_a_silence_finds_the_same_sentence(caller: Caller) -> None:
    late = len(silence(0.5) + speech("Hello world.") + silence(0.777))
    async with live(caller) as whole, live(caller) as rest:
        await whole.append(TALK)
        await rest.append(TALK[late:])
        await whole.finish()
        await rest.finish()
    assert [event["transcript"] for event in rest.of(f"{ASR}.completed")] == [
        event["transcript"] for event in whole.of(f"{ASR}.completed")[1:]
    ]


async def test_speech_that_goes_on_is_provisional(caller: Caller) -> None:
    async with live(caller) as session:
        await session.append(speech("I would like a cup of coffee and then we will see."))
        await session.hear(f"{ASR}.text")
        await session.finish()
    going = session.of(f"{ASR}.text")[0]
    assert (going["text"], going["stash"]) == ("", "[speech, 1 s so far]")


@pytest.mark.parametrize("model", [FLAT, NESTED])
async def test_without_turn_detection_the_client_commits(caller: Caller, model: str) -> None:
    off = {"audio": {"input": {"turn_detection": None}}} if model == NESTED else {"turn_detection": None}
    async with live(caller, model) as session:
        await session.update(**off)
        await session.append(TALK)
        await session.say("input_audio_buffer.clear")
        await session.append(speech("Hello world."))
        await session.say("input_audio_buffer.commit")
        await session.hear("response.done")
        await session.say("input_audio_buffer.commit")
        assert (await session.hear("error"))["error"]["code"] == "input_audio_buffer_commit_empty"
        await session.append(speech("Hello world."))
        await session.finish()
    assert len(session.of("response.done")) == 2
    assert not session.of("input_audio_buffer.speech_started")


async def test_transcription_can_be_switched_off(caller: Caller) -> None:
    async with live(caller) as session:
        await session.update(input_audio_transcription={"model": None})
        await session.append(TALK)
        await session.finish()
    assert not session.of(f"{ASR}.completed")
    assert len(session.of("response.done")) == 2


async def test_phrases_stand_in_the_translation() -> None:
    async with open_caller(SandboxConfig()) as caller, live(caller) as session:
        await session.update(translation={"language": "zh", "corpus": {"phrases": {"world": "世界"}}}, **ENGLISH)
        await session.append(TALK)
        await session.finish()
    assert session.of("response.audio_transcript.done")[0]["transcript"] == "[水山 世界 ~]"


WRONG: list[tuple[str, dict[str, Any], str]] = [
    (FLAT, {"translation": {"language": "xx"}}, "session.translation.language"),
    (FLAT, {"translation": {"language": "yue"}}, "session.modalities"),
    (OLD, {"translation": {"language": "id"}}, "session.modalities"),
    (OLD, {"translation": {"language": "sv"}, "modalities": ["text"]}, "session.translation.language"),
    (FLAT, {"voice": "Nobody"}, "session.voice"),
    (OLD, {"voice": "Kiki"}, "session.voice"),
    (
        FLAT,
        {"voice": "Tina", "enable_voice_clone": True, "voice_clone_options": {"frequency": "once"}},
        "session.voice",
    ),
    (FLAT, {"enable_voice_clone": True}, "session.voice_clone_options.frequency"),
    (FLAT, {"modalities": ["smell"]}, "session.modalities"),
    (FLAT, {"sample_rate": 44_100}, "session.sample_rate"),
    (FLAT, {"input_audio_format": "mp3"}, "session.input_audio_format"),
    (FLAT, {"input_audio_transcription": {"language": "xx"}}, "session.input_audio_transcription.language"),
    (FLAT, {"turn_detection": {"type": "server_vad", "threshold": 2}}, "session.turn_detection.threshold"),
    (FLAT, {"turn_detection": {"silence_duration_ms": 100}}, "session.turn_detection.silence_duration_ms"),
    (FLAT, {"turn_detection": {"type": "semantic_vad"}}, "session.turn_detection.type"),
    (FLAT, {"audio": {"output": {"voice": "Tina"}}}, "session.audio"),
    (NESTED, {"voice": "Tina"}, "session.voice"),
    (NESTED, {"turn_detection": {"type": "server_vad"}}, "session.turn_detection"),
    (NESTED, {"audio": {"output": {"voice": "Nobody"}}}, "session.voice"),
]


@pytest.mark.parametrize(("model", "session", "param"), WRONG)
async def test_a_wrong_setting_is_told_and_changes_nothing(
    caller: Caller, model: str, session: dict[str, Any], param: str
) -> None:
    async with live(caller, model) as talk:
        before = (await talk.hear("session.created"))["session"]
        await talk.update(**session)
        error = (await talk.hear("error", "session.updated"))["error"]
        assert (error["type"], error["param"]) == ("invalid_request_error", param)
        await talk.update()
        assert (await talk.hear("session.updated"))["session"] == before


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("response.create", {}),
        ("conversation.item.create", {}),
        ("nonsense", {}),
        ("input_audio_buffer.append", {"audio": "?"}),
        ("input_audio_buffer.append", {}),
        ("input_audio_buffer.commit", {}),
        ("input_audio_buffer.clear", {}),
        ("input_image_buffer.append", {"image": "/9j/"}),
        ("session.update", {}),
    ],
)
async def test_an_event_out_of_order_is_told_and_the_session_goes_on(caller: Caller, kind: str, words: Any) -> None:
    async with live(caller) as session:
        await session.say(kind, **words)
        assert (await session.hear("error"))["error"]["type"] == "invalid_request_error"
        await session.finish()


async def test_what_is_no_event_is_told_too(caller: Caller) -> None:
    async with live(caller) as session:
        for frame in ("{", "[]", "{}"):
            await session.socket.send_text(frame)
            await session.hear("error")
        await session.socket.send_bytes(b"\0\0")
        assert "base64" in (await session.hear("error"))["error"]["message"]
        await session.finish()


async def test_pictures_may_follow_sound(caller: Caller) -> None:
    async with live(caller) as session:
        await session.append(silence(0.1))
        await session.say("input_image_buffer.append", image="/9j/4AAQ")
        await session.finish()
    assert not session.of("error")


async def test_it_is_billed_by_the_token(caller: Caller) -> None:
    for model, hearing, prices in ((FLAT, 7, (40, 100, 160)), (OLD, 12.5, (64, 64, 240))):
        async with live(caller, model) as session:
            await session.append(TALK)
            await session.finish()
        usages = [event["response"]["usage"] for event in session.of("response.done")]
        heard = sum(usage["input_tokens_details"]["audio_tokens"] for usage in usages)
        assert heard == pytest.approx(len(TALK) / 32_000 * hearing, abs=1)
        written, spoken = (
            sum(usage["output_tokens_details"][kind] for usage in usages) for kind in ("text_tokens", "audio_tokens")
        )
        paid = [paid for paid in caller.sandbox.ledger.paid if paid.model == model]
        due = heard * prices[0] + written * prices[1] + spoken * prices[2]
        assert sum(each.cny for each in paid) == pytest.approx(due / 1_000_000)


async def test_what_a_broken_session_heard_is_billed(caller: Caller) -> None:
    async with live(caller) as session:
        await session.append(silence(10))
        await session.say("nonsense")
        await session.hear("error")
    await ended(caller)
    assert [(paid.tokens_in, paid.tokens_out) for paid in caller.sandbox.ledger.paid] == [(70, 0)]
    assert caller.sandbox.ledger.sessions[0].end == "closed"


def _bare(event: dict[str, Any]) -> dict[str, Any]:
    """An event without what names its session."""
    response = event.get("response")
    if isinstance(response, dict):
        usage = {"output": (response.get("usage") or {}).get("output_tokens")}
        return event | {"response": response | {"conversation_id": "", "usage": usage}}
    return event | ({"session": None} if "session" in event else {})
