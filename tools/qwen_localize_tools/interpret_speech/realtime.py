"""What the dialects of realtime models have in common (docs/model-studio.md 10.1, 10.2): their events, one by one."""

import base64
import binascii
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from qwen_localize.tool import Tokens

from .._shared.sound.wav import strip_riff
from .dialect import Message
from .events import Event, Failed, Finished, Partial, Started, Used
from .turns import Turn, Turns

logger = logging.getLogger(__name__)

# Events that say nothing which another does not say as well, or which is of no use here.
IGNORED = frozenset(
    {
        "session.created",
        "input_audio_buffer.cleared",
        "response.created",
        "response.audio.done",
        "response.output_item.done",
        "response.content_part.added",
        "response.content_part.done",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
    }
)
_MOST_TOKENS = 1_000_000
_ITEM = "conversation.item"
_HEARD = f"{_ITEM}.input_audio_transcription"

Handler = Callable[[Any, dict[str, Any]], Iterator[Event]]


class Realtime:
    """One session with a realtime model; what is sent first, the dialects say."""

    def __init__(self) -> None:
        self.turns = Turns()
        self._items: dict[str, str] = {}

    @property
    def is_answering(self) -> bool:
        """See `Dialect`."""
        return self.turns.is_answering

    @property
    def pending_end(self) -> int | None:
        """See `Dialect`."""
        return self.turns.first_end

    def sound(self, pcm: bytes) -> Message:
        """See `Dialect`."""
        return {"type": "input_audio_buffer.append", "audio": base64.b64encode(pcm).decode()}

    def cut(self, start: int, end: int) -> list[Message]:  # noqa: ARG002 - for others to use
        """See `Dialect`: the service hears itself where a sentence ends."""
        return []

    def closing(self) -> list[Message]:
        """See `Dialect`."""
        return [{"type": "session.finish"}]

    def received(self, message: dict[str, Any]) -> list[Event]:
        """See `Dialect`."""
        kind = message.get("type")
        if handler := self.HANDLERS.get(str(kind)):
            return [*handler(self, message), *self.turns.told(all_of_them=kind == "session.finished"), *_end(kind)]
        if kind not in IGNORED:
            logger.debug("An event nobody knows: %s", json.dumps(message)[:200])
        return []

    def used(self, usage: dict[str, Any]) -> Tokens:
        """What a response took."""
        told_in, told_out = _details(usage, "input"), _details(usage, "output")
        return Tokens(
            _count(usage.get("input_tokens")),
            _count(usage.get("output_tokens")),
            pictures=min(_count(told_in.get("image_tokens")), _count(usage.get("input_tokens"))),
            speech=min(_count(told_out.get("audio_tokens")), _count(usage.get("output_tokens"))),
        )

    def _started(self, _message: dict[str, Any]) -> Iterator[Event]:
        yield Started()

    def _error(self, message: dict[str, Any]) -> Iterator[Event]:
        error = _part(message, "error")
        yield Failed(str(error.get("code") or error.get("type") or "error"), str(error.get("message") or ""))

    def _nothing(self, _message: dict[str, Any]) -> Iterator[Event]:
        yield from ()

    def _speech_started(self, message: dict[str, Any]) -> Iterator[Event]:
        self._said(message).start = _moment(message.get("audio_start_ms"))
        yield from ()

    def _speech_stopped(self, message: dict[str, Any]) -> Iterator[Event]:
        self._said(message).end = _moment(message.get("audio_end_ms"))
        yield from ()

    def _committed(self, message: dict[str, Any]) -> Iterator[Event]:
        self._said(message)
        yield from ()

    def _item(self, message: dict[str, Any]) -> Iterator[Event]:
        item = _part(message, "item")
        name, previous = str(item.get("id") or ""), str(message.get("previous_item_id") or "")
        if item.get("role") != "user" and name and not self.turns.has_item(name):
            self.turns.follows(name, previous)
        yield from ()

    def _heard(self, message: dict[str, Any]) -> Iterator[Event]:
        turn = self._said(message)
        turn.heard = _view(turn.heard, message)
        yield turn.partial

    def _understood(self, message: dict[str, Any]) -> Iterator[Event]:
        turn = self._said(message)
        turn.source = str(message.get("transcript") or "")
        yield from self._look(turn)

    def _not_understood(self, message: dict[str, Any]) -> Iterator[Event]:
        turn = self._said(message)
        turn.source = turn.heard
        yield from ()

    def _answer_item(self, message: dict[str, Any]) -> Iterator[Event]:
        self._items[str(message.get("response_id") or "")] = str(_part(message, "item").get("id") or "")
        yield from ()

    def _written(self, message: dict[str, Any]) -> Iterator[Event]:
        turn = self._translated(message)
        turn.written = _view(turn.written, message)
        yield turn.partial

    def _written_whole(self, message: dict[str, Any]) -> Iterator[Event]:
        turn = self._translated(message)
        text = str(message.get("text") or message.get("transcript") or turn.written)
        if turn.add(text, str(message.get("content_index") or 0)):
            yield from self._look(turn)

    def _voice(self, message: dict[str, Any]) -> Iterator[Event]:
        turn = self._translated(message)
        try:
            data = base64.b64decode(str(message.get("delta") or ""))
        except (binascii.Error, ValueError):
            logger.debug("A piece of a voice is no base64")
            data = b""
        if not turn.voice and data.startswith(b"RIFF"):  # docs/model-studio.md 14, row 7
            _, data = strip_riff(data) or (0, b"")
        if data:
            turn.voice.append(data)
        yield from ()

    def _answered(self, message: dict[str, Any]) -> Iterator[Event]:
        response = _part(message, "response")
        turn = self._translated({"response_id": response.get("id") or message.get("response_id")})
        if turn.is_done:  # it was said before
            return
        turn.is_done = True
        if (status := response.get("status")) not in (None, "completed"):
            turn.error = f"The service ended the translation as {str(status)[:40]}."
        if usage := _part(response, "usage"):
            yield Used(self.used(usage))

    def _look(self, turn: Turn) -> Iterator[Event]:
        """How a sentence looks now, unless it is told as a whole."""
        if not turn.is_settled and turn.partial != Partial():
            yield turn.partial

    def _said(self, message: dict[str, Any]) -> Turn:
        return self.turns.of_item(str(message.get("item_id") or ""))

    def _translated(self, message: dict[str, Any]) -> Turn:
        response = str(message.get("response_id") or "")
        return self.turns.of_response(response, str(message.get("item_id") or self._items.get(response) or ""))

    HANDLERS: ClassVar[dict[str, Handler]] = {
        "error": _error,
        "session.updated": _started,
        "session.finished": _nothing,
        "input_audio_buffer.speech_started": _speech_started,
        "input_audio_buffer.speech_stopped": _speech_stopped,
        "input_audio_buffer.committed": _committed,
        f"{_ITEM}.created": _item,
        f"{_HEARD}.text": _heard,
        f"{_HEARD}.delta": _heard,
        f"{_HEARD}.completed": _understood,
        f"{_HEARD}.failed": _not_understood,
        "response.output_item.added": _answer_item,
        "response.text.text": _written,
        "response.text.delta": _written,
        "response.text.done": _written_whole,
        "response.audio_transcript.text": _written,
        "response.audio_transcript.delta": _written,
        "response.audio_transcript.done": _written_whole,
        "response.audio.delta": _voice,
        "response.done": _answered,
    }


def _end(kind: Any) -> list[Event]:
    return [Finished()] if kind == "session.finished" else []


def _part(message: dict[str, Any], name: str) -> dict[str, Any]:
    found = message.get(name)
    return found if isinstance(found, dict) else {}


def _details(usage: dict[str, Any], side: str) -> dict[str, Any]:
    return _part(usage, f"{side}_tokens_details")


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS else 0


def _moment(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def _view(before: str, message: dict[str, Any]) -> str:
    """How a text looks now: a `delta` is added to it, `text` and `stash` replace it (docs/model-studio.md 10.1)."""
    if isinstance(delta := message.get("delta"), str):
        return before + delta
    return "".join(part for name in ("text", "stash") if isinstance(part := message.get(name), str))
