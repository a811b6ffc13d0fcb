"""The streams that answer `translate_media`, as they are documented and as they are not."""

import array
import json
import struct
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_types import CallToolResult

from fakes_media import (
    DONE,
    TEXT_USAGE,
    USAGE,
    VOICE_RATE,
    Interpreter,
    breaking,
    chunk,
    event,
    last,
    pausing,
    refused,
    spoken,
    streamed,
    talk,
    tone,
    written,
)
from qwen_localize.errors import BadAnswer
from qwen_localize_tools.translate_media.answer import Coming
from support import Call, Connect, words


@pytest.fixture
def translate(connect: Connect, tmp_path: Path) -> Call:
    """A call for a recording of one piece."""

    async def called(**arguments: Any) -> CallToolResult:
        async with connect() as client:
            path = talk(tmp_path / "talk.wav", arguments.pop("lengths", [3]))
            return await client.call_tool("translate_media", {"media": str(path), "target_lang": "fr"} | arguments)

    return called


def text(result: CallToolResult) -> str:
    assert not result.is_error, words(result)
    return str((result.structured_content or {}).get("text", ""))


def voice(result: CallToolResult) -> "array.array[int]":
    """The samples that are not silence."""
    [path] = [found["path"] for found in (result.structured_content or {})["artifacts"] if found["path"][-3:] == "wav"]
    with wave.open(path) as sound:
        samples = array.array("h", sound.readframes(sound.getnframes()))
    return array.array("h", [sample for sample in samples if sample])


async def consumed(parts: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], bytes]:
    kept: list[bytes] = []

    async def keep(data: bytes) -> str:
        kept.append(data)
        return "digest"

    async def tell(_: str) -> None:
        pass

    async def coming() -> Any:
        for part in parts:
            yield part

    return await Coming(tell).consumed(coming(), keep), b"".join(kept)


@given(st.binary(min_size=1, max_size=60), st.lists(st.integers(0, 80), max_size=8))
def test_base64_may_be_cut_anywhere(data: bytes, cuts: list[int]) -> None:
    _, kept = anyio.run(consumed, spoken("x", data, cuts)[:-1])
    assert kept == data


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_each_part_of_base64_may_have_an_end_of_its_own(parts: list[bytes]) -> None:
    chunks = [part for data in parts for part in spoken("", data)[1:-3]]
    _, kept = anyio.run(consumed, [*chunks, chunk({}, "stop")])
    assert kept == b"".join(parts)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "delta", "audio", "data", "content", "transcript", "usage", "finish_reason", "id"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.sampled_from(["choices", "usage", "id", "model"]), _JSON, max_size=3), max_size=4))
def test_whatever_the_chunks_are_the_answer_around_them_is_read(odd: list[dict[str, Any]]) -> None:
    body, _ = anyio.run(consumed, [chunk({"content": "before "}), *odd, chunk({"content": "after"}, "stop")])
    assert "before" in body["text"]
    assert json.dumps(body)


async def test_a_text_that_comes_only_as_the_words_of_the_voice_is_the_text(
    model: Interpreter, translate: Call
) -> None:
    said = [
        {"audio": {"data": "AAAA", "id": "a"}},
        {"audio": {"transcript": "Bonjour "}},
        {"audio": {"transcript": "toi"}},
    ]
    model.answer = lambda *_: streamed([*map(chunk, said), chunk({}, "stop"), last(USAGE), DONE])
    assert text(await translate(speech=True)) == "Bonjour toi"


@pytest.mark.parametrize("rate", [24_000, 16_000])
async def test_a_voice_with_a_header_loses_it_and_keeps_its_rate(
    model: Interpreter, translate: Call, rate: int
) -> None:
    header = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 0, b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    sound = header + struct.pack("<4sI", b"data", 0xFFFFFFFF) + tone(1)
    model.answer = lambda *_: streamed(spoken("Bonjour", sound))
    result = await translate(speech=True)
    assert voice(result).tobytes() == tone(1)
    [path] = [found for found in (result.structured_content or {})["artifacts"] if found["path"][-3:] == "wav"]
    assert path["rate"] == rate


@pytest.mark.parametrize("rate", [0, 1, 2**32 - 1])
async def test_a_header_with_a_rate_that_cannot_be_is_not_believed(
    model: Interpreter, translate: Call, rate: int
) -> None:
    header = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 0, b"WAVE", b"fmt ", 16, 1, 1, rate, 0, 2, 16)
    model.answer = lambda *_: streamed(spoken("Bonjour", header + struct.pack("<4sI", b"data", 9) + tone(1)))
    assert len(voice(await translate(speech=True))) == VOICE_RATE


