"""The engine against services that hear, answer, and break: nothing is lost, nothing doubled."""

import random
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from fakes_speech import FakeService, FakeSocket, recording, utterances
from qwen_localize.errors import LocalizeError, OutOfFunds, ServiceFailed, TimedOut
from qwen_localize_tools.interpret_speech.events import Partial
from qwen_localize_tools.interpret_speech.interpreter import Interpreter
from qwen_localize_tools.interpret_speech.models import ROWS
from qwen_localize_tools.interpret_speech.session import Listener, Said
from qwen_localize_tools.interpret_speech.sounds import FileSound, LiveSound
from qwen_localize_tools.interpret_speech.wish import Wish
from virtual_time import VirtualClock

LIVE, NESTED = "qwen3.5-livetranslate-flash-realtime", "qwen3.8-livetranslate-flash-realtime"
GUMMY, CHAT = "gummy-realtime-v1", "gummy-chat-v1"
OMNI, SHORT_OMNI = "qwen3.5-omni-plus-realtime", "qwen3-omni-flash-realtime"
ALL = [LIVE, NESTED, GUMMY, CHAT, OMNI, SHORT_OMNI]
SPEECH = utterances(12)
SECONDS = 52.0


class Desk:
    """A recording, a service, and who writes down what is heard."""

    def __init__(self, folder: Path, model: str, *, speech: bool = False, sound: bytes | None = None) -> None:
        self.path = folder / "sound"
        self.path.write_bytes(recording(SPEECH, SECONDS) if sound is None else sound)
        self.service, self.clock = FakeService(model), VirtualClock()
        self.row = ROWS[model]
        self.wish = Wish(model, "en", "English", voice="Tina" if speech else "")
        self.said: list[Said] = []
        self.partials: list[Partial] = []

    async def run(self, sound: FileSound | LiveSound | None = None) -> Interpreter:
        engine = Interpreter(self.row, self.wish, self.service, self.clock, Listener(self._hear, self._tell))  # type: ignore[arg-type]
        await engine.run(sound or FileSound(self.path), self.said[-1].end if self.said else 0)
        return engine

    async def _hear(self, said: Said) -> None:
        await anyio.sleep(0.01)
        self.said.append(said)

    async def _tell(self, at: int, partial: Partial) -> None:
        self.partials.append(partial)

    @property
    def sentences(self) -> list[Said]:
        return [one for one in self.said if one.source or one.error]

    @property
    def texts(self) -> list[str]:
        return [f"{one.source} = {one.translation}" for one in self.sentences]


EXPECTED = [f"said {number} (20) = translated {number}" for number in range(len(SPEECH))]


@pytest.mark.parametrize("model", ALL)
async def test_every_sentence_comes_with_its_times_and_its_translation(tmp_path: Path, model: str) -> None:
    desk = Desk(tmp_path, model)
    await desk.run()
    assert desk.texts == EXPECTED
    for one, (start, end) in zip(desk.sentences, SPEECH, strict=True):
        assert one.start == pytest.approx(start * 1000, abs=150)
        assert one.end == pytest.approx(end * 1000, abs=150)
    assert desk.said[-1].end == SECONDS * 1000
    assert desk.service.open == 0
    assert desk.service.used.input > 0


@pytest.mark.parametrize("model", ALL)
@pytest.mark.parametrize("seed", range(10))
async def test_wherever_connections_drop_the_transcript_is_the_same(tmp_path: Path, model: str, seed: int) -> None:
    chance = random.Random(f"{model} {seed}")
    drops = {session: chance.randrange(3, 40) for session in range(1, 11)}
    desk = Desk(tmp_path, model)
    desk.service.fault = lambda session, event: "drop" if event == drops.get(session) else ""
    await desk.run()
    assert desk.texts == EXPECTED
    assert desk.service.open == 0


def once(kind: str, session: int, event: int) -> Callable[[int, int], str]:
    return lambda one, other: kind if (one, other) == (session, event) else ""


