"""The models that the sandbox stands in for: limits, prices, languages (contract 1.5, 3, 4, 13)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from qwen_localize.sandbox.limits import PER_MINUTE, Rule, requests_per_minute


@dataclass(frozen=True)
class Model:
    """One model: requests per minute, prices in CNY of the Beijing list before discounts."""

    name: str
    requests: int

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The limits on the number of its requests (contract 1.5)."""
        return requests_per_minute(self.requests)


@dataclass(frozen=True)
class TextModel(Model):
    """A Qwen-MT model.

    Attributes:
        tokens: Input and output tokens per minute.
        price_in: CNY per million input tokens.
        price_out: CNY per million output tokens.
        cumulative: Whether each streamed piece is the whole text so far (contract 3).
        lite: Whether it knows only the short language list.
    """

    tokens: int
    price_in: float
    price_out: float
    cumulative: bool = False
    lite: bool = False

    @property
    def token_rules(self) -> tuple[Rule, ...]:
        """The limit on its tokens (contract 1.5)."""
        return (Rule(self.tokens, PER_MINUTE),)

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """CNY for one call."""
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1_000_000


@dataclass(frozen=True)
class ImageModel(Model):
    """An image translation model.

    Attributes:
        price: CNY per image.
        at_once: How many of its tasks run at the same time; None for no limit.
        synchronous: Whether it also answers without the async header (contract 4).
        any_pair: Whether neither language has to be Chinese or English.
    """

    price: float
    at_once: int | None
    synchronous: bool
    any_pair: bool


_MODELS: tuple[Model, ...] = (
    TextModel("qwen-mt-plus", 60, 25_000, 1.8, 5.4, cumulative=True),
    TextModel("qwen-mt-flash", 60, 35_000, 0.7, 1.95),
    TextModel("qwen-mt-turbo", 60, 35_000, 0.7, 1.95, cumulative=True),
    TextModel("qwen-mt-lite", 60, 100_000, 0.6, 1.6, lite=True),
    TextModel("qwen-mt-lite-us", 60, 100_000, 0.6, 1.6, lite=True),
    ImageModel("qwen-mt-image", 60, 0.003, at_once=2, synchronous=False, any_pair=False),
    ImageModel("qwen-mt-image-2.0", 1, 0.004, at_once=None, synchronous=True, any_pair=True),
)
MODELS = {model.name: model for model in _MODELS}


@cache
def _tables() -> dict[str, list[dict[str, str | bool]]]:
    text = files(__package__).joinpath("data", "languages.json").read_text("utf-8")
    tables: dict[str, list[dict[str, str | bool]]] = json.loads(text)
    return tables


@cache
def text_languages(lite: bool) -> frozenset[str]:
    """Every code and English name that the text models take, case folded."""
    rows = [row for row in _tables()["text"] if row["lite"] or not lite]
    return _names(rows, ("code", "name", "lite_name") if lite else ("code", "name"))


@cache
def image_languages(model: str, side: str) -> dict[str, str]:
    """Code by code and by English name, case folded, for the `source` or the `target` side."""
    rows = [row for row in _tables()[model] if row.get(side, True)]
    return {str(row[key]).casefold(): str(row["code"]) for row in rows for key in ("code", "name")}


def _names(rows: list[dict[str, str | bool]], keys: tuple[str, ...]) -> frozenset[str]:
    return frozenset(str(row[key]).casefold() for row in rows for key in keys if key in row)