async def test_half_a_sample_at_the_end_is_left_out(model: Interpreter, translate: Call) -> None:
    model.answer = lambda *_: streamed(spoken("Bonjour", tone(1) + b"\x01"))
    assert voice(await translate(speech=True)).tobytes() == tone(1)


async def test_a_damaged_voice_costs_the_voice_and_not_the_text(model: Interpreter, translate: Call) -> None:
    damaged = [chunk({"content": "Bonjour"}), chunk({"audio": {"data": "!AA="}}), chunk({}, "stop"), last(), DONE]
    model.answer = lambda *_: streamed(damaged)
    result = await translate(speech=True)
    assert text(result) == "Bonjour"
    assert "The service gave no voice at 0:01–0:04" in words(result)


async def test_a_voice_nobody_asked_for_is_left_out(model: Interpreter, translate: Call) -> None:
    model.answer = lambda *_: streamed(spoken("Bonjour", tone(1)))
    result = await translate()
    assert text(result) == "Bonjour"
    assert len((result.structured_content or {})["artifacts"]) == 3


async def test_an_answer_too_long_for_the_service_is_asked_for_again_in_halves(
    model: Interpreter, translate: Call, tmp_path: Path
) -> None:
    model.answer = lambda _, name: streamed(written(f"of {name}", "length" if int(name) > 7 else "stop"))
    result = await translate(lengths=[3, 4, 5], media=str(talk(tmp_path / "close.wav", [3, 4, 5], 1.0)))
    assert sorted(model.asked.values()) == [1] * len(model.asked)
    assert max(map(int, model.asked)) >= 12
    assert "ends early" not in words(result)
    assert text(result).count("of") >= 2


async def test_an_answer_that_is_always_cut_ends_somewhere_and_is_told(
    model: Interpreter, translate: Call, tmp_path: Path
) -> None:
    model.answer = lambda _, name: streamed(written(f"of {name}", "length"))
    dense = talk(tmp_path / "close.wav", [0.5] * 20, 0.9)
    result = await translate(media=str(dense))
    assert "The answer was too long and ends early at" in words(result)
    assert 2 < model.count < 60


async def test_of_a_whole_recording_a_cut_answer_is_told(model: Interpreter, translate: Call) -> None:
    model.answer = lambda *_: streamed(written("Bonjour", "length"))
    assert "ends early" in words(await translate(media="https://media.example/a.mp3"))


async def test_an_answer_without_text_says_where_nothing_was_understood(model: Interpreter, translate: Call) -> None:
    model.answer = lambda *_: streamed([chunk({}, "stop"), last(), DONE])
    assert "Nothing was said, or understood at 0:01–0:04" in words(await translate())


GOOD = [chunk({"content": "Bonjour"}), chunk({}, "stop"), last(), DONE]
ODD = {
    "a stream without its last mark": GOOD[:-1],
    "a stream without a count of tokens": [*GOOD[:2], DONE],
    "a connection that breaks when all has come": [*GOOD[:-1], breaking],
    "signs of life": [b": alive\n\n", b"id: 7\n\n", b"event: ping\n\n", b"data:\n\n", *GOOD],
    "lines that end as on Windows": ["".join(map(event, GOOD)).replace("\n", "\r\n").encode()],
    "a byte at a time": [bytes([byte]) for part in GOOD for byte in event(part).encode()],
    "no choices": [{}, {"choices": None}, {"choices": [None, 3, "x", []]}, *GOOD],
    "wrong types": [chunk({"content": 7, "audio": []}), chunk({"audio": {"data": 5, "transcript": {}}}), *GOOD],
    "a delta that is none": [{"choices": [{"delta": "x", "finish_reason": None}]}, *GOOD],
    "what comes after the end": [*GOOD, b"data: nonsense\n\n"],
}


@pytest.mark.parametrize("parts", ODD.values(), ids=ODD.keys())
async def test_an_answer_that_is_odd_but_whole_is_taken(model: Interpreter, translate: Call, parts: list[Any]) -> None:
    model.answer = lambda *_: streamed(parts)
    assert text(await translate()) == "Bonjour"
    assert model.count == 1


BROKEN = {
    "it breaks": [chunk({"content": "Bon"}), breaking],
    "it ends in the middle": [chunk({"content": "Bon"})],
    "it ends at once": [],
    "it is over and says nothing": [DONE],
    "it stands still": [chunk({"content": "Bon"}), pausing(3600)],
    "it is no JSON": [chunk({"content": "Bon"}), b"data: {nonsense\n\n", *GOOD],
    "it is a list": [b"data: [1, 2]\n\n", *GOOD],
    "it is null": [b"data: null\n\n", *GOOD],
    "a piece is huge": [b"data: " + b"x" * 9 * 2**20 + b"\n\n", *GOOD],
    "a text never ends": [*[chunk({"content": "word " * 50_000})] * 5, *GOOD],
    "it has a web page": [b"<html>\n\n"],
}


