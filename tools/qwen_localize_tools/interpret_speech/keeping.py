"""What is done with of a recording, kept sentence by sentence: a job that is begun anew goes on behind the last."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from qwen_localize.tool import Context

from .session import Said
from .wish import Wish


@dataclass(frozen=True)
class Line:
    """A sentence as it is kept; times in milliseconds.

    Attributes:
        voice: the digest of the spoken translation; empty if there is none.
    """

    start: int
    end: int
    source: str = ""
    translation: str = ""
    voice: str = ""
    error: str = ""

    @property
    def has_text(self) -> bool:
        """Whether anything was said."""
        return bool(self.source or self.translation)


class Keeper:
    """The sentences of one recording under one wish.

    Args:
        context: keeps them.
        wish: what is wanted.
        digest: of the recording.

    Attributes:
        lines: all that are kept, in their order.
    """

    def __init__(self, context: Context, wish: Wish, digest: str) -> None:
        self._context, self._wish, self._digest = context, wish, digest
        self.lines: list[Line] = []

    @property
    def reached(self) -> int:
        """Up to where the recording is done with."""
        return self.lines[-1].end if self.lines else 0

    async def load(self) -> None:
        """Take up what was kept before, as far as its voice is still there."""
        while text := await self._context.calls.kept(self._key):
            line = _read(text)
            if line is None or (line.voice and not await self._context.files.parts.brought(line.voice)):
                return
            self.lines.append(line)

    async def keep(self, said: Said) -> None:
        """Write a sentence down; it is safe when this returns."""
        voice = await self._context.files.keep_part(b"".join(said.voice)) if said.voice else ""
        line = Line(said.start, said.end, said.source, said.translation, voice, said.error)
        await self._context.calls.keep(self._key, json.dumps(asdict(line), ensure_ascii=False))
        self.lines.append(line)

    @property
    def _key(self) -> Any:
        """Of the next sentence: it has its number, and begins behind the one before, so that it fits no other row."""
        return ["interpret_speech", self._wish.as_json, self._digest, len(self.lines), self.reached]


def _read(text: str) -> Line | None:
    try:
        return Line(**json.loads(text))
    except (ValueError, TypeError):
        return None
