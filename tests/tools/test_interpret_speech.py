"""`interpret_speech` through a client, with only the connections below faked."""

import json
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import pytest
from mcp import Client as McpClient
from mcp_types import CallToolResult

from fakes_speech import FakeService, recording, utterances
from qwen_localize.dashscope import Client
from qwen_localize.errors import OutOfFunds
from qwen_localize.mcp_server import build_server
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from qwen_localize_tools.interpret_speech import TOOL
from qwen_localize_tools.interpret_speech import recording as recordings
from qwen_localize_tools.interpret_speech.keeping import Keeper, Line
from qwen_localize_tools.interpret_speech.session import Said
from qwen_localize_tools.interpret_speech.transcript import shown
from qwen_localize_tools.interpret_speech.wish import Wish
from support import picture, words
from virtual_time import VirtualClock

LIVE = "qwen3.5-livetranslate-flash-realtime"
SPEECH = utterances(10)
SECONDS = 45.0

Serve = Callable[..., Any]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> FakeService:
    found = FakeService(LIVE)
    monkeypatch.setattr(Client, "connect", lambda _self, *rest: found.connect(*rest))
    return found


@pytest.fixture
def serve(settings: Settings, clock: VirtualClock) -> Serve:
    tools = TOOLS if TOOL in TOOLS else (*TOOLS, TOOL)

    @asynccontextmanager
    async def serving(**changes: Any) -> AsyncIterator[McpClient]:
        server = build_server(settings.model_copy(update=changes), tools, clock=clock)
        with anyio.fail_after(24 * 3600):
            async with McpClient(server) as client:
                yield client

    return serving


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    return wav(tmp_path / "talk.wav", recording(SPEECH, SECONDS))


