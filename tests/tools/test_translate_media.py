"""`translate_media` as its users see it: what comes back of a recording or video."""

import re
import sys
import wave
from pathlib import Path
from typing import Any

import anyio
import av
import httpx
import pytest
from mcp_types import CallToolResult

from fakes_media import (
    PRICE,
    TEXT_PRICE,
    VOICE_RATE,
    Interpreter,
    spoken,
    streamed,
    talk,
    tone,
    written,
)
from qwen_localize_tools.translate_media.recording import Cut, Piece, cut
from recordings import video
from support import Call, Connect, Refused, words


@pytest.fixture
def translate(connect: Connect, tmp_path: Path) -> Call:
    async def called(media: Path | str | None = None, **arguments: Any) -> CallToolResult:
        settings = arguments.pop("settings", {})
        path = media or talk(tmp_path / "talk.wav")
        async with connect(**settings) as client:
            return await client.call_tool("translate_media", {"media": str(path), "target_lang": "fr"} | arguments)

    return called


def data(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, words(result)
    return dict(result.structured_content or {})


def file(result: CallToolResult, ending: str) -> Path:
    [path] = [Path(found["path"]) for found in data(result)["artifacts"] if found["path"].endswith(f".{ending}")]
    return path


def cues(result: CallToolResult) -> list[tuple[float, float, str]]:
    """Start, end and text of each subtitle."""
    found = re.findall(r"(\S+) --> (\S+)\n(.*?)\n(?:\n|$)", file(result, "srt").read_text("utf-8"), re.DOTALL)
    return [(seconds(start), seconds(end), text) for start, end, text in found]


def seconds(time: str) -> float:
    hours, minutes, rest = time.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def speaking(_: httpx.Request, name: str) -> httpx.Response:
    return streamed(spoken(f"piece {name}", tone(1.0)))


async def test_a_recording_becomes_text_and_subtitles_in_the_order_and_at_the_times_of_what_is_said(
    model: Interpreter, translate: Call
) -> None:
    result = await translate()
    assert data(result)["text"] == "piece 3\npiece 4\npiece 5"
    assert file(result, "txt").read_text("utf-8") == "piece 3\npiece 4\npiece 5\n"
    starts, ends, texts = zip(*cues(result), strict=True)
    assert texts == ("piece 3", "piece 4", "piece 5")
    assert starts == pytest.approx((1, 9, 18), abs=0.2)
    assert ends == pytest.approx((4, 13, 23), abs=0.2)
    assert file(result, "vtt").read_text("utf-8").startswith("WEBVTT\n\n00:00:00.900 --> ")
    assert {Path(found["path"]).name for found in data(result)["artifacts"]} == {
        "talk.fr.txt",
        "talk.fr.srt",
        "talk.fr.vtt",
    }


async def test_pieces_keep_their_order_though_the_last_is_answered_first(model: Interpreter, translate: Call) -> None:
    async def slowly(_: httpx.Request, name: str) -> httpx.Response:
        await anyio.sleep(10 - int(name))
        return streamed(written(f"piece {name}"))

    model.answer = slowly
    assert data(await translate())["text"] == "piece 3\npiece 4\npiece 5"


async def test_what_is_asked_is_what_the_service_takes(model: Interpreter, translate: Call) -> None:
    await translate(source_lang="German", target_lang="French", speech=True)
    for body in model.requests:
        assert body["model"] == "qwen3-livetranslate-flash"
        assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})
        assert body["modalities"] == ["text", "audio"]
        assert body["audio"] == {"voice": "Cherry", "format": "wav"}
        assert body["translation_options"] == {"source_lang": "de", "target_lang": "fr"}
        [message] = body["messages"]
        [part] = message["content"]
        assert (message["role"], part["type"], part["input_audio"]["format"]) == ("user", "input_audio", "flac")


async def test_without_speech_only_text_is_asked_for(model: Interpreter, translate: Call) -> None:
    await translate()
    assert all(body["modalities"] == ["text"] and "audio" not in body for body in model.requests)
    assert all(body["translation_options"] == {"target_lang": "fr"} for body in model.requests)


async def test_with_speech_each_voice_lies_where_somebody_speaks(model: Interpreter, translate: Call) -> None:
    model.answer = speaking
    result = await translate(speech=True)
    with wave.open(str(file(result, "wav"))) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, VOICE_RATE)
        samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
    loud = [index for index, sample in enumerate(samples) if sample]
    assert loud[0] / VOICE_RATE == pytest.approx(0.9, abs=0.01)
    assert len(loud) == 3 * VOICE_RATE
    assert {round(index / VOICE_RATE) for index in loud} == {1, 2, 9, 10, 18, 19}


@pytest.mark.parametrize(("speech", "price"), [(False, TEXT_PRICE), (True, PRICE)])
async def test_each_kind_of_token_has_its_own_price(
    model: Interpreter, translate: Call, speech: bool, price: float
) -> None:
    if speech:
        model.answer = speaking
    found = data(await translate(speech=speech))
    assert found["estimated_cost"] == pytest.approx(3 * price)
    assert found["usage"]["requests"] == 3
    assert f"{3 * price:.4f}"[:5] in found["message"]


async def test_a_video_gets_both_voices_and_subtitles_as_tracks(
    model: Interpreter, translate: Call, tmp_path: Path
) -> None:
    model.answer = speaking
    path = video(tmp_path / "film.mp4", 12, loud=[(1, 3), (8, 11)], language="eng")
    result = await translate(path, speech=True)
    with av.open(str(file(result, "mp4"))) as container:
        languages = [stream.language for stream in container.streams.audio]
        assert sorted(filter(None, languages)) == ["eng", "fra"]
        assert len(container.streams.video) == len(container.streams.subtitles) == 1
    assert "voice and picture are" in words(result)
    assert data(result)["details"]["drift_seconds"] < 3


