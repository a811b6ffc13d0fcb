"""Languages by code or English name, for the models that have a table of their own (`languages.json`)."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from qwen_localize.errors import BadArgument, quote

from .locales import fold, locale, spellings

AUTO = "auto"
_NEAREST = 4


@dataclass(frozen=True)
class Language:
    """One row of a table: its code as the service spells it, how it is written (ISO 15924), where it may stand."""

    code: str
    name: str
    script: str = "Latn"
    lite: bool = False
    source: bool = True
    target: bool = True


@cache
def table(family: str) -> tuple[Language, ...]:
    """The languages of a model family: `qwen-mt`, `qwen-mt-image` or `qwen-mt-image-2.0`."""
    rows = json.loads(files(__package__).joinpath("languages.json").read_text("utf-8"))[family]
    return tuple(Language(**row) for row in rows)


def find(name: str, languages: Sequence[Language]) -> Language | None:
    """The language called `name`: a code, an English name, or a locale such as pt-BR or Chinese (Simplified).

    A locale's region is left aside, but never its script, nor the difference between the two kinds of Chinese.
    """
    known, folded = _by_key(languages), fold(name)
    if language := _first(spellings(folded), known):
        return language
    if not (parts := locale(folded)):
        return None
    language = _first(parts.keys(), known)
    return language if language and parts.scripts.issubset(language.script.casefold().split()) else None


def _by_key(languages: Sequence[Language]) -> dict[str, Language]:
    return {fold(key): language for language in languages for key in (language.name, language.code)}


def _first(keys: Sequence[str], known: Mapping[str, Language]) -> Language | None:
    return next((known[key] for key in keys if key in known), None)


@dataclass(frozen=True)
class Known:
    """The languages of one model, and the model to name for those that only it has."""

    model: str
    languages: tuple[Language, ...]
    wider_model: str = ""
    wider: tuple[Language, ...] = ()


def pair(source_lang: str, target_lang: str, known: Known) -> tuple[Language | None, Language]:
    """Source (None for auto) and target of a translation.

    Raises:
        BadArgument: the model does not know one of them, or they are the same; says what to use instead.
    """
    if fold(target_lang) == AUTO:
        raise BadArgument("target_lang: only the source can be auto. Name the language to translate into.")
    target = _require(target_lang, "target_lang", known, [row for row in known.languages if row.target])
    if fold(source_lang) == AUTO:
        return None, target
    source = _require(source_lang, "source_lang", known, [row for row in known.languages if row.source])
    if source == target:
        raise BadArgument(f"From {source.name} into {target.name} changes nothing. Choose two different languages.")
    return source, target


def _require(name: str, argument: str, known: Known, rows: Sequence[Language]) -> Language:
    if language := find(name, rows):
        return language
    if elsewhere := find(name, known.wider):
        raise BadArgument(
            f"{argument}: {known.model} cannot take {elsewhere.name} here. {known.wider_model} can: set model to it."
        )
    raise BadArgument(
        f"{argument}: {known.model} does not know the language {quote(name, 40)}. Nearest: {nearest(name, rows)}."
    )


def nearest(name: str, languages: Sequence[Language]) -> str:
    """The names most like `name`, with their codes; the commonest languages if nothing is like it."""
    known, folded = _by_key(languages), fold(name)
    parts = locale(folded)
    keys = [*(parts.keys() if parts else ()), *difflib.get_close_matches(folded, known, _NEAREST, 0.5)]
    found = list(dict.fromkeys(known[key] for key in keys if key in known)) or list(languages)
    return ", ".join(f"{language.name} ({language.code})" for language in found[:_NEAREST])


def listed(languages: Sequence[Language]) -> list[dict[str, Any]]:
    """A table for programs: code and name, and what is not as usual."""
    sides = ("source", "target")
    return [
        {"code": row.code, "name": row.name} | {side: False for side in sides if not getattr(row, side)}
        for row in languages
    ]


def suggested(family: str, begun: str) -> list[str]:
    """The names of languages to translate into that begin so, or whose code does; of a list, the last is completed."""
    before, comma, last = begun.rpartition(",")
    start, head = fold(last), f"{before}, " if comma else ""
    targets = [row for row in table(family) if row.target]
    return [f"{head}{row.name}" for row in targets if fold(row.name).startswith(start) or row.code.startswith(start)]
