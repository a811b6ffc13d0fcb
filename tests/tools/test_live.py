"""Interpreting somebody who speaks now: what is confirmed, when, and how much is kept of it."""

import base64
from array import array
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import anyio
import pysubs2
import pytest

from qwen_localize.errors import BadArgument, LocalizeError, Rejected, ServiceFailed, TimedOut
from qwen_localize_tools.interpret_speech import live
from qwen_localize_tools.interpret_speech.sounds import LiveSound
from virtual_time import VirtualClock, until

SECOND = 32_000
TONE = array("h", [4000, -4000] * 8000).tobytes()
SILENCE = bytes(SECOND)
LATENCY = 0.5


def tone(seconds: float) -> bytes:
    return (TONE * 10)[: int(seconds * SECOND)]


class Socket:
    """A connection to a model that ends a sentence after a second of silence, and answers half a second later."""

    def __init__(self, number: int, drop_after: float | None) -> None:
        self._number, self._drop_after = number, drop_after
        self._due: deque[tuple[float, dict[str, Any]]] = deque()
        self._changed = anyio.Event()
        self.sent = self.loud = 0
        self.began: int | None = None
        self.is_finished = False

    async def send(self, message: dict[str, Any]) -> None:
        for event in self._answers(message):
            self._due.append((anyio.current_time() + LATENCY, event))
        self._changed.set()
        await anyio.lowlevel.checkpoint()

    def _answers(self, message: dict[str, Any]) -> Iterator[dict[str, Any]]:
        match message["type"]:
            case "session.update":
                yield {"type": "session.updated"}
            case "input_audio_buffer.append":
                yield from self._hear(base64.b64decode(message["audio"]))
            case "session.finish":
                self.is_finished = True
                yield from self._sentence() if self.began is not None else ()
                yield {"type": "session.finished"}

    def _hear(self, pcm: bytes) -> Iterator[dict[str, Any]]:
        start, self.sent = self.sent, self.sent + len(pcm) // 32
        if any(pcm):
            self.began, self.loud = start if self.began is None else self.began, self.sent
            yield {"type": "conversation.item.input_audio_transcription.text", "item_id": self._item, "stash": "he"}
        elif self.began is not None and self.sent - self.loud >= 1000:
            yield from self._sentence()

    @property
    def _item(self) -> str:
        return f"item-{self._number}-{self.began}"

    def _sentence(self) -> Iterator[dict[str, Any]]:
        item, response = {"item_id": self._item}, {"response_id": f"r-{self._item}", "item_id": f"a-{self._item}"}
        yield {"type": "input_audio_buffer.speech_started", "audio_start_ms": self.began, **item}
        yield {"type": "input_audio_buffer.speech_stopped", "audio_end_ms": self.loud, **item}
        yield {"type": "input_audio_buffer.committed", **item}
        yield {"type": "response.output_item.added", "item": {"id": f"a-{self._item}"}, **response}
        answer = {"id": f"a-{self._item}", "role": "assistant"}
        yield {"type": "conversation.item.created", "previous_item_id": self._item, "item": answer}
        source = f"heard {(self.loud - (self.began or 0)) / 1000:g} s"
        yield {"type": "conversation.item.input_audio_transcription.completed", "transcript": source, **item}
        yield {"type": "response.text.done", "text": source.upper(), **response}
        yield {"type": "response.done", "response": {"id": response["response_id"], "status": "completed"}}
        self.began = None

    async def receive(self, seconds: float) -> dict[str, Any]:
        with anyio.move_on_after(seconds):
            while True:
                if self._drop_after is not None and self.sent >= self._drop_after * 1000:
                    raise ServiceFailed("It closed the connection.")
                if self._due and self._due[0][0] <= anyio.current_time():
                    return self._due.popleft()[1]
                self._changed = anyio.Event()
                with anyio.move_on_after(self._due[0][0] - anyio.current_time() if self._due else None):
                    await self._changed.wait()
        raise TimedOut("It said nothing.")

    def count(self, tokens: object) -> None:
        pass

    def failure(self, code: object, message: object) -> LocalizeError:
        return Rejected(f"{code}: {message}")


class Service:
    """All connections, one after the other; the first may be dropped at some second of its sound."""

    def __init__(self, drop_after: float | None = None) -> None:
        self._drops = [drop_after]
        self.sockets: list[Socket] = []
        self.receipt = SimpleNamespace(cost=0.0)

    @asynccontextmanager
    async def connected(self, *_: object) -> AsyncIterator[Socket]:
        self.sockets.append(Socket(len(self.sockets), self._drops.pop() if self._drops else None))
        yield self.sockets[-1]


