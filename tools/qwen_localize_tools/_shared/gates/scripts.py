"""Which script a text is in, and whether that is how its language is written."""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache

from ..languages import find, table

_HAN, _KANA, _HANGUL = "Hani", "Kana", "Hang"
# The scripts that the languages' tables name, in the words of Unicode's character names.
_NAMES = {
    "LATIN": "Latn",
    "FULLWIDTH": "Latn",
    "CJK": _HAN,
    "HIRAGANA": _KANA,
    "KATAKANA": _KANA,
    "KATAKANA-HIRAGANA": _KANA,
    "HALFWIDTH": _KANA,
    "HANGUL": _HANGUL,
    "BOPOMOFO": _HAN,
    "CYRILLIC": "Cyrl",
    "GREEK": "Grek",
    "ARABIC": "Arab",
    "HEBREW": "Hebr",
    "THAI": "Thai",
    "LAO": "Laoo",
    "KHMER": "Khmr",
    "MYANMAR": "Mymr",
    "DEVANAGARI": "Deva",
    "BENGALI": "Beng",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "KANNADA": "Knda",
    "GUJARATI": "Gujr",
    "ORIYA": "Orya",
    "SINHALA": "Sinh",
    "ARMENIAN": "Armn",
    "GEORGIAN": "Geor",
}
_WRITTEN = {
    "Hans": frozenset({_HAN}),
    "Hant": frozenset({_HAN}),
    "Jpan": frozenset({_HAN, _KANA}),
    "Kore": frozenset({_HANGUL, _HAN}),
}


@cache
def _script(char: str) -> str:
    if not char.isalpha():
        return ""
    return _NAMES.get(unicodedata.name(char, "").split(" ", 1)[0], "Zyyy")


def letters(text: str) -> Counter[str]:
    """How many letters of each script a text has; modifiers and signs of no script are left out."""
    counted: Counter[str] = Counter()
    for char, count in Counter(text).items():
        if script := _script(char):
            counted[script] += count
    del counted["Zyyy"]
    return counted


@cache
def written(lang: str) -> frozenset[str]:
    """The scripts that a language is written in; none for one that is not known."""
    language = find(lang, table("qwen-mt")) if lang and lang != "auto" else None
    if language is None:
        return frozenset()
    return frozenset().union(*(_WRITTEN.get(script, {script}) for script in language.script.split()))


def main(counted: Mapping[str, int]) -> str:
    """The script that most letters are of; empty if there are none."""
    return max(counted, key=lambda script: counted[script]) if counted else ""
