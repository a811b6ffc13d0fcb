"""Which languages and voices the models of speech know (docs/model-studio.md 9, 10.1 and 10.3)."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Tongues:
    """Languages by their codes, and voices.

    Attributes:
        spoken: the languages that can be answered in sound.
        written: those that can be answered in text only; a model hears both kinds.
        voices: by name; the languages that each speaks, or none where it speaks all.
    """

    spoken: frozenset[str]
    written: frozenset[str]
    voices: dict[str, frozenset[str]]

    def knows(self, language: object) -> bool:
        """Whether it hears and writes this language."""
        return language in self.spoken or language in self.written

    def has_voice(self, voice: object, language: str) -> bool:
        """Whether a voice speaks a language."""
        return isinstance(voice, str) and voice in self.voices and language in (self.voices[voice] or {language})


@cache
def _tables() -> dict[str, Any]:
    tables: dict[str, Any] = json.loads(files(__package__).joinpath("data", "speech.json").read_text("utf-8"))
    return tables


@cache
def tongues(table: str) -> Tongues:
    """Those of `file` (and the older live model) or of `live`."""
    found = _tables()[table]
    names = found["voices"]
    voices = {name: frozenset(names[name] if isinstance(names, dict) else ()) for name in names}
    return Tongues(frozenset(found["spoken"]), frozenset(found["written"]), voices)


@cache
def gummy_hears() -> frozenset[str]:
    """The languages that Gummy recognizes."""
    return frozenset(_tables()["gummy"]["heard"])


def gummy_translates(source: str, target: str) -> bool:
    """Whether Gummy translates from one language to another; from `auto`, whether any leads there."""
    pairs = _tables()["gummy"]["pairs"]
    return target in pairs.get(source, ()) if source != "auto" else any(target in into for into in pairs.values())