def wav(path: Path, pcm: bytes, rate: int = 16000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return path


async def call(serve: Serve, **arguments: Any) -> CallToolResult:
    changes = arguments.pop("settings", {})
    async with serve(**changes) as client:
        result: CallToolResult = await client.call_tool("interpret_speech", {"target_lang": "en"} | arguments)
        return result


def facts(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, words(result)
    return dict(result.structured_content or {})


def transcript(result: CallToolResult) -> list[str]:
    path = next(file["path"] for file in facts(result)["artifacts"] if file["path"].endswith(".en.txt"))
    return [line for line in Path(path).read_text("utf-8").splitlines() if line.startswith("said")]


EXPECTED = [f"said {number} (20)" for number in range(len(SPEECH))]


async def test_a_recording_comes_back_in_both_languages_with_times(
    service: FakeService, serve: Serve, talk: Path
) -> None:
    result = await call(serve, audio=str(talk))
    assert transcript(result) == EXPECTED
    found = facts(result)
    assert found["status"] == "succeeded"
    assert found["details"] == {"sentences": 10, "failed": 0, "duration": 45.0, "sessions": 1}
    assert found["transcript"].startswith("[0:01-0:03]\nsaid 0 (20)\ntranslated 0\n\n[0:05-0:07]")
    assert [Path(file["path"]).name for file in found["artifacts"]] == [
        "talk.en.txt",
        "talk.en.srt",
        "talk.en.vtt",
        "talk.en-bilingual.srt",
        "talk.en-bilingual.vtt",
    ]
    srt = Path(found["artifacts"][1]["path"]).read_text("utf-8")
    assert srt.startswith("1\n00:00:01,000 --> 00:00:03,")
    assert found["estimated_cost"] == pytest.approx(10 * (20 * 40 + 10 * 100) / 1e6)
    assert service.open == 0


async def test_speech_is_a_wav_as_long_as_the_recording(service: FakeService, serve: Serve, talk: Path) -> None:
    found = facts(await call(serve, audio=str(talk), speech=True))
    voice = found["artifacts"][-1]
    assert (voice["mime_type"], voice["duration"]) == ("audio/wav", SECONDS)
    with wave.open(voice["path"]) as file:
        assert file.getframerate() == 24000
        frames = file.readframes(file.getnframes())
    assert frames[24000 * 2 :][:4800] == b"\1\0" * 2400
    assert frames.count(b"\1\0" * 2400) >= 9


async def test_a_preview_sends_nothing_and_says_cost_and_time(service: FakeService, serve: Serve, talk: Path) -> None:
    result = await call(serve, audio=str(talk), preview=True)
    assert service.sockets == []
    assert "Nothing was sent or paid" in words(result)
    assert facts(result)["details"]["cost"] == pytest.approx((315 * 40 + 248 * 100) / 1e6, rel=0.01)


async def test_a_server_that_died_is_followed_by_one_that_pays_only_for_the_rest(
    service: FakeService, serve: Serve, talk: Path
) -> None:
    async with serve(wait=20.0) as client:
        begun = facts(await client.call_tool("interpret_speech", {"audio": str(talk), "target_lang": "en"}))
        assert begun["status"] == "running"
        assert "of 0:45" in begun["message"]
    assert service.open == 0
    paid = service.seconds
    async with serve() as client:
        result = await client.call_tool("get_job", {"job_id": begun["job_id"], "wait": 600})
    assert transcript(result) == EXPECTED
    assert "were paid for before" in words(result)
    assert service.seconds <= SECONDS + 8
    assert paid > 10


async def test_a_job_that_broke_off_says_how_far_it_is_and_goes_on_from_there(
    service: FakeService, serve: Serve, talk: Path
) -> None:
    service.fault = lambda session, event: "drop" if event == (60 if session == 1 else 4) else ""
    async with serve() as client:
        broken = await client.call_tool("interpret_speech", {"audio": str(talk), "target_lang": "en"})
        assert broken.is_error
        assert "of 0:45 is interpreted and kept" in words(broken)
        service.fault = lambda _session, _event: ""
        (job,) = facts(await client.call_tool("list_jobs", {}))["jobs"]
        result = await client.call_tool("get_job", {"job_id": job["job_id"], "wait": 600})
    assert transcript(result) == EXPECTED


async def test_a_cancelled_job_closes_its_connection(service: FakeService, serve: Serve, talk: Path) -> None:
    async with serve(wait=10.0) as client:
        begun = facts(await client.call_tool("interpret_speech", {"audio": str(talk), "target_lang": "en"}))
        assert service.open == 1
        await client.call_tool("cancel_job", {"job_id": begun["job_id"]})
        await anyio.sleep(5)
        assert service.open == 0
        sent = service.seconds
        await anyio.sleep(60)
        assert service.seconds == sent


async def test_without_money_nothing_is_tried_again(service: FakeService, serve: Serve, talk: Path) -> None:
    service.refused = OutOfFunds("The account cannot pay.")
    result = await call(serve, audio=str(talk))
    assert result.is_error
    assert "The account cannot pay." in words(result)


async def test_a_silent_recording_costs_nothing(service: FakeService, serve: Serve, tmp_path: Path) -> None:
    result = await call(serve, audio=str(wav(tmp_path / "calm.wav", bytes(32000 * 30))))
    assert result.is_error
    assert "No speech was found in calm.wav (0:30)" in words(result)
    assert "Nothing was paid." in words(result)
    assert service.sockets == []


def test_as_much_of_a_transcript_is_shown_in_every_script() -> None:
    for word in ("word", "слово", "単語"):
        found = shown([Line(number, number + 1, word * 20, word * 20) for number in range(1000)])
        assert 4000 < len(found.encode()) < 6200
        assert found.endswith("more sentences, in the files.")


async def test_a_recording_that_is_refused_as_a_whole_says_why(service: FakeService, serve: Serve, talk: Path) -> None:
    service.fault = lambda _session, event: "error" if event == 8 else ""
    result = await call(serve, audio=str(talk))
    assert result.is_error
    assert "Nothing of talk.wav (0:45) could be translated. internal_error: oh" in words(result)


async def test_sentences_behind_one_whose_voice_is_gone_are_not_mixed_with_those_made_anew() -> None:
    kept: dict[str, str] = {}
    voices = {"one", "two", "three"}

    async def keep(key: Any, text: str) -> None:
        kept[json.dumps(key)] = text

    async def found(key: Any) -> str | None:
        return kept.get(json.dumps(key))

    async def keep_part(data: bytes) -> str:
        return data.decode()

    async def brought(digest: str) -> bool:
        return digest in voices

    files = SimpleNamespace(keep_part=keep_part, parts=SimpleNamespace(brought=brought))
    context: Any = SimpleNamespace(calls=SimpleNamespace(keep=keep, kept=found), files=files)
    first = Keeper(context, Wish(LIVE, "en", "English"), "digest")
    for number, name in enumerate(("one", "two", "three")):
        await first.keep(Said(number * 1000, number * 1000 + 900, name, name, (name.encode(),)))
    voices.remove("two")
    second = Keeper(context, Wish(LIVE, "en", "English"), "digest")
    await second.load()
    assert [line.source for line in second.lines] == ["one"]
    await second.keep(Said(1000, 2900, "two and three", "both"))
    third = Keeper(context, Wish(LIVE, "en", "English"), "digest")
    await third.load()
    assert [line.source for line in third.lines] == ["one", "two and three"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"target_lang": "Klingon"}, "does not know the language"),
        ({"target_lang": "Greek", "speech": True}, "does not speak it. Set speech to false"),
        ({"speech": True, "voice": "Tinna"}, "Nearest: Tina"),
        ({"voice": "Tina"}, "Set speech to true"),
        ({"model": "gummy-realtime-v1", "speech": True}, "does not speak"),
        ({"model": "gummy-realtime-v1", "hot_words": ["Tom"]}, "takes none by word"),
        ({"model": "gummy-realtime-v1", "source_lang": "th"}, "only into Japanese (ja), Vietnamese (vi), French (fr)"),
        ({"instructions": "Be brief."}, "takes none. Leave them out"),
        ({"audio": "https://example.com/talk.mp3"}, "Save it and pass its path, or use translate_media"),
        (
            {"model": "gummy-chat-v1", "settings": {"region": "ap-southeast-1", "base_url": None}},
            "is not offered in ap-southeast-1",
        ),
    ],
)
async def test_what_cannot_be_done_is_refused_before_anything_is_sent(
    service: FakeService, serve: Serve, talk: Path, arguments: dict[str, Any], expected: str
) -> None:
    result = await call(serve, **({"audio": str(talk)} | arguments))
    assert result.is_error
    assert expected in words(result)
    assert service.sockets == []