class Heard:
    """Who wants to know what is said."""

    def __init__(self) -> None:
        self.confirmed: list[live.Confirmed] = []
        self.provisional_texts: list[str] = []

    async def confirm(self, said: live.Confirmed) -> None:
        self.confirmed.append(said)

    async def provisional(self, source: str, translation: str) -> None:
        self.provisional_texts.append(source)


def session(service: Service, clock: VirtualClock) -> live.Live:
    context: Any = SimpleNamespace(clock=clock, calls=SimpleNamespace(series=lambda _model: service))
    return live.Live(context, live.wanted(live.DEFAULT_MODEL, "en", "ru", speech=False, voice=""))


async def speak(session: live.Live, pcm: bytes) -> None:
    """As a microphone does: a piece every tenth of a second."""
    for first in range(0, len(pcm), 3200):
        await anyio.sleep(0.1)
        session.add(pcm[first : first + 3200])
    session.end()


async def pipe(session: live.Live, pcm: bytes) -> None:
    """As a file does: as fast as it is taken."""
    for first in range(0, len(pcm), 3200):
        session.add(pcm[first : first + 3200])
        await session.ready()
    session.end()


async def interpreted(service: Service, clock: VirtualClock, pcm: bytes, how: Any = speak) -> Heard:
    running, heard = session(service, clock), Heard()
    async with anyio.create_task_group() as group:
        group.start_soon(how, running, pcm)
        await running.run(heard)
    return heard


TWO = SILENCE + tone(2) + SILENCE * 2 + tone(1) + SILENCE * 2


async def test_each_sentence_is_confirmed_with_its_times_and_looked_at_before(clock: VirtualClock) -> None:
    heard = await interpreted(Service(), clock, TWO)
    assert [(said.start, said.end, said.translation) for said in heard.confirmed] == [
        (1.0, 3.0, "HEARD 2 S"),
        (5.0, 6.0, "HEARD 1 S"),
    ]
    assert "he" in heard.provisional_texts


async def test_the_latency_is_counted_from_the_end_of_the_speech(clock: VirtualClock) -> None:
    heard = await interpreted(Service(), clock, TWO)
    # A second of silence ends a sentence, and half a second later it is there.
    assert [said.latency for said in heard.confirmed] == pytest.approx([1.5, 1.5], abs=0.35)


async def test_a_broken_connection_loses_and_doubles_nothing_of_somebody_who_goes_on_speaking(
    clock: VirtualClock,
) -> None:
    service = Service(drop_after=3.0)
    heard = await interpreted(service, clock, TWO)
    assert [said.translation for said in heard.confirmed] == ["HEARD 2 S", "HEARD 1 S"]
    assert len(service.sockets) == 2
    assert heard.confirmed[0].latency > 1.5


@pytest.mark.parametrize("how", [speak, pipe])
async def test_of_nothing_but_silence_nothing_is_sent(how: Any, clock: VirtualClock) -> None:
    service = Service()
    heard = await interpreted(service, clock, SILENCE * 30, how)
    assert (heard.confirmed, service.sockets) == ([], [])


async def test_a_recording_is_taken_as_fast_as_it_is_sent_and_no_faster(clock: VirtualClock) -> None:
    began, longest = clock.now(), 0.0
    service = Service()
    running, heard = session(service, clock), Heard()

    async def piped() -> None:
        nonlocal longest
        for number in range(300):
            running.add(tone(0.1) if number % 40 < 20 else bytes(3200))
            await running.ready()
            longest = max(longest, number / 10 - sum(socket.sent for socket in service.sockets) / 1000)
        running.end()

    async with anyio.create_task_group() as group:
        group.start_soon(piped)
        await running.run(heard)
    assert len(heard.confirmed) == 8
    assert longest < 3
    assert 30 / 1.5 <= clock.now() - began < 30


async def test_who_speaks_into_a_pipe_is_never_kept_waiting(clock: VirtualClock) -> None:
    running = session(Service(), clock)  # nobody reads
    for _ in range(600):
        await anyio.sleep(0.1)
        running.add(tone(0.1))
        with anyio.fail_after(0.01):
            await running.ready()


