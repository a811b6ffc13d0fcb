"""What is known of a model: where it can be called, how often, and for how much."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .limits import Limit


@dataclass(frozen=True)
class Tokens:
    """Tokens in and out.

    Attributes:
        pictures: those of `input` that pictures took, where the service tells.
        speech: those of `output` that speech took, where the service tells.
    """

    input: int = 0
    output: int = 0
    pictures: int = 0
    speech: int = 0

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(
            self.input + other.input,
            self.output + other.output,
            self.pictures + other.pictures,
            self.speech + other.speech,
        )

    @property
    def total(self) -> int:
        """In and out together."""
        return self.input + self.output


@dataclass(frozen=True)
class Price:
    """List prices in CNY (docs/model-studio.md 13): for a million tokens in and out, and for a result.

    Attributes:
        pictures: for a million tokens of pictures, where they differ from other input.
        speech: for a million tokens of speech, where they differ from other output.
        unit: of what the million is, where it is not of tokens: seconds of sound.
    """

    input: float = 0.0
    output: float = 0.0
    result: float = 0.0
    pictures: float | None = None
    speech: float | None = None
    unit: Literal["tokens", "seconds"] = "tokens"

    @property
    def words(self) -> str:
        """The list prices for people."""
        if self.result:
            return f"{self.result:g} each"
        if self.unit == "seconds":
            return f"{self.input / 1_000_000:g} a second"
        kinds = {"in": self.input, "out": self.output, "pictures": self.pictures, "speech": self.speech}
        return ", ".join(f"{name} {price:g}" for name, price in kinds.items() if price is not None)

    def of(self, tokens: Tokens) -> float:
        """What a call with so many tokens costs, in CNY."""
        pictures = self.input if self.pictures is None else self.pictures
        speech = self.output if self.speech is None else self.speech
        spent_in = (tokens.input - tokens.pictures) * self.input + tokens.pictures * pictures
        spent_out = (tokens.output - tokens.speech) * self.output + tokens.speech * speech
        return round((spent_in + spent_out) / 1_000_000, 6)


@dataclass(frozen=True)
class Model:
    """A model of the service.

    Attributes:
        regions: where it is offered (docs/model-studio.md 1.6).
        limit: how often it may be called.
        prices: by region; a region without one is one whose price nobody published.
        limits: by region, where it differs from the usual one.
    """

    name: str
    regions: tuple[str, ...]
    limit: Limit
    prices: Mapping[str, Price] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(default_factory=dict)

    def limit_at(self, region: str | None) -> Limit:
        """Its limit in a region."""
        return self.limits.get(region or "", self.limit)
