"""The models that the sandbox stands in for: limits, prices, languages (docs/model-studio.md 1.5, 3 to 7, 13)."""

import json
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from .limits import PER_MINUTE, Rule, requests_per_minute, requests_per_second


@dataclass(frozen=True)
class Model:
    """One model: requests per minute, prices in CNY of the Beijing list before discounts."""

    name: str
    requests: int

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The limits on the number of its requests (docs/model-studio.md 1.5)."""
        return requests_per_minute(self.requests)


@dataclass(frozen=True)
class TokenModel(Model):
    """A model that is paid by the token.

    Attributes:
        tokens: input and output tokens per minute.
        price_in: CNY per million input tokens.
        price_out: CNY per million output tokens.
        cumulative: whether each streamed piece is the whole text so far (docs/model-studio.md 3).
    """

    tokens: int
    price_in: float
    price_out: float
    cumulative: bool = False

    @property
    def token_rules(self) -> tuple[Rule, ...]:
        """The limit on its tokens (docs/model-studio.md 1.5)."""
        return (Rule(self.tokens, PER_MINUTE),)

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """CNY for one call."""
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1_000_000


@dataclass(frozen=True)
class TextModel(TokenModel):
    """A Qwen-MT model.

    Attributes:
        lite: whether it knows only the short language list.
    """

    lite: bool = False


@dataclass(frozen=True)
class AnalysisModel(TokenModel):
    """A model that analyses dialogues (docs/model-studio.md 7)."""


@dataclass(frozen=True)
class OcrModel(TokenModel):
    """A Qwen-OCR model (docs/model-studio.md 6).

    Attributes:
        patch: the side, in pixels, of the square that is one image token.
        max_tokens: the most tokens that may come out.
        tasks: whether it has built-in tasks.
        locates: whether advanced_recognition is one of them.
    """

    patch: int = 32
    max_tokens: int = 8192
    tasks: bool = True
    locates: bool = True


@dataclass(frozen=True)
class SpeechModel(TokenModel):
    """A model that translates recordings (docs/model-studio.md 9); `price_in` is that of sound.

    Attributes:
        price_seen: CNY per million tokens of pictures.
        price_spoken: CNY per million tokens of sound that comes out.
    """

    price_seen: float = 0.0
    price_spoken: float = 0.0


@dataclass(frozen=True)
class ImageModel(Model):
    """An image translation model.

    Attributes:
        price: CNY per image.
        at_once: how many of its tasks run at the same time; None for no limit.
        synchronous: whether it also answers without the async header (docs/model-studio.md 4).
        any_pair: whether neither language has to be Chinese or English.
    """

    price: float
    at_once: int | None
    synchronous: bool
    any_pair: bool


@dataclass(frozen=True)
class EditModel(Model):
    """An image editing model (docs/model-studio.md 5).

    Attributes:
        price: CNY per image.
        per_second: whether `requests` counts a second and not a minute.
        most: how many images it makes of one request at most; with one, it takes no size either.
        by_area: whether a size is limited by its area and not by each side.
        prompt_tokens: what a prompt is cut to.
    """

    price: float
    per_second: bool
    most: int = 6
    by_area: bool = False
    prompt_tokens: int = 800

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The limits on the number of its requests (docs/model-studio.md 1.5)."""
        return requests_per_second(self.requests) if self.per_second else super().rules


def _versions(model: Model, *dates: str) -> list[Model]:
    """A model and its snapshots, which share all but the name."""
    return [model, *(replace(model, name=f"{model.name}-{date}") for date in dates)]


_MODELS: tuple[Model, ...] = (
    TextModel("qwen-mt-plus", 60, 25_000, 1.8, 5.4, cumulative=True),
    TextModel("qwen-mt-flash", 60, 35_000, 0.7, 1.95),
    TextModel("qwen-mt-turbo", 60, 35_000, 0.7, 1.95, cumulative=True),
    TextModel("qwen-mt-lite", 60, 100_000, 0.6, 1.6, lite=True),
    TextModel("qwen-mt-lite-us", 60, 100_000, 0.6, 1.6, lite=True),
    ImageModel("qwen-mt-image", 60, 0.003, at_once=2, synchronous=False, any_pair=False),
    ImageModel("qwen-mt-image-2.0", 1, 0.004, at_once=None, synchronous=True, any_pair=True),
    *_versions(EditModel("qwen-image-2.0", 2, 0.2, True, by_area=True, prompt_tokens=1300), "2026-03-03"),
    *_versions(
        EditModel("qwen-image-2.0-pro", 2, 0.5, False, by_area=True, prompt_tokens=1300),
        "2026-03-03", "2026-04-22", "2026-06-22",
    ),
    *_versions(EditModel("qwen-image-edit-max", 2, 0.5, False), "2026-01-16"),
    *_versions(EditModel("qwen-image-edit-plus", 2, 0.2, True), "2025-10-30", "2025-12-15"),
    EditModel("qwen-image-edit", 2, 0.3, True, most=1),
    # docs/model-studio.md 6: the stable alias is read as the autumn guide has it, with 32 pixels a side.
    OcrModel("qwen-vl-ocr", 600, 6_000_000, 0.3, 0.5, max_tokens=4096),
    OcrModel("qwen-vl-ocr-latest", 1200, 6_000_000, 0.3, 0.5),
    OcrModel("qwen-vl-ocr-2025-11-20", 1200, 6_000_000, 0.3, 0.5),
    OcrModel("qwen-vl-ocr-2025-08-28", 600, 6_000_000, 5, 5, patch=28, max_tokens=4096),
    OcrModel("qwen-vl-ocr-2025-04-13", 600, 6_000_000, 5, 5, patch=28, max_tokens=4096, locates=False),
    OcrModel("qwen-vl-ocr-2024-10-28", 600, 6_000_000, 5, 5, patch=28, max_tokens=4096, tasks=False, locates=False),
    SpeechModel("qwen3-livetranslate-flash", 100, 100_000, 10, 10, price_seen=4, price_spoken=40),
    AnalysisModel("tongyi-xiaomi-analysis-flash", 600, 1_000_000, 0.2, 0.4),
    AnalysisModel("tongyi-xiaomi-analysis-pro", 600, 1_000_000, 1.0, 2.7),
)  # fmt: skip
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
def script_of(language: str) -> str:
    """The script of a text model's language, by its code or name, as ISO 15924 has it."""
    named = (row for row in _tables()["text"] if language.casefold() in _names([row], ("code", "name", "lite_name")))
    return str(next(named, {}).get("script", "Latn"))


def language_named(text: str) -> str | None:
    """The code of the language whose English name stands last in a text; None if none does."""
    words = text.casefold()
    places = {str(row["code"]): words.rfind(str(row["name"]).casefold()) for row in _tables()["text"]}
    code = max(places, key=lambda code: places[code])
    return code if places[code] >= 0 else None


@cache
def image_languages(model: str, side: str) -> dict[str, str]:
    """Code by code and by English name, case folded, for the `source` or the `target` side."""
    rows = [row for row in _tables()[model] if row.get(side, True)]
    return {str(row[key]).casefold(): str(row["code"]) for row in rows for key in ("code", "name")}


def _names(rows: list[dict[str, str | bool]], keys: tuple[str, ...]) -> frozenset[str]:
    return frozenset(str(row[key]).casefold() for row in rows for key in keys if key in row)
