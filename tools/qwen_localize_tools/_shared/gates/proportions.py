"""What a translation should look like from afar: its script, and its length."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from . import scripts
from .finding import Finding, shown
from .words import words_only

# How much of a text in an alphabet one letter of a script says.
_WEIGHTS = {"Hani": 2.9, "Kana": 1.7, "Hang": 2.2}
_LEAST_LENGTH = 15
# Words in Latin letters may stand between others without a space.
_WORD = re.compile(r"[a-zA-Z\u00c0-\u024f]+|[^\W\d_a-zA-Z\u00c0-\u024f]+")
_CJK = frozenset({"Hani", "Kana", "Hang"})
_MOST_FOREIGN = 3
_QUESTIONS = "?？؟;՞"


def compared(source: str, translation: str, target_lang: str) -> list[Finding]:
    """What is odd about the letters and the length."""
    before, after = words_only(source), words_only(translation)
    return [*_script(before, after, target_lang), *_length(before, after)]


def _script(source: str, translation: str, target_lang: str) -> list[Finding]:
    written = scripts.written(target_lang)
    if not written:
        return []
    known = set(_WORD.findall(source.casefold()))
    new = [word for word in _WORD.findall(translation.casefold()) if word not in known]
    counted, original = scripts.letters("".join(new)), scripts.letters(source)
    others = Counter({script: count for script, count in counted.items() if script not in written})
    if len(new) > 1 and others.total() > _MOST_FOREIGN * _size_of(counted - others):
        return [Finding("script", f"Hardly a letter is of the language's script: {shown(translation.strip())}.")]
    strange = {script for script in others if script != "Latn" and script not in original}
    if sum(others[script] for script in strange) >= (1 if strange & _CJK else 2):
        return [Finding("script", f"Letters of another script slipped in: {shown(_first(new, strange))}.")]
    return []


def _first(words: Sequence[str], strange: set[str]) -> str:
    return next(word for word in words if strange & set(scripts.letters(word)))


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
    return _size_of(scripts.letters(text))


def _size_of(counted: Mapping[str, int]) -> float:
    return sum(count * _WEIGHTS.get(script, 1) for script, count in counted.items())
