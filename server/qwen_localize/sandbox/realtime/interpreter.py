"""Live translation, in its two dialects (docs/model-studio.md 10.1)."""

from typing import Any

from . import settings
from .line import Line
from .models import InterpreterModel
from .settings import Settings
from .talk import Talk, pieces

_TRANSCRIPT = "conversation.item.input_audio_transcription"


async def talk(line: Line, model: InterpreterModel) -> None:
    """One session."""
    await _Interpreter(line, model).run()


class _Interpreter(Talk):
    def __init__(self, line: Line, model: InterpreterModel) -> None:
        super().__init__(line, model, settings.beginning(model))
        self._model = model

    def updated(self, given: dict[str, Any]) -> Settings:
        """The settings after an update, of the model's dialect."""
        return settings.interpreter(self._model, self.settings, given)

    async def going(self, item: str, lasted: float) -> None:
        """A provisional transcript; the newer dialect has none, because what it says stands."""
        if self.settings.transcribes and not self._model.nested:
            await self._provisional(item, "", f"[speech, {lasted:.0f} s so far]")

    async def committed(self, pcm: bytes, item: str) -> None:
        """Transcript, then translation."""
        told = await self.take(pcm, item)
        if self.settings.transcribes:
            await self._transcribe(item, told.transcript)
        await self.respond(told, stash=not self._model.nested)

    async def left_over(self, pcm: bytes) -> None:
        """The last segment comes, committed or not."""
        if pcm:
            await self.committed(pcm, self.number("item"))

    async def _transcribe(self, item: str, text: str) -> None:
        for so_far, piece, rest in pieces(text):
            if self._model.nested:
                await self.say(f"{_TRANSCRIPT}.delta", item_id=item, content_index=0, delta=piece)
            else:
                await self._provisional(item, so_far + piece, rest)
        done = {} if self._model.nested else self._manner()
        await self.say(f"{_TRANSCRIPT}.completed", item_id=item, content_index=0, transcript=text, **done)

    async def _provisional(self, item: str, text: str, stash: str) -> None:
        said = {"item_id": item, "content_index": 0, "text": text, "stash": stash}
        await self.say(f"{_TRANSCRIPT}.text", **said, **self._manner())

    def _manner(self) -> dict[str, str]:
        source = self.settings.source
        return {"language": "en" if source == "auto" else source, "emotion": "neutral"}
