"""What is known of a model: where it can be called, how often, and for how much."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .limits import Limit


@dataclass(frozen=True)
class Price:
    """List prices in CNY: for a million tokens in and out, and for a result (docs/model-studio.md 13)."""

    input: float = 0.0
    output: float = 0.0
    result: float = 0.0

    def of_tokens(self, tokens_in: int, tokens_out: int) -> float:
        """What a call with so many tokens costs, in CNY."""
        return round((tokens_in * self.input + tokens_out * self.output) / 1_000_000, 6)


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