async def test_ending_while_somebody_speaks_interprets_what_was_said_and_finishes_the_session(
    clock: VirtualClock,
) -> None:
    service = Service()
    running, heard = session(service, clock), Heard()

    async def spoken() -> None:
        for _ in range(30):
            await anyio.sleep(0.1)
            running.add(tone(0.1))
        running.end()
        running.add(tone(5))  # what comes later is not heard

    async with anyio.create_task_group() as group:
        group.start_soon(spoken)
        await running.run(heard)
    assert [said.translation for said in heard.confirmed] == ["HEARD 3 S"]
    assert service.sockets[0].is_finished


async def test_ending_while_it_connects_anew_loses_nothing(clock: VirtualClock) -> None:
    service = Service(drop_after=2.5)
    running, heard = session(service, clock), Heard()

    async def spoken() -> None:
        for _ in range(30):
            await anyio.sleep(0.1)
            running.add(tone(0.1))
        await until(lambda: len(service.sockets) == 2)
        running.end()

    async with anyio.create_task_group() as group:
        group.start_soon(spoken)
        await running.run(heard)
    assert [said.translation for said in heard.confirmed] == ["HEARD 3 S"]


async def test_an_hour_in_which_nobody_speaks_takes_no_memory(clock: VirtualClock) -> None:
    running = session(Service(), clock)
    async with anyio.create_task_group() as group:
        group.start_soon(running.run, Heard())
        for _ in range(3600 // 10):
            await anyio.sleep(10)
            running.add(SILENCE * 10)
            await anyio.wait_all_tasks_blocked()
        assert len(running._sound._kept) < 20 * SECOND
        assert len(running._moments._came) <= 6000
        running.end()


def test_of_sound_that_nobody_confirms_ten_minutes_are_kept() -> None:
    sound = LiveSound()
    for _ in range(1200):
        sound.add(TONE[:SECOND])
    assert len(sound._kept) == 600 * SECOND


def test_the_moments_of_pieces_of_odd_sizes_do_not_drift(clock: VirtualClock) -> None:
    total = 0
    now: Any = SimpleNamespace(now=lambda: total / SECOND)
    moments = live.Moments(now)
    for number in range(1, 20_000):
        size = 3198 + number % 3 * 2 - 14
        total += size
        moments.add(size)
    assert moments.since(round(total / SECOND * 1000) - 60_000) == pytest.approx(60, abs=0.2)
    assert moments.since(10**9) == pytest.approx(0, abs=0.2)


def test_before_any_sound_came_there_is_no_latency(clock: VirtualClock) -> None:
    assert live.Moments(clock).since(1000) == 0


def said(start: float, end: float, source: str = "Yes.", translation: str = "Да.", error: str = "") -> live.Confirmed:
    return live.Confirmed(start, end, source, translation, (), error, 1.0)


def test_subtitles_are_numbered_on_and_none_is_over_another() -> None:
    subtitler = live.Subtitler()
    sentences = [said(0, 0.2), said(0.3, 0.5), said(0.5, 40, "Long. " * 60, "Долго. " * 60), said(40, 41)]
    text = "".join(map(subtitler.text, sentences))
    events = pysubs2.SSAFile.from_string(text, format_="srt").events
    assert len(events) > 6
    assert all(one.end <= other.start for one, other in pairwise(events))
    assert [block.split("\n")[0] for block in text.strip().split("\n\n")] == [str(n + 1) for n in range(len(events))]


def test_what_could_not_be_translated_is_said_to_be_so() -> None:
    assert "(The service refused it.)" in live.Subtitler().text(said(0, 1, "", "", "The service refused it."))
    assert live.Subtitler().text(said(0, 1, "", "")) == ""
    assert said(0, 1, "Hm.", "").words == ""


def test_an_unknown_model_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadArgument, match="gummy-realtime-v1"):
        live.wanted("nope", "en", "ru", speech=False, voice="")


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44_100, 2), (48_000, 1), (16_000, 1), (22_050, 3)])
@pytest.mark.parametrize("size", [1, 777, 4096])
def test_sound_of_any_rate_is_as_long_as_it_was(rate: int, channels: int, size: int) -> None:
    resampler = live.Resampler(rate, channels)
    pcm = array("h", [1000] * (rate // 2 * channels)).tobytes() + b"\1"  # half a sample at the end
    made = array("h", b"".join(resampler.feed(pcm[first : first + size]) for first in range(0, len(pcm), size)))
    assert len(made) == pytest.approx(8000, abs=2)
    assert set(made) == {1000}
