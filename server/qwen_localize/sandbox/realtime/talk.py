"""What every conversation over the realtime protocol has in common (docs/model-studio.md 10.1 and 10.2)."""

import json
import math
import uuid
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import pairwise
from typing import Any

from .. import tokens
from ..errors import Refusal
from ..ledger import Paid
from ..sound.activity import Activity, Event, Going, Started, Turns, Utterance
from ..sound.pcm import SPOKEN_RATE, WIDTH
from ..sound.telling import Order, Telling, tell
from .line import Line
from .models import LiveModel
from .settings import Settings, Wrong

_PIECES = 3  # of each text
_PIECE = SPOKEN_RATE // 2 * WIDTH  # bytes of each piece of sound
_MAX_IMAGE = 500 * 1024
_NEVER = Turns(silence=1e6)
Handler = Callable[[dict[str, Any]], Awaitable[None]]


class Talk:
    """One session. Its events are numbered, so that the same sound gives the same events."""

    def __init__(self, line: Line, model: LiveModel, settings: Settings) -> None:
        self.line = line
        self.model = model
        self.settings = settings
        self._activity = self._listener()
        self._before = 0.0  # seconds of sound before this activity began to listen
        self._buffer = bytearray()  # what a commit will take
        self._numbers = dict.fromkeys(("event", "item", "resp"), 0)
        self._last_item: str | None = None
        self._speaking: str | None = None  # the item of the speech that goes on
        self._unpaid = 0.0  # seconds of sound not yet in a bill
        self._id = f"sess_{uuid.uuid4().hex}"
        self._handlers: dict[str, Handler] = {
            "session.update": self._on_update,
            "session.finish": self._on_finish,
            "input_audio_buffer.append": self._on_append,
            "input_audio_buffer.commit": self._on_commit,
            "input_audio_buffer.clear": self._on_clear,
            "input_image_buffer.append": self._on_image,
        }
        self._finished = False

    async def run(self) -> None:
        """Talk until the client says that it has finished."""
        try:
            await self.say("session.created", session=self._shown())
            while not self._finished:
                await self._hear(await self.line.receive())
            await self.line.close()
        finally:
            self._bill(0, 0)

    async def say(self, kind: str, **words: Any) -> None:
        """Send an event."""
        await self.line.send({"event_id": self.number("event"), "type": kind, **words})

    def number(self, kind: str) -> str:
        """The next id of an event, an item or a response."""
        self._numbers[kind] += 1
        return f"{kind}_{self._numbers[kind]}"

    async def complain(self, code: str, message: str, param: str | None = None) -> None:
        """Tell of an error; the session goes on."""
        kind = "server_error" if code == "internal_error" else "invalid_request_error"
        await self.say("error", error={"type": kind, "code": code, "message": message, "param": param})

    # What the client says

    async def _hear(self, frame: str | bytes) -> None:
        try:
            event = _read(frame)
            await self._handlers.get(event["type"], _unknown)(event)
        except Wrong as wrong:
            await self.complain(wrong.code, wrong.message, wrong.param)
        except Refusal as refusal:
            await self.complain("internal_error", refusal.message)

    async def _on_update(self, event: dict[str, Any]) -> None:
        given = event.get("session")
        if not isinstance(given, dict):
            raise Wrong("session", "session must be an object.")
        new = self.updated(given)
        if (new.turns, new.rate) != (self.settings.turns, self.settings.rate):
            self.settings = new
            self._listen_anew()
        self.settings = new
        await self.say("session.updated", session=self._shown())

    def updated(self, given: dict[str, Any]) -> Settings:
        """The settings after an update."""
        raise NotImplementedError

    async def _on_append(self, event: dict[str, Any]) -> None:
        pcm = _decoded(event.get("audio"), "audio")
        while pcm:
            room = self.line.room()
            size = len(pcm) if math.isinf(room) else max(WIDTH, int(room * self.settings.rate) * WIDTH)
            piece, pcm = pcm[:size], pcm[size:]
            await self._listen(piece)
            await self.line.befall(self.complain)

    async def _listen(self, piece: bytes) -> None:
        length = len(piece) / WIDTH / self.settings.rate
        self.line.got(length)
        self._unpaid += length
        if self.settings.turns is None:
            self._buffer += piece
        for happened in self._activity.feed(piece):
            await self._happened(happened)

    async def _on_commit(self, _: dict[str, Any]) -> None:
        if self.settings.turns is not None:
            raise Wrong(None, "input_audio_buffer.commit is for sessions without turn_detection.", "invalid_request")
        if not self._buffer:
            raise Wrong(None, "The audio buffer is empty.", "input_audio_buffer_commit_empty")
        pcm = bytes(self._buffer)
        self._buffer.clear()
        await self.committed(pcm, self.number("item"))

    async def _on_clear(self, _: dict[str, Any]) -> None:
        if self.settings.turns is not None:
            raise Wrong(None, "input_audio_buffer.clear is for sessions without turn_detection.", "invalid_request")
        self._buffer.clear()
        await self.say("input_audio_buffer.cleared")

    async def _on_image(self, event: dict[str, Any]) -> None:
        if not self.line.seconds:
            raise Wrong("image", "An image may only follow sound.", "invalid_request")
        image = _decoded(event.get("image"), "image")
        if len(image) > _MAX_IMAGE or not image.startswith(b"\xff\xd8"):
            raise Wrong("image", "An image must be a JPEG of at most 500 KB.")

    async def _on_finish(self, _: dict[str, Any]) -> None:
        for happened in self._activity.flush():
            await self._happened(happened)
        await self.left_over(bytes(self._buffer))
        await self.say("session.finished")
        self._finished = True

    async def left_over(self, pcm: bytes) -> None:
        """Deal with sound that nobody has committed when the session ends."""

    # What is heard

    async def _happened(self, event: Event) -> None:
        if self.settings.turns is None:
            return
        match event:
            case Started():
                self._speaking = self.number("item")
                start = round((self._before + event.start) * 1000)
                await self.say("input_audio_buffer.speech_started", audio_start_ms=start, item_id=self._speaking)
            case Going():
                await self.going(str(self._speaking), event.lasted)
            case Utterance():
                item = str(self._speaking)
                end = round((self._before + event.end) * 1000)
                await self.say("input_audio_buffer.speech_stopped", audio_end_ms=end, item_id=item)
                await self.committed(event.pcm, item)

    async def going(self, item: str, lasted: float) -> None:
        """Say that speech goes on."""

    async def committed(self, pcm: bytes, item: str) -> None:
        """Deal with a whole utterance."""
        raise NotImplementedError

    async def take(self, pcm: bytes, item: str) -> Telling:
        """Take an utterance into the conversation, and work on it."""
        await self.say("input_audio_buffer.committed", previous_item_id=self._last_item, item_id=item)
        told = await self.line.sandbox.on_sound(partial(tell, pcm, self.settings.rate, self.order()))
        content = [{"type": "input_audio", "transcript": None}]
        await self.add_item({"id": item, "role": "user", "content": content})
        return told

    def order(self) -> Order:
        """How speech is to be answered now."""
        now = self.settings
        return Order(now.source, now.target, now.speaks, self.line.sandbox.config.hears, now.phrases)

    async def add_item(self, item: dict[str, Any]) -> None:
        """Add an item after the last one."""
        shell = {"object": "realtime.item", "type": "message", "status": "completed"}
        await self.say("conversation.item.created", previous_item_id=self._last_item, item={**shell, **item})
        self._last_item = item["id"]

    # What is answered

    async def respond(self, told: Telling, *, stash: bool, extra_tokens: int = 0) -> None:
        """Answer with text, and sound if it is wanted.

        Args:
            told: the answer.
            stash: whether provisional text replaces what came before; otherwise it is added to it.
            extra_tokens: of written input.
        """
        response, item = self.number("resp"), self.number("item")
        place = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
        shell = {"id": response, "object": "realtime.response", "conversation_id": self._id}
        empty = {"id": item, "object": "realtime.item", "type": "message", "role": "assistant", "content": []}
        await self.say("response.created", response={**shell, "status": "in_progress", "output": []})
        began = {**empty, "status": "in_progress"}
        await self.say("response.output_item.added", response_id=response, output_index=0, item=began)
        await self.add_item(began)
        kind, word = ("audio", "transcript") if told.sound else ("text", "text")
        await self.say("response.content_part.added", **place, part={"type": kind, word: ""})
        await self._write(told, place, stash=stash)
        part = {"type": kind, word: told.text}
        await self.say("response.content_part.done", **place, part=part)
        done = {**empty, "status": "completed", "content": [part]}
        await self.say("response.output_item.done", response_id=response, output_index=0, item=done)
        usage = self._bill(tokens.count(told.text), round(told.length * self.model.speaking), extra_tokens)
        await self.say("response.done", response={**shell, "status": "completed", "output": [done], "usage": usage})

    async def _write(self, told: Telling, place: dict[str, Any], *, stash: bool) -> None:
        name, word = ("audio_transcript", "transcript") if told.sound else ("text", "text")
        for so_far, piece, rest in pieces(told.text):
            said = {"text": so_far + piece, "stash": rest} if stash else {"delta": piece}
            await self.say(f"response.{name}.{'text' if stash else 'delta'}", **place, **said)
        for start in range(0, len(told.sound), _PIECE):
            delta = b64encode(told.sound[start : start + _PIECE]).decode()
            await self.say("response.audio.delta", **place, delta=delta)
        await self.say(f"response.{name}.done", **place, **{word: told.text})
        if told.sound:
            await self.say("response.audio.done", **place)

    def _bill(self, written: int, spoken: int, read: int = 0) -> dict[str, Any]:
        """Charge what was said and all that was heard since the last time; the usage."""
        heard = round(self._unpaid * self.model.hearing)
        seconds, self._unpaid = self._unpaid, 0.0
        into, out = heard + read, written + spoken
        if into or out:
            sandbox, cny = self.line.sandbox, self.model.cost(heard, written, spoken)
            sandbox.ledger.bill(Paid(sandbox.clock.now(), self.model.name, cny, into, out, seconds=seconds))
        return {
            "total_tokens": into + out,
            "input_tokens": into,
            "output_tokens": out,
            "input_tokens_details": {"text_tokens": read, "audio_tokens": heard},
            "output_tokens_details": {"text_tokens": written, "audio_tokens": spoken},
        }

    # How the session is

    def _listener(self) -> Activity:
        return Activity(self.settings.turns or _NEVER, self.settings.rate)

    def _listen_anew(self) -> None:
        """Start over with new settings; the sound goes on counting."""
        self._before = self.line.seconds
        self._activity = self._listener()
        self._buffer.clear()

    def _shown(self) -> dict[str, Any]:
        return {"id": self._id, "object": "realtime.session", "model": self.model.name, **self.settings.shown}


def pieces(text: str) -> list[tuple[str, str, str]]:
    """A text in a few pieces of whole words: what came before each, the piece, what is still to come."""
    words = text.split(" ")
    size = -(-len(words) // _PIECES)
    cuts = [len(" ".join(words[:end])) for end in range(size, len(words), size)]
    edges = [0, *cuts, len(text)]
    return [(text[:start], text[start:end], text[end:]) for start, end in pairwise(edges)]


async def _unknown(event: dict[str, Any]) -> None:
    raise Wrong("type", f"The event {event['type']!r} is not supported by this model.")


def _read(frame: str | bytes) -> dict[str, Any]:
    if isinstance(frame, bytes):
        raise Wrong(None, "Sound travels as base64 in input_audio_buffer.append, not in binary frames.")
    try:
        event = json.loads(frame)
    except ValueError as error:
        raise Wrong(None, "The event is not JSON.", "invalid_json") from error
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise Wrong("type", "An event needs a type.")
    return event


def _decoded(value: object, name: str) -> bytes:
    if not isinstance(value, str):
        raise Wrong(name, f"{name} must be base64.")
    try:
        return b64decode(value, validate=True)
    except NotBase64 as error:
        raise Wrong(name, f"{name} must be base64.") from error