async def test_a_short_video_goes_whole_since_its_pictures_help(
    model: Interpreter, translate: Call, tmp_path: Path
) -> None:
    result = await translate(video(tmp_path / "film.mp4", 3, loud=[(0.5, 2.5)]))
    [body] = model.requests
    [part] = body["messages"][0]["content"]
    assert part["type"] == "video_url"
    assert part["video_url"]["url"].startswith("data:")
    [(start, _, _)] = cues(result)
    assert start == pytest.approx(0.4, abs=0.2)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://media.example/talk.mp3?sig=1", {"format": "mp3"}),
        ("https://media.example/talk", {"format": "wav"}),
        ("https://media.example/film.MP4", None),
    ],
)
async def test_what_is_behind_a_url_goes_as_it_is(
    model: Interpreter, translate: Call, url: str, kind: dict[str, str] | None
) -> None:
    result = await translate(url)
    [body] = model.requests
    [part] = body["messages"][0]["content"]
    if kind:
        assert part["input_audio"] == {"data": url} | kind
    else:
        assert part["video_url"] == {"url": url}
    assert [Path(found["path"]).suffix for found in data(result)["artifacts"]] == [".txt"]


async def test_of_a_video_behind_a_url_the_voice_is_made_and_it_is_said_that_the_video_is_not(
    model: Interpreter, translate: Call
) -> None:
    model.answer = speaking
    result = await translate("https://media.example/film.mp4", speech=True)
    assert file(result, "wav").exists()
    assert "The video itself was not made" in words(result)


@pytest.mark.parametrize(
    "url", ["https://media.example/talk.pdf", "http://127.0.0.1/talk.mp3", "ftp://a.example/a.mp3"]
)
async def test_a_url_of_something_else_is_refused(refused: Refused, translate: Call, url: str) -> None:
    assert await refused(translate(url))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"target_lang": "Klingon"}, "Klingon"),
        ({"source_lang": "Klingon"}, "Klingon"),
        ({"target_lang": "fr", "source_lang": "fr"}, "two different languages"),
        ({"target_lang": "th", "speech": True}, "speech=false"),
        ({"voice": "Cherry"}, "speech is true"),
        ({"speech": True, "voice": "Dylan"}, "does not speak French. These do: Cherry"),
        ({"speech": True, "voice": "Nobody"}, "no voice “Nobody”"),
    ],
)
async def test_languages_and_voices_that_cannot_be_had_are_refused_with_those_that_can(
    refused: Refused, translate: Call, arguments: dict[str, Any], expected: str
) -> None:
    assert expected in await refused(translate(**arguments))


@pytest.mark.parametrize(
    ("target", "voice", "spelled"), [("zh", "dylan", "Dylan"), ("yue", "", "Kiki"), ("en", "NOFISH", "Nofish")]
)
async def test_a_voice_is_found_in_any_case_and_one_that_fits_is_taken_without(
    model: Interpreter, translate: Call, target: str, voice: str, spelled: str
) -> None:
    model.answer = speaking
    await translate(target_lang=target, speech=True, voice=voice)
    assert {body["audio"]["voice"] for body in model.requests} == {spelled}


async def test_a_preview_says_how_long_and_how_much_and_sends_nothing(refused: Refused, translate: Call) -> None:
    result = await translate(preview=True, speech=True)
    found = data(result)
    assert found["details"]["seconds"] == pytest.approx(28, abs=0.1)
    assert 0.005 < found["details"]["cost"] < 0.05
    assert re.search(r"Preview: talk.wav: 0.5 minutes, .*CNY, about \d+ s. Nothing was sent or paid.", words(result))


async def test_a_preview_of_a_url_says_that_nobody_knows_its_length(translate: Call) -> None:
    assert "its length is not known" in words(await translate("https://media.example/a.mp3", preview=True))


async def test_a_long_text_is_shown_in_part_and_is_whole_in_the_file(model: Interpreter, translate: Call) -> None:
    model.answer = lambda _, name: streamed(written("слово " * 2000, "stop"))
    result = await translate()
    assert len(data(result)["text"].encode()) <= 5_000
    assert len(words(result).encode()) <= 8_000
    assert file(result, "txt").read_text("utf-8").count("слово") == 6000


async def test_a_hundred_pieces_come_back_as_one(
    model: Interpreter, translate: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def many(*arguments: Any, **options: Any) -> Cut:
        await cut(*arguments, **options)
        return Cut([Piece(at / 10, at / 10 + 0.1, ((at / 10, at / 10 + 0.1),)) for at in range(100)], 0.0)

    monkeypatch.setattr(sys.modules["qwen_localize_tools.translate_media.work"], "cut", many)
    model.answer = lambda *_: streamed(written(f"number {model.count}"))
    result = await translate()
    assert (model.count, data(result)["details"]["pieces"]) == (100, 100)
    assert len(set(file(result, "txt").read_text("utf-8").splitlines())) == 100
    assert len(words(result).encode()) <= 8_000


async def test_a_name_with_odd_signs_is_kept_as_far_as_files_can_have_it(
    model: Interpreter, translate: Call, tmp_path: Path
) -> None:
    result = await translate(talk(tmp_path / "ein: “Gespräch”\n?.wav", [3]))
    assert all(Path(found["path"]).exists() for found in data(result)["artifacts"])
    assert "\n?" not in words(result)


async def test_a_region_without_the_model_is_refused(refused: Refused, translate: Call, tmp_path: Path) -> None:
    settings = {"settings": {"base_url": None, "region": "us-east-1"}}
    assert await refused(translate("https://media.example/a.mp3", **settings))
