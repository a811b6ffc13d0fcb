"""What a translation should look like from afar: its script, its letters, its length."""

import math
import re
from collections.abc import Collection, Sequence

from . import scripts
from .finding import Finding, shown
from .words import words_only

# Words in Latin letters may stand between others without a space.
_WORD = re.compile(r"[a-zA-Z\u00c0-\u024f]+|[^\W\d_a-zA-Z\u00c0-\u024f]+")
_CJK = frozenset({"Hani", "Kana", "Hang"})
_MOST_FOREIGN, _MOST_LEFT = 3, 0.2
_LEAST_HAN = 16
# Letters that a language does not have although its script does.
_UNKNOWN_LETTERS = {
    "ru": "іїєґўћђјљњџќѓѕ",
    "uk": "ыэёъўћђјљњџ",
    "bg": "ыэёіїєґўћђј",
    "be": "ищъїєґћђј",
    "mk": "ыэёіїєґйщъьюя",
    "zh": "這們個時對說來國會過動發經現點將關開問間長書車馬門見電東樂習買從務區單參雙變號員圖場塊處備頭學實"
    "寫設資檔網頁",
    "zh_tw": "这们个时对说来国会过动发经现点将关开问间长书车马门见电东乐习买从务区单参双变号员图场块处备头学实"
    "写设资档网页",
}
_UNKNOWN_LETTERS["yue"] = _UNKNOWN_LETTERS["zh_tw"]
_ENGLISH = re.compile("the|and|this|that|with|your?|are|from|which|were|have|has|not|cannot|will|should")
# How many times as long or as short a translation may be: for short sources, for longer ones.
_LEAST_LENGTH = 15
_MOST_TIMES = ((25, 6.0), (45, 4.5), (math.inf, 2.8))
_CUT_TIMES = 2
_DOUBTFUL = 0.8
_ENDS = frozenset(".!?:…。！？：।॥؟۔՞።:;")
_AFTER_END = frozenset('"»”」』)')
_QUESTIONS = frozenset("?？؟;՞⸮")
_UNASKED = frozenset({"th", "lo", "ja", "km", "my"})
_UNSTOPPED = frozenset({"th", "lo", "km", "my"})
# People shorten what is shorter than this, and drop its full stop.
_LEAST_CUT = 40


def compared(source: str, translation: str, source_lang: str, target_lang: str) -> list[Finding]:
    """What is odd about the letters and the length."""
    before, after = words_only(source), words_only(translation)
    return [*_script(before, after, target_lang), *_length(before, after, source_lang, target_lang)]


def _script(source: str, translation: str, target_lang: str) -> list[Finding]:
    written = scripts.written(target_lang)
    if not written:
        return []
    known = set(_WORD.findall(source.casefold()))
    new = [word for word in _WORD.findall(translation.casefold()) if word not in known]
    counted, original = scripts.letters("".join(new)), scripts.letters(source)
    others = {script: count for script, count in counted.items() if script not in written}
    own = scripts.size("".join(char for word in new for char in word if scripts.of(char) in written))
    if len(new) > 1 and sum(others.values()) > _MOST_FOREIGN * own:
        return [Finding("script", f"Hardly a letter is of the language's script: {shown(translation.strip())}.")]
    strange = {script for script in others if script != "Latn" and script not in original}
    if sum(others[script] for script in strange) >= (1 if strange & _CJK else 2):
        return [Finding("script", f"Letters of another script slipped in: {shown(_first(new, strange))}.")]
    return _left_over(translation, set(original) - written - {"Latn"}) or _language(new, target_lang)


def _left_over(translation: str, foreign: Collection[str]) -> list[Finding]:
    """Words of the source that stand there as they were, in letters in which names do not travel."""
    if not foreign or not (left := [char for char in translation if scripts.of(char) in foreign]):
        return []
    share = scripts.size("".join(left)) / scripts.size(translation)
    words = shown("".join(left))
    return [Finding("script", f"Words of the source were left: {words}.", hard=share > _MOST_LEFT)]


def _first(words: Sequence[str], strange: set[str]) -> str:
    return next(word for word in words if strange & set(scripts.letters(word)))


def _language(new: Sequence[str], target_lang: str) -> list[Finding]:
    """Signs of another language in the same script."""
    text = "".join(new)
    unknown = set(_UNKNOWN_LETTERS.get(target_lang, "")).intersection(text)
    if sum(map(text.count, unknown)) > 1:
        return [Finding("script", f"Letters that the language does not have: {shown(''.join(sorted(unknown)))}.")]
    counted = scripts.letters(text)
    if target_lang == "ja" and counted["Hani"] >= _LEAST_HAN and not counted["Kana"]:
        return [Finding("script", "A Japanese text of this length has kana; this one reads as Chinese.")]
    english = sorted({word for word in new if _ENGLISH.fullmatch(word)})
    if target_lang not in {"", "en"} and len(english) > 2:
        return [Finding("script", f"Parts are in English: {shown(', '.join(english))}.")]
    return []


def _length(source: str, translation: str, source_lang: str, target_lang: str) -> list[Finding]:
    before, after = scripts.size(source, source_lang), scripts.size(translation, target_lang)
    if before < _LEAST_LENGTH:
        far = after > 60 and after > 6 * before
        return [Finding("length", "The translation is far longer than its source.")] if far else []
    is_cut = after * _CUT_TIMES < before and target_lang not in _UNSTOPPED
    if is_cut and _ends(source, _ENDS) and not _ends(translation, _ENDS | _AFTER_END):
        words = "The translation ends too early: it is short, and its sentence does not end."
        return [Finding("length", words, hard=before > _LEAST_CUT)]
    times = math.log((after + 1) / (before + 1))
    usual = math.log(next(most for length, most in _MOST_TIMES if before < length))
    if abs(times) <= usual * _DOUBTFUL:
        return []
    word = "longer" if times > 0 else "shorter"
    return [Finding("length", f"The translation is far {word} than its source.", hard=abs(times) > usual)]


def _ends(text: str, ends: Collection[str]) -> bool:
    return any(char in ends for char in text.rstrip()[-3:])


def answered(source: str, translation: str, source_lang: str, target_lang: str) -> list[Finding]:
    """Whether a question became something else that is longer."""
    asked = source.rstrip()[-1:] in _QUESTIONS and not _QUESTIONS.intersection(translation)
    if not asked or target_lang in _UNASKED:
        return []
    before, after = scripts.size(words_only(source), source_lang), scripts.size(words_only(translation), target_lang)
    if after > 2 * before + 8:
        return [Finding("answered", "The question was answered instead of translated.")]
    return [Finding("answered", "The question is none any more.", hard=False)] if after > 1.4 * before + 4 else []
