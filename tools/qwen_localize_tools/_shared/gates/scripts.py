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
    "Kore": frozenset({_HANGUL}),
}


@cache
def of(char: str) -> str:
    """The script of a letter; empty for what is no letter."""
    if not char.isalpha():
        return ""
    return _NAMES.get(unicodedata.name(char, "").split(" ", 1)[0], "Zyyy")


def letters(text: str) -> Counter[str]:
    """How many letters of each script a text has; modifiers and signs of no script are left out."""
    counted: Counter[str] = Counter()
    for char, count in Counter(text).items():
        if script := of(char):
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


# How many letters say what ten letters of English say, measured on programs' catalogues.
_LETTERS = {"Hani": 3.5, "Kana": 7, "Hang": 4.8, "Arab": 8.7, "Hebr": 7.5, "Deva": 6.5, "Beng": 6.5, "Thai": 9}
_ALPHABET = 11.5


def size(text: str, lang: str = "en") -> float:
    """How much a text says, in letters of English."""
    usual = 10 if lang in {"en", "auto", ""} else _ALPHABET
    return sum(count * 10 / _LETTERS.get(script, usual) for script, count in letters(text).items())


def main(counted: Mapping[str, int]) -> str:
    """The script that most letters are of; empty if there are none."""
    return max(counted, key=lambda script: counted[script]) if counted else ""
