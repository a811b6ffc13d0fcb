"""Live conversation, told by instructions to translate (docs/model-studio.md 10.2)."""

from collections.abc import Callable
from functools import partial
from typing import Any

import anyio

from .. import tokens
from ..sound.telling import Order, Telling, answer_text, tell
from . import settings
from .line import Line, Over
from .models import OmniModel
from .settings import Settings, Wrong
from .talk import Talk, pieces

LONGEST = 120 * 60.0  # service seconds of a session
_TRANSCRIPT = "conversation.item.input_audio_transcription"


async def talk(line: Line, model: OmniModel) -> None:
    """One session, which the service closes after two hours."""
    session = _Omni(line, model)
    async with anyio.create_task_group() as group:
        group.start_soon(session.expire, group.cancel_scope)
        end = await session.end()
        group.cancel_scope.cancel()
    if session.expired or end:
        raise Over("expired") if session.expired or not end else end


class _Omni(Talk):
    def __init__(self, line: Line, model: OmniModel) -> None:
        super().__init__(line, model, settings.beginning(model))
        self.expired = False
        self._pending: Callable[[Order], Telling] | None = None  # answers what was committed last
        self._handlers |= {
            "response.create": self._on_create,
            "response.cancel": self._on_cancel,
            "conversation.item.create": self._on_item,
        }

    async def end(self) -> Over | None:
        """Talk, and say how it ended before the client had finished; None if it did finish."""
        try:
            await self.run()
        except Over as over:
            return over
        return None

    async def expire(self, talking: anyio.CancelScope) -> None:
        """End the session when it has lasted too long."""
        await self.line.sandbox.clock.sleep(LONGEST)
        await self.complain("session_expired", "Your session hit the maximum duration of 120 minutes.")
        self.expired = True
        await self.line.close()
        talking.cancel()

    def updated(self, given: dict[str, Any]) -> Settings:
        """The settings after an update."""
        return settings.omni(self.settings, given)

    async def committed(self, pcm: bytes, item: str) -> None:
        """Transcript; and the answer at once, where the service itself has found the end of the sentence."""
        told = await self.take(pcm, item)
        if self.settings.transcribes:
            for so_far, piece, rest in pieces(told.transcript):
                said = {"text": so_far + piece, "stash": rest}
                await self.say(f"{_TRANSCRIPT}.delta", item_id=item, content_index=0, **said)
            await self.say(f"{_TRANSCRIPT}.completed", item_id=item, content_index=0, transcript=told.transcript)
        self._pending = partial(tell, pcm, self.settings.rate)
        if self.settings.turns is not None:
            await self._answer()

    async def _on_create(self, event: dict[str, Any]) -> None:
        if self._pending is None:
            raise Wrong(None, "There is nothing to answer: commit sound first.", "invalid_request")
        given = event.get("response") or {}
        if not isinstance(given, dict):
            raise Wrong("response", "response must be an object.")
        said = {name: given[name] for name in ("instructions", "modalities") if given.get(name)}
        before = self.settings
        self.settings = settings.omni(before, said)
        await self._answer()
        self.settings = before

    async def _on_cancel(self, _: dict[str, Any]) -> None:
        raise Wrong(None, "There is no response to cancel.", "response_cancel_not_active")

    async def _on_item(self, event: dict[str, Any]) -> None:
        item = event.get("item")
        content = item.get("content") if isinstance(item, dict) else None
        parts = [part for part in content or () if isinstance(part, dict) and part.get("type") == "input_text"]
        if not parts or not all(isinstance(part.get("text"), str) for part in parts):
            raise Wrong("item", "An item needs content of the type input_text.")
        text = "\n".join(part["text"] for part in parts)
        await self.add_item({"id": self.number("item"), "role": "user", "content": content})
        self._pending = partial(answer_text, text)

    async def _answer(self) -> None:
        if self._pending is None:
            return
        answer, self._pending = self._pending, None
        told = await self.line.sandbox.on_sound(partial(answer, self.order()))
        await self.respond(told, stash=False, extra_tokens=tokens.count(self.settings.instructions))
