"""The realtime models, as far as they can be had without a network: they hear a recording of tones, and know them.

A recording is a row of utterances; each is a tone whose loudness says which it is. What is heard of it comes back as
`said 3 (12)`, with how many tenths of a second were heard: a sentence that was lost, doubled or cut shows.
"""

import base64
import functools
from array import array
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio

from qwen_localize.calls import Connection
from qwen_localize.errors import LocalizeError, Rejected, ServiceFailed, TimedOut
from qwen_localize.tool import Tokens

_STEP = 3200
_QUIETEST, _LOUDER = 1000, 20
_SECOND = 10

Utterance = tuple[float, float]


def recording(utterances: Sequence[Utterance], seconds: float) -> bytes:
    """Raw sound of 16 kHz with a tone for each utterance, from and to in seconds."""
    return _recording(tuple(utterances), seconds)


@functools.lru_cache(maxsize=8)
def _recording(utterances: tuple[Utterance, ...], seconds: float) -> bytes:
    made = bytearray(int(seconds * 16000) * 2)
    for number, (start, end) in enumerate(utterances):
        level = _QUIETEST + number * _LOUDER
        tone = array("h", [level, -level] * int((end - start) * 8000)).tobytes()
        first = int(start * 16000) * 2
        made[first : first + len(tone)] = tone
    return bytes(made)


def utterances(count: int, length: float = 2.0, pause: float = 2.0) -> list[Utterance]:
    return [(1.0 + number * (length + pause), 1.0 + number * (length + pause) + length) for number in range(count)]


@functools.lru_cache(maxsize=4096)
def _loudest(pcm: bytes) -> tuple[int, int]:
    """Of a piece that many tests hear: its loudest sample, and how many samples it has."""
    samples = array("h", pcm)
    return max(samples, default=0), len(samples)


class Heard:
    """What a service makes of the sound: which utterance, from when to when, how much of it."""

    def __init__(self, silence: int) -> None:
        self._silence = silence
        self.sent = 0
        self.now: tuple[int, int, int, int] | None = None

    def hear(self, pcm: bytes) -> Iterator[tuple[str, tuple[int, int, int, int]]]:
        """`began` and `ended`, with number, start and end in milliseconds, and tenths of a second."""
        for first in range(0, len(pcm), _STEP):
            loudest, samples = _loudest(bytes(pcm[first : first + _STEP]))
            start, self.sent = self.sent, self.sent + samples // 16
            if loudest >= _QUIETEST:
                number = (loudest - _QUIETEST) // _LOUDER
                if self.now and self.now[0] != number:
                    yield "ended", self.now
                    self.now = None
                if not self.now:
                    self.now = (number, start, self.sent, 0)
                    yield "began", self.now
                self.now = (number, self.now[1], self.sent, self.now[3] + 1)
            elif self.now and self.sent - self.now[2] >= self._silence:
                ended, self.now = self.now, None
                yield "ended", ended

    def rest(self) -> Iterator[tuple[str, tuple[int, int, int, int]]]:
        if self.now:
            ended, self.now = self.now, None
            yield "ended", ended


class FakeSocket:
    """One connection. `fault` is asked with the number of each event about to go out, and may end the connection."""

    latency = 0.3

    def __init__(self, fault: Callable[[int], str]) -> None:
        self._fault = fault
        self._due: deque[tuple[float, dict[str, Any]]] = deque()
        self._changed = anyio.Event()
        self._told = 0
        self._end: LocalizeError | None = None
        self.is_mute = False
        self.sent: list[Any] = []
        self.seconds = 0.0
        self.times: list[float] = []

    async def send(self, message: dict[str, Any] | bytes) -> None:
        if self._end:
            raise self._end
        self.sent.append(message if isinstance(message, dict) and "audio" not in message else "sound")
        for event in self.answers(message):
            self._say(event)
        await anyio.lowlevel.checkpoint()

    def answers(self, message: dict[str, Any] | bytes) -> Iterator[dict[str, Any]]:
        raise NotImplementedError

    def failure(self, code: Any, message: Any) -> LocalizeError:
        return Rejected(f"{code}: {message}")

    def _say(self, event: dict[str, Any]) -> None:
        self._due.append((anyio.current_time() + self.latency, event))
        self._changed.set()
        self._changed = anyio.Event()

    async def receive(self, seconds: float) -> dict[str, Any]:
        with anyio.move_on_after(seconds):
            while not self.is_mute:
                if self._due and self._due[0][0] <= anyio.current_time():
                    return self._next()
                if self._end:
                    raise self._end
                with anyio.move_on_after(self._due[0][0] - anyio.current_time() if self._due else None):
                    await self._changed.wait()
            await anyio.sleep_forever()
        raise TimedOut("It said nothing.")

    def _next(self) -> dict[str, Any]:
        self._told += 1
        match self._fault(self._told):
            case "drop":
                self._end = ServiceFailed("It closed the connection.")
                raise self._end
            case "mute":
                self.is_mute = True
                raise TimedOut("It said nothing.")
            case "error":
                return self.error()
        return self._due.popleft()[1]

    def error(self) -> dict[str, Any]:
        return {"type": "error", "error": {"type": "server_error", "code": "internal_error", "message": "oh"}}


