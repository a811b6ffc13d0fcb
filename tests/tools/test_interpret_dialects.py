"""What is sent to each family of models, and what its events mean (docs/model-studio.md 10)."""

import base64
from typing import Any

import pytest

from qwen_localize.tool import Tokens
from qwen_localize_tools._shared.sound.wav import header
from qwen_localize_tools.interpret_speech.events import Failed, Finished, Partial, Sentence, Started, Used
from qwen_localize_tools.interpret_speech.gummy import EVENTS, Gummy
from qwen_localize_tools.interpret_speech.livetranslate import LiveTranslate
from qwen_localize_tools.interpret_speech.omni import Omni
from qwen_localize_tools.interpret_speech.realtime import IGNORED, Realtime
from qwen_localize_tools.interpret_speech.turns import NOT_TRANSLATED
from qwen_localize_tools.interpret_speech.wish import Wish

WISH = Wish("m", "en", "English", "ru", "Russian")
SPOKEN = Wish("m", "en", "English", voice="Tina", phrases={"кот": "Tom"})
ITEM = "conversation.item.input_audio_transcription"

# Every event of the servers that the contract names, for livetranslate (10.1) and for omni (10.2).
_LIVETRANSLATE = """error session.created session.updated session.finished response.created response.done
response.audio.delta response.audio.done response.output_item.added response.output_item.done
response.content_part.added response.content_part.done conversation.item.created
input_audio_buffer.speech_started input_audio_buffer.speech_stopped input_audio_buffer.committed
input_audio_buffer.cleared response.text.text response.text.delta response.text.done
response.audio_transcript.text response.audio_transcript.delta response.audio_transcript.done
conversation.item.input_audio_transcription.text conversation.item.input_audio_transcription.delta
conversation.item.input_audio_transcription.completed conversation.item.input_audio_transcription.failed"""
_OMNI = """error session.created session.updated session.finished input_audio_buffer.speech_started
input_audio_buffer.speech_stopped input_audio_buffer.committed input_audio_buffer.cleared conversation.item.created
conversation.item.input_audio_transcription.delta conversation.item.input_audio_transcription.completed
conversation.item.input_audio_transcription.failed response.created response.done response.text.delta
response.text.done response.audio.delta response.audio.done response.audio_transcript.delta
response.audio_transcript.done response.function_call_arguments.delta response.function_call_arguments.done
response.output_item.added response.output_item.done response.content_part.added response.content_part.done"""

ALL_EVENTS = {*_LIVETRANSLATE.split(), *_OMNI.split()}


@pytest.mark.parametrize("event", sorted(ALL_EVENTS))
def test_every_event_of_the_contract_is_handled_or_ignored_on_purpose(event: str) -> None:
    assert (event in Realtime.HANDLERS) != (event in IGNORED)


def test_nothing_is_handled_that_the_contract_does_not_name() -> None:
    assert set(Realtime.HANDLERS) | IGNORED == ALL_EVENTS


@pytest.mark.parametrize("event", sorted(ALL_EVENTS))
def test_an_event_without_any_of_its_fields_breaks_nothing(event: str) -> None:
    LiveTranslate(WISH).received({"type": event})
    Omni(WISH).received({"type": event, "item": "odd", "response": [], "error": 3, "delta": {}, "audio_start_ms": "x"})


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_of_gummy_without_its_fields_breaks_nothing(event: str) -> None:
    Gummy(WISH).received({"header": {"event": event}})
    Gummy(WISH).received({"header": {"event": event}, "payload": {"output": {"translations": [3], "usage": 1}}})


def test_an_unknown_event_says_nothing() -> None:
    assert LiveTranslate(WISH).received({"type": "weather"}) == []
    assert Gummy(WISH).received({"header": {"event": "weather"}}) == []


def settings(dialect: Any) -> dict[str, Any]:
    (message,) = dialect.opening()
    return dict(message["session"])


def test_the_flat_dialect_says_what_is_wanted() -> None:
    assert settings(LiveTranslate(WISH)) == {
        "modalities": ["text"],
        "sample_rate": 16000,
        "input_audio_format": "pcm",
        "input_audio_transcription": {"model": "qwen3-asr-flash-realtime", "language": "ru"},
        "turn_detection": {"type": "server_vad", "threshold": 0.2, "silence_duration_ms": 1000},
        "translation": {"language": "en"},
    }


def test_the_nested_dialect_says_it_in_other_places() -> None:
    assert settings(LiveTranslate(SPOKEN, nested=True)) == {
        "output_modalities": ["text", "audio"],
        "audio": {
            "input": {"format": "pcm", "turn_detection": {"type": "server_vad"}},
            "output": {"format": "pcm", "voice": "Tina"},
        },
        "translation": {"language": "en", "corpus": {"phrases": {"кот": "Tom"}}},
    }


