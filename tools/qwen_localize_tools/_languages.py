"""Languages by code or English name, for the models that have a table of their own (`languages.json`)."""

import difflib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from qwen_localize.errors import BadArgument, quote

AUTO = "auto"
_NEAREST = 4

# Common names and codes that the official tables spell differently.
_ALIASES = {
    "simplified chinese": "zh",
    "mandarin": "zh",
    "zh-cn": "zh",
    "zh-hans": "zh",
    "zh-sg": "zh",
    "zh-hant": "zh-tw",
    "zh-hk": "zh-tw",
    "zh-mo": "zh-tw",
    "arabian": "ar",
    "albanian": "sq",
    "azerbaijani": "az",
    "brazilian portuguese": "pt",
    "farsi": "fa",
    "persian": "fa",
    "filipino": "tl",
    "fil": "tl",
    "iw": "he",
    "norwegian": "nb",
    "no": "nb",
    "uzbek": "uz",
}


@dataclass(frozen=True)
class Language:
    """One row of a table: its code as the service spells it, and where it may stand."""

    code: str
    name: str
    lite: bool = False
    source: bool = True
    target: bool = True


@cache
def table(family: str) -> tuple[Language, ...]:
    """The languages of a model family: `qwen-mt`, `qwen-mt-image` or `qwen-mt-image-2.0`."""
    rows = json.loads(files(__package__).joinpath("languages.json").read_text("utf-8"))[family]
    return tuple(Language(**row) for row in rows)


def find(name: str, languages: Sequence[Language]) -> Language | None:
    """The language called `name`: a code, an English name, or a locale such as pt-BR; any case."""
    known = {_fold(key): language for language in languages for key in (language.code, language.name)}
    folded = _fold(name)
    for key in (folded, _ALIASES.get(folded, ""), folded.partition("-")[0] if _is_locale(folded) else ""):
        if key in known:
            return known[key]
    return None


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
    if _fold(target_lang) == AUTO:
        raise BadArgument("target_lang: only the source can be auto. Name the language to translate into.")
    target = _require(target_lang, "target_lang", known, [row for row in known.languages if row.target])
    if _fold(source_lang) == AUTO:
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
    by_key = {_fold(key): language for language in languages for key in (language.name, language.code)}
    keys = difflib.get_close_matches(_fold(name), by_key, _NEAREST, 0.5)
    found = list(dict.fromkeys(by_key[key] for key in keys)) or list(languages[:_NEAREST])
    return ", ".join(f"{language.name} ({language.code})" for language in found)


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.strip().replace("’", "'")).casefold()
    return "".join(char for char in plain if not unicodedata.combining(char)).replace("_", "-")


def _is_locale(folded: str) -> bool:
    """Whether this is a language with a region or script: `pt-br`, `sr-latn`, `es-419`. Chinese needs its own rows."""
    language, _, rest = folded.partition("-")
    return 2 <= len(language) <= 3 and 2 <= len(rest) <= 8 and rest.isalnum() and language != "zh"
