"""What is wanted of an interpreter: data that stands in a job's record, and in the name of what is kept."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Wish:
    """What is wanted.

    Attributes:
        model: the model's name.
        target: the code of the language to translate into.
        target_name: its English name.
        source: the code of the language that is spoken; empty if the model is to find out.
        source_name: its English name, or nothing.
        voice: who speaks the translation; empty if nobody does.
        phrases: words that are said, with their translations.
        instructions: what a model is told besides, that can be told something.
    """

    model: str
    target: str
    target_name: str
    source: str = ""
    source_name: str = ""
    voice: str = ""
    phrases: Mapping[str, str] = field(default_factory=dict)
    instructions: str = ""

    @property
    def speech(self) -> bool:
        """Whether the translation is also spoken."""
        return bool(self.voice)

    @property
    def as_json(self) -> dict[str, Any]:
        """As it stands in a job's record."""
        return asdict(self)
