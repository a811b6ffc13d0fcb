"""Gummy: tasks on a WebSocket, with sound in binary frames (docs/model-studio.md 10.3)."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio

from ..errors import Refusal
from ..ledger import Paid
from ..sound.activity import Activity, Event, Going, Started, Turns, Utterance
from ..sound.decoding import decode
from ..sound.pcm import HEARD_RATE, WIDTH
from ..sound.telling import Order, Telling, tell
from ..tongues import gummy_hears, gummy_translates
from .line import Line, Over
from .models import GUMMY, GummyModel

IDLE = 60.0  # service seconds without a frame after which the connection is closed
SILENCE = 23.0  # seconds of silent sound after which a task fails
LONGEST = 60.0  # seconds of sound that gummy-chat-v1 hears
_FORMATS = ("pcm", "wav", "mp3", "opus", "speex", "aac", "amr")


class _Failed(Exception):
    """The task has failed, with an error code and a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Job:
    """A checked task.

    Attributes:
        model: who carries it out.
        order: how speech is to be answered.
        form: the format of the sound.
        rate: its samples per second.
        turns: when a sentence has ended.
        transcribes: whether it recognizes.
        translates: whether it translates.
    """

    model: GummyModel
    order: Order
    form: str
    rate: int
    turns: Turns
    transcribes: bool
    translates: bool

    @property
    def price(self) -> float:
        """CNY per second of sound."""
        return self.model.price * (self.transcribes + self.translates)


async def talk(line: Line) -> None:
    """One connection: a task after the other, until the client goes or is idle."""
    await _Gummy(line).run()


class _Gummy:
    def __init__(self, line: Line) -> None:
        self._line = line
        self._task: _Task | None = None
        self._id = ""

    async def run(self) -> None:
        """Serve tasks; a failed one ends the connection."""
        try:
            while True:
                frame = await self._next()
                if isinstance(frame, bytes):
                    await self._sound(frame)
                else:
                    await self._told(frame)
        except _Failed as failed:
            await self._complain(failed.code, failed.message)
            await self._line.close()
            raise Over("failed") from failed
        finally:
            self._bill()

    async def _next(self) -> str | bytes:
        """The next frame; one that does not come in time ends the connection."""
        frames: list[str | bytes] = []
        over: list[Over] = []
        async with anyio.create_task_group() as group:

            async def receive() -> None:
                try:
                    frames.append(await self._line.receive())
                except Over as end:
                    over.append(end)
                group.cancel_scope.cancel()

            group.start_soon(receive)
            await self._line.sandbox.clock.sleep(IDLE)
            group.cancel_scope.cancel()
        if over:
            raise over[0]
        if not frames:
            await self._line.close(1000, "idle")
            raise Over("idle")
        return frames[0]

    async def _told(self, frame: str) -> None:
        header, payload = _read(frame)
        action, self._id = header.get("action"), str(header.get("task_id"))
        if action == "run-task" and self._task is None:
            self._task = _Task(self, parse(payload, hears=self._line.sandbox.config.hears))
            self._line.model = self._task.job.model.name
            await self.say("task-started", {})
        elif action == "finish-task" and self._task is not None:
            await self._task.finish()
            await self._end()
        elif action == "finish-task":  # of a task that has ended by itself
            return
        else:
            raise _Failed("CLIENT_ERROR", f"The action {action!r} is not expected now.")

    async def _sound(self, frame: bytes) -> None:
        if self._task is None:
            return  # still on its way when the task ended by itself
        while frame and self._task is not None:
            room, rate = self._line.room(), self._task.job.rate
            size = len(frame) if math.isinf(room) else max(WIDTH, int(room * rate) * WIDTH)
            piece, frame = frame[:size], frame[size:]
            await self._task.hear(piece)
            await self._line.befall(self._fail)
            if self._task.done:
                await self._end()

    async def _end(self) -> None:
        self._bill()
        self._task = None
        await self.say("task-finished", {"output": {}, "usage": None})

    def _bill(self) -> None:
        """Charge the seconds of the task that ends."""
        if self._task is None or not self._task.seconds:
            return
        sandbox, job, seconds = self._line.sandbox, self._task.job, self._task.seconds
        sandbox.ledger.bill(Paid(sandbox.clock.now(), job.model.name, seconds * job.price, seconds=seconds))
        self._task.seconds = 0.0

    async def _fail(self, code: str, message: str) -> None:
        raise _Failed(code, message)

    async def _complain(self, code: str, message: str) -> None:
        await self.say("task-failed", {}, error_code=code, error_message=message)

    async def say(self, event: str, payload: dict[str, Any], **header: str) -> None:
        """Send an event of the task."""
        head = {"task_id": self._id, "event": event, "attributes": {}, **header}
        await self._line.send({"header": head, "payload": payload})

    def got(self, seconds: float) -> None:
        """Note down sound."""
        self._line.got(seconds)

    async def work(self, pcm: bytes, job: Job) -> Telling:
        """Listen to an utterance."""
        rate = job.rate if job.form in ("pcm", "wav") else HEARD_RATE
        try:
            return await self._line.sandbox.on_sound(partial(tell, pcm, rate, job.order))
        except Refusal as refusal:
            raise _Failed("InternalError", refusal.message) from refusal

    async def decode(self, data: bytes) -> bytes:
        """Decode a whole recording to bare sound at HEARD_RATE."""
        try:
            return (await self._line.sandbox.on_sound(partial(decode, data))).pcm
        except Refusal as refusal:
            raise _Failed("UNSUPPORTED_FORMAT", refusal.message) from refusal


