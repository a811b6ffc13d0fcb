"""One answer, as it comes: its text, and its voice, which goes to the disk (docs/model-studio.md 9)."""

import binascii
import re
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from qwen_localize.errors import BadAnswer
from qwen_localize.tool import Chunks

# Each part of base64 ends with its padding, if it has any.
_PART = re.compile(r"[^=]+={0,2}")
_QUANTUM = 4

Gather = Callable[[AsyncIterator[bytes]], Awaitable[str]]
Tell = Callable[[str], Awaitable[None]]


class PieceAnswer(BaseModel):
    """What the service made of one piece.

    Attributes:
        text: the translation.
        voice: the digest of the file that has it spoken: PCM, or a WAV file; empty if it is not.
        finish: why the service ended: `stop`, or `length` if it ran out of room.
    """

    model_config = ConfigDict(extra="ignore")

    text: str
    voice: str = ""
    finish: str = ""

    @classmethod
    def of(cls, body: dict[str, Any]) -> "PieceAnswer":
        """The answer that was kept.

        Raises:
            BadAnswer: it is none.
        """
        try:
            return cls.model_validate(body)
        except ValidationError:
            raise BadAnswer("The service's answer has no translation in it. Try again.") from None

    @property
    def is_cut(self) -> bool:
        """Whether the service ran out of room."""
        return self.finish == "length"


@dataclass
class Coming:
    """An answer of which pieces come in.

    Attributes:
        tell: told the text so far.
        content: what came as text.
        transcript: what came as the words of the voice; the service sends one of the two, or both.
        facts: what else is kept: usage, the service's ids.
    """

    tell: Tell
    content: str = ""
    transcript: str = ""
    finish: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    _rest: str = ""

    @property
    def text(self) -> str:
        """The text so far, from where more of it came."""
        return max(self.content.strip(), self.transcript.strip(), key=len)

    async def consumed(self, chunks: Chunks, gather: Gather | None) -> dict[str, Any]:
        """The answer's body, to be kept.

        Args:
            chunks: the pieces.
            gather: writes the voice, and returns its digest; None if none is wanted.

        Raises:
            BadAnswer: it is no answer.
        """
        voice = ""
        if gather:
            voice = await gather(self._voice(chunks))
        else:
            async for _ in self._voice(chunks):
                pass
        if not self.finish and "usage" not in self.facts:
            raise BadAnswer("The service's answer ended before it was complete.")
        return {"text": self.text, "voice": voice if self._has_voice else "", "finish": self.finish} | self.facts

    _has_voice: bool = False

    async def _voice(self, chunks: Chunks) -> AsyncIterator[bytes]:
        """The bytes of the voice, while the text is collected beside them."""
        async for chunk in chunks:
            self.facts |= {name: chunk[name] for name in ("usage", "id", "model") if chunk.get(name)}
            for choice in _items(chunk.get("choices")):
                self.finish = str(choice.get("finish_reason") or self.finish)
                delta = _object(choice.get("delta"))
                sound = _object(delta.get("audio"))
                self.content += _text(delta.get("content"))
                self.transcript += _text(sound.get("transcript"))
                for data in self._decoded(_text(sound.get("data"))):
                    self._has_voice = True
                    yield data
            await self.tell(self.text)

    def _decoded(self, data: str) -> list[bytes]:
        """The bytes that are whole so far; a chunk may end in the middle of base64's four letters."""
        parts = _PART.findall(self._rest + data)
        self._rest = ""
        if parts and not parts[-1].endswith("="):
            whole = len(parts[-1]) // _QUANTUM * _QUANTUM
            parts[-1], self._rest = parts[-1][:whole], parts[-1][whole:]
        try:
            return [b64decode(part, validate=True) for part in parts if part]
        except binascii.Error:
            raise BadAnswer("The voice in the service's answer is damaged.") from None


def _items(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
