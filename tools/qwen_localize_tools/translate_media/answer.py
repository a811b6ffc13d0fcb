"""One answer, as it comes: its text, and its voice (docs/model-studio.md 9)."""

import binascii
import re
from base64 import b64decode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from qwen_localize.errors import BadAnswer
from qwen_localize.tool import Chunks

# Each part of base64 ends with its padding, if it has any.
_PART = re.compile(r"[^=]+={0,2}")
_QUANTUM = 4

# The model ends after 4096 tokens, which are some twenty thousand letters, or five minutes of voice.
_MOST_TEXT, _MOST_VOICE = 1_000_000, 64 * 1024 * 1024
_MOST_WORD = 40

Keep = Callable[[bytes], Awaitable[str]]
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
        voice: its bytes so far; none of a voice that came damaged.
        facts: what else is kept: usage, the service's ids.
    """

    tell: Tell
    content: str = ""
    transcript: str = ""
    finish: str = ""
    voice: bytearray = field(default_factory=bytearray)
    facts: dict[str, Any] = field(default_factory=dict)
    _rest: str = ""
    _is_damaged: bool = False

    @property
    def text(self) -> str:
        """The text so far, from where more of it came."""
        return max(self.content.strip(), self.transcript.strip(), key=len)

    async def consumed(self, chunks: Chunks, keep: Keep | None) -> dict[str, Any]:
        """The answer's body, to be kept.

        Args:
            chunks: the pieces.
            keep: keeps the voice, and returns its digest; None if none is wanted.

        Raises:
            BadAnswer: it is no answer.
        """
        async for chunk in chunks:
            self._take(chunk, speaks=bool(keep))
            await self.tell(self.text)
        if not self.finish and "usage" not in self.facts:
            raise BadAnswer("The service's answer ended before it was complete.")
        voice = await keep(bytes(self.voice)) if keep and self.voice and not self._is_damaged else ""
        return {"text": self.text, "voice": voice, "finish": self.finish} | self.facts

    def _take(self, chunk: dict[str, Any], *, speaks: bool) -> None:
        self.facts |= {name: chunk[name] for name in ("usage", "id", "model") if chunk.get(name)}
        for choice in _items(chunk.get("choices")):
            self.finish = _text(choice.get("finish_reason"))[:_MOST_WORD] or self.finish
            delta = _object(choice.get("delta"))
            sound = _object(delta.get("audio"))
            self.content += _text(delta.get("content"))
            self.transcript += _text(sound.get("transcript"))
            if speaks and not self._is_damaged:
                self._hear(_text(sound.get("data")))
        if len(self.content) + len(self.transcript) > _MOST_TEXT or len(self.voice) > _MOST_VOICE:
            raise BadAnswer("The service's answer is longer than any can be.")

    def _hear(self, data: str) -> None:
        """Add what is whole so far; a chunk may end in the middle of base64's four letters."""
        letters = self._rest + "".join(data.split())
        whole = len(letters) // _QUANTUM * _QUANTUM
        whole_letters, self._rest = letters[:whole], letters[whole:]
        try:
            self.voice += b"".join(b64decode(part, validate=True) for part in _PART.findall(whole_letters))
        except binascii.Error:
            self._is_damaged = True


def _items(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