class LiveSocket(FakeSocket):
    """livetranslate: hears itself where sentences end, after a second of silence."""

    def __init__(self, fault: Callable[[int], str]) -> None:
        super().__init__(fault)
        self.heard = Heard(1000)
        self.speech = False

    def answers(self, message: dict[str, Any] | bytes) -> Iterator[dict[str, Any]]:
        assert isinstance(message, dict)
        match message["type"]:
            case "session.update":
                settings = message["session"]
                self.speech = "audio" in (settings.get("modalities") or settings["output_modalities"])
                yield {"type": "session.created", "session": {}}
                yield {"type": "session.updated", "session": settings}
            case "input_audio_buffer.append":
                pcm = base64.b64decode(message["audio"])
                self.seconds += len(pcm) / 32000
                self.times.append(anyio.current_time())
                for what, one in self.heard.hear(pcm):
                    yield from self._began(one) if what == "began" else self._ended(one)
            case "session.finish":
                for _, one in self.heard.rest():
                    yield from self._ended(one)
                yield {"type": "session.finished"}

    def _began(self, one: tuple[int, int, int, int]) -> Iterator[dict[str, Any]]:
        name = f"item-{one[0]}"
        yield {"type": "input_audio_buffer.speech_started", "audio_start_ms": one[1], "item_id": name}
        yield {
            "type": "conversation.item.input_audio_transcription.text",
            "item_id": name,
            "text": "",
            "stash": "sai",
        }

    def _ended(self, one: tuple[int, int, int, int]) -> Iterator[dict[str, Any]]:
        number, _, end, tenths = one
        said, answer, response = f"item-{number}", f"answer-{number}", f"response-{number}"
        yield {"type": "input_audio_buffer.speech_stopped", "audio_end_ms": end, "item_id": said}
        yield {"type": "input_audio_buffer.committed", "item_id": said}
        yield {"type": "conversation.item.created", "item": {"id": said, "role": "user"}}
        yield from spoken(said, answer, response, f"said {number} ({tenths})", f"translated {number}", self.speech)


def spoken(said: str, answer: str, response: str, source: str, text: str, speech: bool) -> Iterator[dict[str, Any]]:
    """What follows when a sentence was heard."""
    kind = "audio_transcript" if speech else "text"
    whole = {"transcript": text} if speech else {"text": text}
    ids = {"response_id": response, "item_id": answer}
    yield {"type": "response.created", "response": {"id": response}}
    yield {"type": "response.output_item.added", "response_id": response, "item": {"id": answer}}
    yield {"type": "conversation.item.created", "previous_item_id": said, "item": {"id": answer, "role": "assistant"}}
    yield {"type": f"response.{kind}.text", "text": text[:4], "stash": "…", **ids}
    if speech:
        yield {"type": "response.audio.delta", "delta": base64.b64encode(b"\1\0" * 2400).decode(), **ids}
        yield {"type": "response.audio.done", **ids}
    yield {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": said,
        "transcript": source,
    }
    yield {"type": f"response.{kind}.done", **whole, **ids}
    usage = {"input_tokens": 20, "output_tokens": 10, "output_tokens_details": {"audio_tokens": 8 if speech else 0}}
    yield {"type": "response.done", "response": {"id": response, "status": "completed", "usage": usage}}


