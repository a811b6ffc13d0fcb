"""The languages that Qwen-MT models know (docs/model-studio.md 3)."""

from collections.abc import Iterable

from qwen_localize.tool import Languages

from ..languages import AUTO, Known, Language, listed, pair, table
from .models import MODELS

_WIDEST = "qwen-mt-flash"


def codes(source_lang: str, target_lang: str, model: str) -> tuple[str, str]:
    """The service's codes of both languages; the source's may be auto.

    Raises:
        BadArgument: the model does not know one of them, or they are the same.
    """
    source, target = pair(source_lang, target_lang, Known(model, _table(model), _WIDEST, table("qwen-mt")))
    return source.code if source else AUTO, target.code


def known_languages(models: Iterable[str] = MODELS) -> Languages:
    """Those of each model, for programs."""
    return {model: listed(_table(model)) for model in models}


def _table(model: str) -> tuple[Language, ...]:
    everything = table("qwen-mt")
    return tuple(language for language in everything if language.lite) if "-lite" in model else everything