@pytest.mark.parametrize("model", [LIVE, GUMMY, OMNI])
@pytest.mark.parametrize("kind", ["mute", "error"])
async def test_a_service_that_fails_in_the_middle_is_called_again(tmp_path: Path, model: str, kind: str) -> None:
    desk = Desk(tmp_path, model)
    desk.service.fault = once(kind, 1, 14)
    engine = await desk.run()
    assert desk.texts == EXPECTED
    assert engine.sessions == 2


async def test_after_five_sessions_for_nothing_it_ends_and_what_was_heard_stands(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LIVE)
    desk.service.fault = lambda session, event: "drop" if event == (60 if session == 1 else 4) else ""
    with pytest.raises(ServiceFailed):
        await desk.run()
    assert len(desk.service.sockets) == 6
    assert desk.texts == EXPECTED[: len(desk.texts)]
    assert len(desk.texts) >= 3
    pauses = [pause for pause in desk.clock.slept if pause >= 1]
    assert pauses[:4] == [1, 2, 4, 8] or sorted(pauses)[-2:] == [4, 8]


@pytest.mark.parametrize("model", [LIVE, NESTED, GUMMY])
async def test_music_of_which_the_service_says_nothing_is_passed_over_however_long(tmp_path: Path, model: str) -> None:
    music = array("h", [900, -900] * 8000 * 400).tobytes()
    desk = Desk(tmp_path, model, sound=music + recording(SPEECH, SECONDS))
    engine = await desk.run()
    assert desk.texts == EXPECTED
    assert desk.sentences[0].start == 401_000
    assert engine.sessions < 20


async def test_a_service_that_takes_long_for_each_word_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeSocket, "latency", 28.0)
    desk = Desk(tmp_path, LIVE)
    engine = await desk.run()
    assert desk.texts == EXPECTED
    assert engine.sessions == 1


async def test_what_only_the_user_can_mend_ends_it_at_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LIVE)
    desk.service.refused = OutOfFunds("No money.")
    with pytest.raises(OutOfFunds):
        await desk.run()
    assert desk.service.sockets == []


async def test_settings_that_are_refused_are_not_sent_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LIVE)
    desk.service.fault = once("error", 1, 1)
    with pytest.raises(LocalizeError, match="internal_error"):
        await desk.run()
    assert len(desk.service.sockets) == 1


async def test_a_sentence_that_is_always_refused_is_left_out_with_the_reason(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LIVE)
    first = EXPECTED[0]
    desk.service.fault = lambda session, event: "error" if session < 4 and event == (16 if session == 1 else 8) else ""
    await desk.run()
    assert desk.texts[0] == first
    assert [one.error for one in desk.sentences if one.error] == ["internal_error: oh"]
    assert desk.texts[-1] == EXPECTED[-1]


async def test_long_silences_are_not_sent_and_times_stay_those_of_the_recording(tmp_path: Path) -> None:
    there = [(1.0, 3.0), (5.0, 7.0), (90.0, 92.0), (100.0, 103.0), (400.0, 402.0)]
    desk = Desk(tmp_path, GUMMY, sound=recording(there, 600.0))
    await desk.run()
    assert [one.start / 1000 for one in desk.sentences] == pytest.approx([start for start, _ in there], abs=0.15)
    assert [one.end / 1000 for one in desk.sentences] == pytest.approx([end for _, end in there], abs=0.15)
    assert desk.service.seconds < 50
    assert len(desk.service.sockets) == 1


async def test_a_silence_that_was_not_sent_is_not_counted_when_a_session_breaks(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LIVE, sound=recording([(1.0, 3.0), (300.0, 302.0)], 310.0))
    desk.service.fault = once("drop", 1, 15)
    await desk.run()
    assert desk.service.sockets[0].seconds > 5
    assert desk.service.used.input < 7 * 20