@pytest.mark.parametrize("parts", BROKEN.values(), ids=BROKEN.keys())
async def test_an_answer_that_is_not_whole_stops_the_job_which_goes_on_later_and_pays_only_for_what_is_missing(
    model: Interpreter, connect: Connect, tmp_path: Path, parts: list[Any]
) -> None:
    broken = True

    def answer(_: httpx.Request, name: str) -> httpx.Response:
        return streamed(parts if broken and name == "4" else written(f"piece {name}"))

    model.answer = answer
    path = talk(tmp_path / "talk.wav")
    async with connect() as client:
        stopped = await client.call_tool("translate_media", {"media": str(path), "target_lang": "fr"})
        assert stopped.is_error
        assert "1 of 3 pieces are missing; the others are paid and kept." in words(stopped)
        assert "do not call again. get_job" in words(stopped)
        await anyio.sleep(600)
        assert dict(model.asked) == {"3": 1, "4": 1, "5": 1}
        broken = False
        [job] = (await client.call_tool("list_jobs", {})).structured_content["jobs"]
        result = await client.call_tool("get_job", {"job_id": job["job_id"], "wait": 60})
    assert text(result) == "piece 3\npiece 4\npiece 5"
    assert dict(model.asked) == {"3": 1, "4": 2, "5": 1}


async def test_an_error_inside_a_stream_is_told_as_any_other(model: Interpreter, translate: Call) -> None:
    error = {"error": {"code": "data_inspection_failed", "message": "no"}}
    model.answer = lambda _, name: streamed([chunk({"content": "Bon"}), error] if name == "4" else GOOD)
    result = await translate(lengths=[3, 4, 5])
    assert text(result) == "Bonjour\nBonjour"
    assert "1 piece(s) failed. 0:09–0:13:" in words(result)


async def test_a_failure_inside_a_stream_is_free_and_tried_again(model: Interpreter, translate: Call) -> None:
    error = {"error": {"code": "internal_error", "message": "no"}}
    model.answer = lambda *_: streamed(GOOD if model.count > 1 else [chunk({"content": "Bon"}), error])
    assert text(await translate()) == "Bonjour"
    assert model.count == 2


@pytest.mark.parametrize(
    ("usage", "remark"),
    [
        (None, False),
        ({}, False),
        ([], False),
        ("many", True),
        ({"prompt_tokens": -5, "completion_tokens": 3}, True),
        ({"prompt_tokens": 10**30, "completion_tokens": 3}, True),
        ({"prompt_tokens": "1000", "completion_tokens": None}, True),
        (TEXT_USAGE | {"completion_tokens_details": {"audio_tokens": 10**6}}, True),
        (TEXT_USAGE | {"prompt_tokens_details": "x", "completion_tokens_details": []}, False),
    ],
)
async def test_a_count_of_tokens_that_cannot_be_is_replaced_by_an_estimate(
    model: Interpreter, translate: Call, usage: Any, remark: bool
) -> None:
    model.answer = lambda *_: streamed([*GOOD[:2], {"choices": [], "usage": usage}, DONE])
    result = await translate()
    assert text(result) == "Bonjour"
    assert 0 < (result.structured_content or {})["estimated_cost"] < 0.02
    assert ("cannot be right" in words(result)) is remark


@pytest.mark.parametrize("answer", [refused(400, "data_inspection_failed"), refused(400, "invalid_parameter_error")])
async def test_a_piece_that_is_refused_is_named_and_the_others_come(
    model: Interpreter, translate: Call, answer: httpx.Response
) -> None:
    model.answer = lambda _, name: answer if name == "4" else streamed(GOOD)
    result = await translate(lengths=[3, 4, 5])
    assert text(result) == "Bonjour\nBonjour"
    assert (result.structured_content or {})["details"]["failed"] == 1


async def test_where_every_piece_is_refused_the_job_has_failed_and_says_why(
    model: Interpreter, translate: Call
) -> None:
    model.answer = lambda *_: refused(400, "data_inspection_failed")
    result = await translate(lengths=[3, 4, 5])
    assert result.is_error
    assert "talk.wav: " in words(result)
    assert "Traceback" not in words(result)


async def test_an_answer_that_never_ends_is_no_answer() -> None:
    with pytest.raises(BadAnswer, match="longer than any can be"):
        await consumed([*[chunk({"audio": {"data": "QUJD" * 1_000_000}})] * 25, chunk({}, "stop")])
