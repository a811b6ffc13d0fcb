"""Makes the table of plural forms from CLDR, as Babel has it; run it as a file to write the product's."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.plural import PluralRule

import qwen_localize_tools.localize_files as package
from qwen_localize_tools._shared.languages import table

PATH = Path(package.__file__).parent / "plurals.json"
# Two digits are least likely to be written as a word; then other numbers, the plainest first.
_NUMBERS = [
    *map(str, [*range(21, 100), 20, *range(3, 20), 1, 2, 0, *range(100, 131)]),
    "1000000",
    "2000000",
    "1.5",
    "2.5",
]
_KINDS = {"cardinals": "plural_form", "ordinals": "ordinal_form"}


def _rule(locale: Locale, kind: str) -> PluralRule:
    return getattr(locale, _KINDS[kind]) or PluralRule({})


def _by_category(rule: PluralRule) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for number in _NUMBERS:
        found.setdefault(rule(Decimal(number)), []).append(number)
    return found


def _samples(numbers: list[str]) -> list[str]:
    """A number that stands for its category, and another if there is one: what has none is one number's alone."""
    whole = [number for number in numbers if "." not in number]
    return (whole or numbers)[:2]


def _languages() -> Iterator[str]:
    """Those of the service, and what else they are called."""
    codes = {language.code.partition("_")[0].partition("-")[0] for language in table("qwen-mt")}
    yield from sorted(codes | {"bs", "fil", "hr", "in", "iw", "nb", "nn", "no", "sr", "tl"})
    yield "pt_PT"


def _rows(kind: str, languages: Iterable[str]) -> dict[str, Any]:
    rules = {}
    for language in languages:
        try:
            rules[language] = _by_category(_rule(Locale.parse(language), kind))
        except (UnknownLocaleError, ValueError):
            continue
    wanted = {number for found in rules.values() for numbers in found.values() for number in _samples(numbers)}
    return {
        language.replace("_", "-"): {
            category: [*_samples(numbers), *(n for n in numbers if n in wanted and n not in _samples(numbers))]
            for category, numbers in found.items()
        }
        for language, found in rules.items()
    }


def rows() -> dict[str, Any]:
    """For both kinds of plurals: languages with the same rules, and of each category the numbers that take it."""
    languages = list(_languages())
    made: dict[str, Any] = {}
    for kind in _KINDS:
        groups: dict[str, list[str]] = {}
        for language, row in _rows(kind, languages).items():
            groups.setdefault(json.dumps(row, sort_keys=True), []).append(language)
        made[kind] = [
            {"languages": sorted(names), "categories": json.loads(row)}
            for row, names in sorted(groups.items(), key=lambda item: sorted(item[1]))
        ]
    return made


def text() -> str:
    """The table as it stands in the file: a line for each group of languages."""
    lines = []
    for kind, made in rows().items():
        body = ",\n".join(f"  {json.dumps(row, separators=(',', ':'))}" for row in made)
        lines.append(f' "{kind}": [\n{body}\n ]')
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    PATH.write_text(text(), "utf-8")