def test_omni_is_told_to_translate_and_does_not_cut() -> None:
    said = settings(Omni(SPOKEN))
    assert said["turn_detection"] is None
    assert "into English" in said["instructions"]
    assert "кот = Tom" in said["instructions"]
    dialect = Omni(WISH)
    assert dialect.cut(0, 900) == [{"type": "input_audio_buffer.commit"}, {"type": "response.create"}]
    assert dialect.is_answering


def test_gummy_is_told_once_and_hears_bytes() -> None:
    dialect = Gummy(Wish("gummy-realtime-v1", "en", "English"), task="t")
    (message,) = dialect.opening()
    assert isinstance(message, dict)
    assert message["header"] == {"action": "run-task", "task_id": "t", "streaming": "duplex"}
    assert message["payload"]["parameters"] == {
        "format": "pcm",
        "sample_rate": 16000,
        "source_language": "auto",
        "transcription_enabled": True,
        "translation_enabled": True,
        "translation_target_languages": ["en"],
    }
    assert dialect.sound(b"\0\0") == b"\0\0"
    (last,) = dialect.closing()
    assert isinstance(last, dict)
    assert last["header"]["action"] == "finish-task"


def played(dialect: Any, *events: dict[str, Any]) -> list[Any]:
    return [one for event in events for one in dialect.received(event)]


def heard(item: str, start: int, end: int) -> list[dict[str, Any]]:
    return [
        {"type": "input_audio_buffer.speech_started", "audio_start_ms": start, "item_id": item},
        {"type": "input_audio_buffer.speech_stopped", "audio_end_ms": end, "item_id": item},
    ]


def answered(said: str, name: str, text: str) -> list[dict[str, Any]]:
    return [
        {"type": "response.created", "response": {"id": f"r-{name}"}},
        {"type": "response.output_item.added", "response_id": f"r-{name}", "item": {"id": name}},
        {"type": "conversation.item.created", "previous_item_id": said, "item": {"id": name, "role": "assistant"}},
        {"type": "response.text.done", "response_id": f"r-{name}", "text": text},
        {"type": "response.done", "response": {"id": f"r-{name}", "status": "completed"}},
    ]


def understood(item: str, text: str) -> dict[str, Any]:
    return {"type": f"{ITEM}.completed", "item_id": item, "transcript": text}


def test_a_sentence_is_told_when_both_of_its_texts_are_certain() -> None:
    dialect = LiveTranslate(WISH)
    assert played(dialect, {"type": "session.updated"}) == [Started()]
    assert played(dialect, *heard("a", 100, 900), {"type": f"{ITEM}.text", "item_id": "a", "text": "K", "stash": "o"})
    told = played(dialect, *answered("a", "x", "Cat"))
    assert not any(isinstance(one, Sentence) for one in told)
    assert played(dialect, understood("a", "Кот")) == [Sentence(100, 900, "Кот", "Cat")]


def test_a_view_is_replaced_and_a_delta_is_added() -> None:
    flat, nested = LiveTranslate(WISH), LiveTranslate(WISH, nested=True)
    view = {"type": "response.text.text", "response_id": "r"}
    assert played(flat, view | {"text": "A", "stash": "b"}, view | {"text": "Ac", "stash": ""})[-1] == Partial("", "Ac")
    delta = {"type": "response.text.delta", "response_id": "r"}
    assert played(nested, delta | {"delta": "A"}, delta | {"delta": "b"})[-1] == Partial("", "Ab")


def test_sentences_come_in_their_order_and_what_has_no_translation_is_overtaken() -> None:
    dialect = LiveTranslate(WISH)
    events = [*heard("a", 0, 500), *heard("b", 600, 900), understood("a", "A"), understood("b", "B")]
    told = played(dialect, *events, *answered("b", "x", "Be"))
    sentences = [one for one in told if isinstance(one, Sentence)]
    assert sentences == [Sentence(0, 500, "A", "", error=NOT_TRANSLATED), Sentence(600, 900, "B", "Be")]


def test_events_that_come_twice_say_nothing_new() -> None:
    usage = {"input_tokens": 20, "output_tokens": 10}
    events = [*heard("a", 0, 900), *answered("a", "x", "One"), understood("a", "Раз"), *heard("b", 1000, 1900)]
    events += [*answered("b", "y", "Two"), understood("b", "Два")]
    for event in events:
        if "response" in event:
            event["response"]["usage"] = usage
    told = played(LiveTranslate(WISH), *(event for event in events for _ in range(2)))
    told += played(LiveTranslate(WISH), *events, *events)
    assert [one for one in told if isinstance(one, Sentence)] == 2 * [
        Sentence(0, 900, "Раз", "One"),
        Sentence(1000, 1900, "Два", "Two"),
    ]
    assert [one for one in told if isinstance(one, Used)] == 4 * [Used(Tokens(20, 10))]


