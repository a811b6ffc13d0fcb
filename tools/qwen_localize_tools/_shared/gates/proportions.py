"""What a translation should look like from afar: its script, and its length."""

import math
import re

from . import scripts
from .finding import Finding, shown
from .words import words_only

# How much of a text in an alphabet one letter of a script says.
_WEIGHTS = {"Hani": 2.9, "Kana": 1.7, "Hang": 2.2}
_LEAST_LENGTH = 15
_FOREIGN_RUN = re.compile(r"[^\W\d_]{2,}")
_CJK = frozenset({"Hani", "Kana", "Hang"})
_LEAST_LETTERS = 4
_QUESTIONS = "?？؟;՞"


def compared(source: str, translation: str, target_lang: str) -> list[Finding]:
    """What is odd about the letters and the length."""
    before, after = words_only(source), words_only(translation)
    return [*_script(before, after, target_lang), *_length(before, after)]


def _script(source: str, translation: str, target_lang: str) -> list[Finding]:
    written = scripts.written(target_lang)
    if not written:
        return []
    known = set(_FOREIGN_RUN.findall(source.casefold()))
    new = " ".join(word for word in _FOREIGN_RUN.findall(translation.casefold()) if word not in known)
    counted, original = scripts.letters(new), scripts.letters(source)
    own = sum(count for script, count in counted.items() if script in written)
    others = {script: count for script, count in counted.items() if script not in written}
    foreign = sum(others.values())
    if foreign >= _LEAST_LETTERS and foreign > 2 * own and (own or foreign > 8 or not original):
        return [Finding("script", f"Hardly a letter is of the language's script: {shown(translation.strip())}.")]
    strange = {script for script in others if script != "Latn" and script not in original}
    if sum(others[script] for script in strange) >= (1 if strange & _CJK else 2):
        return [Finding("script", f"Letters of another script slipped in: {shown(_first(new, strange))}.")]
    return []


def _first(text: str, strange: set[str]) -> str:
    return next((word for word in text.split() if strange & set(scripts.letters(word))), text)


def _length(source: str, translation: str) -> list[Finding]:
    before, after = _size(source), _size(translation)
    if before < _LEAST_LENGTH:
        return _answered(source, translation, before, after)
    ratio = math.log((after + 1) / (before + 1))
    usual = 0.5 + 4.5 / math.sqrt(before)
    if abs(ratio) <= usual:
        return []
    word = "longer" if ratio > 0 else "shorter"
    return [Finding("length", f"The translation is far {word} than its source.", hard=abs(ratio) > usual * 1.25)]


def _answered(source: str, translation: str, before: float, after: float) -> list[Finding]:
    if after > 60 and after > 6 * before:
        return [Finding("length", "The translation is far longer than its source.")]
    return []


def _size(text: str) -> float:
    """The length that a text would have in an alphabet."""
    counted = scripts.letters(text)
    return sum(count * _WEIGHTS.get(script, 1) for script, count in counted.items())
