"""The plural forms that languages have: CLDR's, in `plurals.json`, each with numbers that take it."""

import json
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

Kind = Literal["cardinals", "ordinals"]
ORDER = ("zero", "one", "two", "few", "many", "other")
# Varieties of Arabic that CLDR says nothing of; any other language without data is taken to count as English does.
_ALIKE = dict.fromkeys(("acm", "acq", "aeb", "ajp", "apc", "arq", "ars", "ary", "arz"), "ar") | {"zh-tw": "zh"}
_USUAL = "en"


@cache
def _table(kind: Kind) -> Mapping[str, Mapping[str, list[str]]]:
    rows = json.loads(files(__package__).joinpath("plurals.json").read_text("utf-8"))[kind]
    return {language: row["categories"] for row in rows for language in row["languages"]}


def _of(language: str, kind: Kind) -> Mapping[str, list[str]]:
    """The categories of a language by any of its codes: `pt-PT`, `zh_tw`, `ru-RU`, `b+sr+Latn`."""
    table = _table(kind)
    parts = language.removeprefix("b+").replace("_", "-").replace("+", "-").split("-")
    base = parts[0].casefold()
    whole = f"{base}-{parts[-1].upper().removeprefix('R')}" if len(parts) > 1 else base
    return table.get(whole) or table.get(_ALIKE.get(base, base)) or table[_USUAL]


def categories(language: str, kind: Kind = "cardinals") -> list[str]:
    """The forms that a language has, in CLDR's order."""
    found = _of(language, kind)
    return [category for category in ORDER if category in found]


def numbers(language: str, name: str, kind: Kind = "cardinals") -> list[str]:
    """Some numbers that take a form, the best to stand for the others first; one only, if it is for a single number."""
    return _of(language, kind).get(name, [])


def category(language: str, number: str, kind: Kind = "cardinals") -> str:
    """The form that a number takes, if it is one of those that `numbers` names for any language; else `other`."""
    return next((name for name, known in _of(language, kind).items() if number in known), "other")


def kind(names: Collection[str], language: str, key: str = "") -> Kind:
    """What a plural counts, by its forms and its key: things, or places, as in 1st and 2nd."""
    ordinal = categories(language, "ordinals")
    places = len(ordinal) > 1 and ordinal != categories(language) and set(names) == set(ordinal)
    return "ordinals" if places or key.endswith("_ordinal_other") else "cardinals"