async def test_what_is_no_recording_is_refused(service: FakeService, serve: Serve, tmp_path: Path) -> None:
    files = {
        "photo.mp3": (picture(), "is a picture"),
        "empty.wav": (b"", "is empty"),
        "words.mp3": (b"Hello there, this is text. " * 200, "no recording that can be read"),
    }
    for name, (data, expected) in files.items():
        (tmp_path / name).write_bytes(data)
        result = await call(serve, audio=str(tmp_path / name))
        assert result.is_error
        assert expected in words(result)


async def test_without_pyav_a_wav_is_read_and_anything_else_is_refused(
    service: FakeService, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "can_decode", lambda: False)
    pcm = recording(SPEECH, SECONDS)
    both = b"".join(pcm[at : at + 2] * 2 for at in range(0, len(pcm), 2))
    stereo = wav(tmp_path / "stereo.wav", both, channels=2)
    assert transcript(await call(serve, audio=str(stereo))) == EXPECTED
    slow = wav(tmp_path / "slow.wav", pcm, rate=32000)
    assert facts(await call(serve, audio=str(slow), preview=True))["details"]["duration"] == SECONDS / 2
    (tmp_path / "song.mp3").write_bytes(b"ID3" + bytes(1000))
    assert "uv sync --extra media" in words(await call(serve, audio=str(tmp_path / "song.mp3")))


async def test_hot_words_go_along_in_every_form(service: FakeService, serve: Serve, talk: Path) -> None:
    for given in ({"кот": "Tom"}, '{"кот": "Tom"}', [{"source": "кот", "target": "Tom"}], ["Qwen"], "Qwen"):
        result = await call(serve, audio=str(talk), hot_words=given)
        facts(result)
    sent = [socket.sent[0]["session"]["translation"]["corpus"]["phrases"] for socket in service.sockets]
    assert sent == [{"кот": "Tom"}, {"Qwen": "Qwen"}]