def chatting_instead(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Have the service talk of the weather, on and on, in the place of an event."""
    received = FakeSocket.receive

    async def receive(self: FakeSocket, seconds: float) -> dict[str, Any]:
        found = await received(self, seconds)
        if found["type"] == kind:
            await anyio.sleep(10)
            self._say(found)
            return {"type": "weather"}
        return found

    monkeypatch.setattr(FakeSocket, "receive", receive)


async def test_a_session_that_is_kept_awake_for_nothing_comes_to_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chatting_instead(monkeypatch, "session.finished")
    desk = Desk(tmp_path, LIVE)
    with anyio.fail_after(3600):
        await desk.run()
    assert desk.texts == EXPECTED


async def test_an_answer_that_never_ends_is_given_up_however_lively_the_connection_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chatting_instead(monkeypatch, "response.done")
    desk = Desk(tmp_path, OMNI)
    with anyio.fail_after(24 * 3600), pytest.raises(TimedOut, match="did not answer within 60 s"):
        await desk.run()


async def test_of_silence_alone_nothing_is_sent(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LIVE, sound=bytes(32000 * 60))
    engine = await desk.run()
    assert (engine.sessions, desk.sentences, desk.service.sockets) == (0, [], [])


@pytest.mark.parametrize(("model", "pace"), [(LIVE, 1.0), (GUMMY, 8.0), (OMNI, 1.0)])
async def test_sound_is_sent_at_the_pace_of_the_model(tmp_path: Path, model: str, pace: float) -> None:
    desk = Desk(tmp_path, model)
    began = desk.clock.now()
    await desk.run()
    assert desk.clock.now() - began == pytest.approx(desk.service.seconds / pace, rel=0.25, abs=3)


async def test_the_voice_comes_with_its_sentence(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LIVE, speech=True)
    await desk.run()
    assert [b"".join(one.voice) for one in desk.sentences] == [b"\1\0" * 2400] * len(SPEECH)
    assert desk.service.used.speech == 8 * len(SPEECH)


async def test_an_omni_session_ends_before_its_memory_is_full(tmp_path: Path) -> None:
    desk = Desk(tmp_path, SHORT_OMNI)
    engine = await desk.run()
    assert engine.sessions == 2
    assert [socket.turns for socket in desk.service.sockets] == [7, 5]  # type: ignore[attr-defined]


async def test_a_chat_session_is_begun_anew_for_each_sentence(tmp_path: Path) -> None:
    desk = Desk(tmp_path, CHAT)
    engine = await desk.run()
    assert engine.sessions == len(SPEECH)


async def test_begun_anew_it_sends_only_what_is_not_done_with(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LIVE)
    with anyio.move_on_after(20):
        await desk.run()
    assert desk.service.open == 0
    done, seconds = len(desk.texts), desk.service.seconds
    assert 2 <= done <= 6
    await desk.run()
    assert desk.texts == EXPECTED
    assert desk.service.seconds - seconds <= SECONDS - desk.said[done - 1].end / 1000 + 1


async def test_live_sound_is_interpreted_while_it_is_made_and_what_broke_is_caught_up_with(tmp_path: Path) -> None:
    desk, sound, pcm = Desk(tmp_path, LIVE), LiveSound(), recording(SPEECH, SECONDS)
    desk.service.fault = once("drop", 1, 20)

    async def speak() -> None:
        for first in range(0, len(pcm), 3200):
            sound.add(pcm[first : first + 3200])
            await anyio.sleep(0.1)
        sound.end()

    async with anyio.create_task_group() as group:
        group.start_soon(speak)
        await desk.run(sound)
    assert desk.texts == EXPECTED
    assert any(one.translation for one in desk.partials)


async def test_nobody_pays_for_live_silence(tmp_path: Path) -> None:
    desk, sound = Desk(tmp_path, LIVE), LiveSound()
    pcm = recording([(1.0, 3.0), (120.0, 122.0)], 125.0)

    async def speak() -> None:
        for first in range(0, len(pcm), 3200):
            sound.add(pcm[first : first + 3200])
            await anyio.sleep(0.1)
        sound.end()

    async with anyio.create_task_group() as group:
        group.start_soon(speak)
        engine = await desk.run(sound)
    assert desk.texts == ["said 0 (20) = translated 0", "said 1 (20) = translated 1"]
    assert engine.sessions == 2
    assert desk.service.seconds < 20