def test_a_translation_that_never_ends_holds_up_only_a_few() -> None:
    events = [*heard("a", 0, 900), understood("a", "Раз"), *answered("a", "x", "One")[:-1]]
    for number in range(1, 4):
        name, start = f"b{number}", number * 1000
        events += [*heard(name, start, start + 900), *answered(name, name, "Two"), understood(name, "Два")]
    told = [one for one in played(LiveTranslate(WISH), *events) if isinstance(one, Sentence)]
    assert [one.translation for one in told] == ["One", "Two", "Two", "Two"]


def test_noise_that_is_no_speech_is_not_told() -> None:
    dialect = LiveTranslate(WISH)
    events = [*heard("a", 0, 500), understood("a", ""), *heard("b", 600, 900), understood("b", "B")]
    told = played(dialect, *events, *answered("b", "x", "Be"), {"type": "session.finished"})
    assert [one for one in told if not isinstance(one, Partial)] == [Sentence(600, 900, "B", "Be"), Finished()]


def test_what_is_left_at_the_end_is_told_as_it_is() -> None:
    dialect = LiveTranslate(WISH)
    told = played(dialect, *heard("a", 0, 500), understood("a", "A"), {"type": "session.finished"})
    assert told[-2:] == [Sentence(0, 500, "A", "", error=NOT_TRANSLATED), Finished()]


def test_the_voice_has_no_header_and_its_tokens_are_counted() -> None:
    dialect = LiveTranslate(SPOKEN)
    sound = base64.b64encode(header(2, 24000) + b"\1\0\2\0").decode()
    usage = {"input_tokens": 7, "output_tokens": 20, "output_tokens_details": {"audio_tokens": 15}}
    told = played(
        dialect,
        *heard("a", 0, 500),
        understood("a", "A"),
        {"type": "response.audio.delta", "response_id": "r", "delta": sound},
        {"type": "response.audio_transcript.done", "response_id": "r", "transcript": "Ay"},
        {"type": "response.done", "response": {"id": "r", "usage": usage}},
    )
    assert Used(Tokens(7, 20, speech=15)) in told
    assert told[-1] == Sentence(0, 500, "A", "Ay", (b"\1\0\2\0",))


def test_text_that_goes_into_omni_has_its_own_price_and_text_beside_speech_none() -> None:
    usage = {
        "input_tokens": 50,
        "output_tokens": 30,
        "input_tokens_details": {"text_tokens": 20, "audio_tokens": 30},
        "output_tokens_details": {"audio_tokens": 25, "text_tokens": 5},
    }
    assert Omni(SPOKEN).used(usage) == Tokens(50, 25, pictures=20, speech=25)


def test_an_error_is_told_with_its_code() -> None:
    error = {"type": "error", "error": {"type": "t", "code": "invalid_value", "message": "no"}}
    assert LiveTranslate(WISH).received(error) == [Failed("invalid_value", "no")]
    failed = {"header": {"event": "task-failed", "error_code": "CLIENT_ERROR", "error_message": "no"}}
    assert Gummy(WISH).received(failed) == [Failed("CLIENT_ERROR", "no")]


def result(number: int, *, source: str = "", text: str = "", whole: bool = False, seconds: int = 0) -> dict[str, Any]:
    row = {"sentence_id": number, "begin_time": number * 1000, "end_time": number * 1000 + 800, "sentence_end": whole}
    output: dict[str, Any] = {}
    output |= {"transcription": row | {"text": source}} if source else {}
    output |= {"translations": [row | {"text": text, "lang": "en"}]} if text else {}
    payload = {"output": output, "usage": {"duration": seconds} if seconds else None}
    return {"header": {"event": "result-generated"}, "payload": payload}


def test_gummy_tells_each_side_when_it_comes_and_the_sentence_when_both_have_ended() -> None:
    dialect = Gummy(WISH)
    told = played(dialect, result(1, source="Ко"), result(1, text="Ca"), result(1, source="Кот", whole=True))
    assert told == [Partial("Ко", ""), Partial("Ко", "Ca"), Partial("Кот", "Ca")]
    assert played(dialect, result(1, text="Cat", whole=True)) == [Sentence(1000, 1800, "Кот", "Cat")]


def test_gummy_counts_each_second_of_both_once() -> None:
    dialect = Gummy(WISH)
    events = [result(1, source="A", seconds=2), result(1, source="Ab", seconds=2), result(1, source="Abc", seconds=5)]
    used = [one.tokens for one in played(dialect, *events) if isinstance(one, Used)]
    assert sum(used, Tokens()) == Tokens(10)


def test_gummy_is_not_believed_that_it_heard_for_years() -> None:
    events = [result(1, source="A", seconds=2), result(1, source="Ab", seconds=10**15)]
    assert [one.tokens for one in played(Gummy(WISH), *events) if isinstance(one, Used)] == [Tokens(4)]
