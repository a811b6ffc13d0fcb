"""The realtime protocol of livetranslate models (docs/model-studio.md 10.1), in two dialects of settings."""

from typing import Any

from .dialect import Message
from .realtime import Realtime
from .wish import Wish

_HEARING = "qwen3-asr-flash-realtime"
# The service's own values, said all the same: null would mean that we cut.
_FLAT_CUT = {"type": "server_vad", "threshold": 0.2, "silence_duration_ms": 1000}
_NESTED_CUT = {"type": "server_vad"}


class LiveTranslate(Realtime):
    """One session.

    Args:
        wish: what is wanted.
        nested: whether it is the later dialect, that of qwen3.8-livetranslate.
    """

    def __init__(self, wish: Wish, *, nested: bool = False) -> None:
        super().__init__()
        self._wish, self._nested = wish, nested

    def opening(self) -> list[Message]:
        """See `Dialect`."""
        settings = self._nested_settings() if self._nested else self._flat_settings()
        return [{"type": "session.update", "session": settings | {"translation": self._translation()}}]

    def _translation(self) -> dict[str, Any]:
        corpus = {"corpus": {"phrases": dict(self._wish.phrases)}} if self._wish.phrases else {}
        return {"language": self._wish.target} | corpus

    def _flat_settings(self) -> dict[str, Any]:
        spoken = {"voice": self._wish.voice, "output_audio_format": "pcm"} if self._wish.speech else {}
        language = {"language": self._wish.source} if self._wish.source else {}
        return {
            "modalities": modalities(self._wish),
            "sample_rate": 16000,
            "input_audio_format": "pcm",
            "input_audio_transcription": {"model": _HEARING} | language,
            "turn_detection": _FLAT_CUT,
        } | spoken

    def _nested_settings(self) -> dict[str, Any]:
        output = {"output": {"format": "pcm", "voice": self._wish.voice}} if self._wish.speech else {}
        return {
            "output_modalities": modalities(self._wish),
            "audio": {"input": {"format": "pcm", "turn_detection": _NESTED_CUT}} | output,
        }


def modalities(wish: Wish) -> list[str]:
    """What is to come out."""
    return ["text", "audio"] if wish.speech else ["text"]
