"""What is asked of a recording, and what the service is told (docs/model-studio.md 9)."""

from dataclasses import asdict, dataclass
from typing import Any

from .._shared.languages import AUTO


@dataclass(frozen=True)
class Assignment:
    """What is asked of every piece.

    Attributes:
        source_lang: a code, or auto.
        target_lang: a code.
        voice: who speaks the translation; empty for text alone.
    """

    source_lang: str
    target_lang: str
    voice: str = ""

    @property
    def as_json(self) -> dict[str, Any]:
        """As it stands in a job's order."""
        return asdict(self)

    def body(self, content: dict[str, Any]) -> dict[str, Any]:
        """The request, without the model, for one recording."""
        options = {"target_lang": self.target_lang}
        if self.source_lang != AUTO:
            options["source_lang"] = self.source_lang
        body: dict[str, Any] = {
            "messages": [{"role": "user", "content": [content]}],
            "modalities": ["text"],
            "stream_options": {"include_usage": True},
            "translation_options": options,
        }
        if self.voice:
            body |= {"modalities": ["text", "audio"], "audio": {"voice": self.voice, "format": "wav"}}
        return body


def sound(url: str, kind: str) -> dict[str, Any]:
    """A recording's sound, as a part of a message; `kind` is its format, such as flac."""
    return {"type": "input_audio", "input_audio": {"data": url, "format": kind}}


def video(url: str) -> dict[str, Any]:
    """A video, pictures and all, as a part of a message."""
    return {"type": "video_url", "video_url": {"url": url}}