class _Task:
    """One task: its sound, and the sentences found in it so far."""

    def __init__(self, talk: _Gummy, job: Job) -> None:
        self.job = job
        self.seconds = 0.0
        self.done = False
        self._talk = talk
        self._bare = job.form in ("pcm", "wav")
        self._activity = Activity(job.turns, job.rate if self._bare else HEARD_RATE)
        self._packed = bytearray()  # compressed sound, decoded when it is whole
        self._beginning = True
        self._sentence = 0

    async def hear(self, frame: bytes) -> None:
        """Take a frame of sound."""
        if not self._bare:
            self._packed += frame
            return
        if self._beginning and frame[:4] == b"RIFF":
            frame = frame[frame.find(b"data") + 8 :]
        self._beginning = False
        await self._listen(frame)

    async def _listen(self, pcm: bytes) -> None:
        length = len(pcm) / WIDTH / (self.job.rate if self._bare else HEARD_RATE)
        self._talk.got(length)
        self.seconds += length
        for event in self._activity.feed(pcm):
            await self._happened(event)
            if self.done:
                return
        if self._activity.quiet >= SILENCE:
            raise _Failed("CLIENT_ERROR", f"No speech was heard for {SILENCE:.0f} seconds.")
        if self.job.model.one_sentence and self.seconds >= LONGEST:
            await self.finish()

    async def finish(self) -> None:
        """Answer what has not been answered."""
        if self._packed:
            data, self._packed = bytes(self._packed), bytearray()
            await self._listen(await self._talk.decode(data))
        for event in () if self.done else self._activity.flush():
            await self._happened(event)
        self.done = True

    async def _happened(self, event: Event) -> None:
        match event:
            case Started():
                pass
            case Going():
                begun = Telling(f"[speech, {event.lasted:.0f} s so far]", "")
                await self._result(begun, event.start, event.start + event.lasted, end=False)
            case Utterance():
                told = await self._talk.work(event.pcm, self.job)
                await self._result(told, event.start, event.end, end=False)
                await self._result(told, event.start, event.end, end=True)
                self._sentence += 1
                self.done = self.job.model.one_sentence

    async def _result(self, told: Telling, start: float, end_at: float, *, end: bool) -> None:
        output: dict[str, Any] = {}
        if self.job.transcribes:
            output["transcription"] = self._sentence_of(told.transcript, start, end_at, end=end)
        if self.job.translates and (told.text or end):
            said = self._sentence_of(told.text, start, end_at, end=end)
            output["translations"] = [{**said, "lang": self.job.order.target}]
        if output:
            usage = {"duration": math.ceil(self.seconds)} if end else None
            await self._talk.say("result-generated", {"output": output, "usage": usage})

    def _sentence_of(self, text: str, start: float, end_at: float, *, end: bool) -> dict[str, Any]:
        begin, until = round(start * 1000), round(end_at * 1000)
        # The official client needs `fixed` (docs/model-studio.md 10.3).
        return {
            "sentence_id": self._sentence, "begin_time": begin, "end_time": until if end else None,
            "current_time": until, "text": text, "words": _words(text, begin, until, fixed=end), "sentence_end": end,
        }  # fmt: skip