class OmniSocket(LiveSocket):
    """omni: answers what is committed, when it is asked to."""

    def __init__(self, fault: Callable[[int], str]) -> None:
        super().__init__(fault)
        self.heard = Heard(10**9)
        self.turns = 0
        self._told_here: list[tuple[int, int, int, int]] = []

    def answers(self, message: dict[str, Any] | bytes) -> Iterator[dict[str, Any]]:
        assert isinstance(message, dict)
        match message["type"]:
            case "input_audio_buffer.append":
                pcm = base64.b64decode(message["audio"])
                self.seconds += len(pcm) / 32000
                self._told_here += [one for what, one in self.heard.hear(pcm) if what == "ended"]
            case "input_audio_buffer.commit":
                self.turns += 1
                yield {"type": "input_audio_buffer.committed", "item_id": f"item-{self.turns}"}
            case "response.create":
                found = [*self._told_here, *(one for _, one in self.heard.rest())]
                self._told_here = []
                source = ", ".join(f"said {one[0]} ({one[3]})" for one in found)
                text = ", ".join(f"translated {one[0]}" for one in found)
                said, answer = f"item-{self.turns}", f"answer-{self.turns}"
                yield from spoken(said, answer, f"response-{self.turns}", source, text, self.speech)
            case _:
                yield from super().answers(message)


class GummySocket(FakeSocket):
    """Gummy: a task in binary frames. `alone`: it ends after one sentence."""

    alone = False

    def __init__(self, fault: Callable[[int], str]) -> None:
        super().__init__(fault)
        self.heard = Heard(700)
        self._is_over = False

    def answers(self, message: dict[str, Any] | bytes) -> Iterator[dict[str, Any]]:
        if self._is_over:
            return
        if isinstance(message, bytes):
            self.seconds += len(message) / 32000
            for what, one in self.heard.hear(message):
                yield self._result(one, is_whole=what == "ended")
                if what == "ended" and self.alone:
                    yield from self._finished()
                    return
        elif message["header"]["action"] == "run-task":
            yield {"header": {"event": "task-started"}, "payload": {}}
        else:
            for _, one in self.heard.rest():
                yield self._result(one, is_whole=True)
            yield from self._finished()

    def _finished(self) -> Iterator[dict[str, Any]]:
        self._is_over = True
        yield {"header": {"event": "task-finished"}, "payload": {"output": {}, "usage": None}}

    def _result(self, one: tuple[int, int, int, int], *, is_whole: bool) -> dict[str, Any]:
        number, start, end, tenths = one
        row = {"sentence_id": number, "begin_time": start, "sentence_end": is_whole}
        row |= {"end_time": end} if is_whole else {}
        output = {
            "transcription": row | {"text": f"said {number} ({tenths})", "words": []},
            "translations": [row | {"text": f"translated {number}", "lang": "en"}],
        }
        usage = {"duration": int(self.seconds) + 1}
        return {"header": {"event": "result-generated"}, "payload": {"output": output, "usage": usage}}

    def error(self) -> dict[str, Any]:
        return {"header": {"event": "task-failed", "error_code": "CLIENT_ERROR", "error_message": "oh"}}


class ChatSocket(GummySocket):
    alone = True


def sockets_of(model: str) -> type[FakeSocket]:
    if model == "gummy-chat-v1":
        return ChatSocket
    return GummySocket if "gummy" in model else OmniSocket if "omni" in model else LiveSocket


class FakeService:
    """All connections to one model, one after the other; also what `Interpreter` needs of a series.

    Args:
        model: its name.
        fault: what goes wrong: of the number of the connection and of the event in it, "" for nothing.
    """

    def __init__(self, model: str, fault: Callable[[int, int], str] = lambda _session, _event: "") -> None:
        self._kind, self.fault = sockets_of(model), fault
        self.sockets: list[FakeSocket] = []
        self.open = 0
        self.used = Tokens()
        self.refused: LocalizeError | None = None

    @property
    def seconds(self) -> float:
        """How much sound was sent."""
        return sum(socket.seconds for socket in self.sockets)

    @asynccontextmanager
    async def connected(self, path: str, params: dict[str, str], expected: Tokens) -> AsyncIterator[Connection]:
        async with self.connect(path, params) as socket:
            connection = Connection(socket)  # type: ignore[arg-type]
            try:
                yield connection
            finally:
                self.used += connection.used

    @asynccontextmanager
    async def connect(self, path: str, params: dict[str, str], departure: Any = None) -> AsyncIterator[FakeSocket]:
        if self.refused:
            raise self.refused
        number = len(self.sockets) + 1
        socket = self._kind(lambda event: self.fault(number, event))
        self.sockets.append(socket)
        self.open += 1
        try:
            yield socket
        finally:
            self.open -= 1