def parse(payload: Mapping[str, Any], *, hears: bool) -> Job:
    """Check a task.

    Raises:
        _Failed: what is wrong with it.
    """
    model, given = GUMMY.get(str(payload.get("model"))), payload.get("parameters") or {}
    if model is None:
        raise _Failed("ModelNotFound", "The model does not exist.")
    if (payload.get("task_group"), payload.get("task"), payload.get("function")) != ("audio", "asr", "recognition"):
        raise _Failed("InvalidParameter", "task_group, task and function must be audio, asr and recognition.")
    transcribes, translates = given.get("transcription_enabled", True), given.get("translation_enabled", False)
    if not transcribes and not translates:
        raise _Failed("InvalidParameter", "Recognition or translation must be switched on.")
    source = given.get("source_language") or "auto"
    if source != "auto" and source not in gummy_hears():
        raise _Failed("InvalidParameter", f"The source language {source!r} is not supported.")
    target = _target(given, source) if translates else "en"
    silence = given.get("max_end_silence") or 700
    if not isinstance(silence, int) or not 200 <= silence <= 6000:
        raise _Failed("InvalidParameter", "max_end_silence must be from 200 to 6000.")
    rate = _rate(model, given)
    order = Order(source, target, speaks=False, hears=hears)
    turns = Turns(silence=silence / 1000)
    return Job(model, order, str(given.get("format")), rate, turns, bool(transcribes), bool(translates))


def _target(given: Mapping[str, Any], source: str) -> str:
    targets = given.get("translation_target_languages")
    if not isinstance(targets, list) or len(targets) != 1:
        raise _Failed("InvalidParameter", "translation_target_languages must name exactly one language.")
    if not gummy_translates(source, str(targets[0])):
        raise _Failed("InvalidParameter", f"Translation from {source} to {targets[0]} is not supported.")
    return str(targets[0])


def _rate(model: GummyModel, given: Mapping[str, Any]) -> int:
    rate = given.get("sample_rate")
    if given.get("format") not in _FORMATS:
        raise _Failed("InvalidParameter", f"format must be one of {', '.join(_FORMATS)}.")
    if not isinstance(rate, int) or rate < HEARD_RATE or (model.one_sentence and rate != HEARD_RATE):
        raise _Failed("InvalidParameter", f"sample_rate {rate} is not supported.")
    return rate


def _words(text: str, begin: int, until: int, *, fixed: bool) -> list[dict[str, Any]]:
    """The words of a text, each as long as the others."""
    words = text.split()
    step = (until - begin) / max(1, len(words))
    edges = [begin + round(step * number) for number in range(len(words) + 1)]
    return [
        {"begin_time": edges[number], "end_time": edges[number + 1], "text": word, "fixed": fixed}
        for number, word in enumerate(words)
    ]


def _read(frame: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        event = json.loads(frame)
        header, payload = event["header"], event.get("payload") or {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _Failed("CLIENT_ERROR", "The frame must be JSON with a header.") from error
    if not isinstance(header, dict) or not isinstance(payload, dict):
        raise _Failed("CLIENT_ERROR", "header and payload must be objects.")
    return header, payload
