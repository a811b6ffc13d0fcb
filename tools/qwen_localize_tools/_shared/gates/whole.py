"""Not a translation at all: the source again, a remark, an answer, a loop."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from . import scripts
from .finding import Finding, shown
from .words import words_only

_PAIRS = ('""', "''", "“”", "„“", "„”", "«»", "»«", "‘’", "「」", "『』", "《》", "``", "‚‘", "‹›")
_QUOTE_MARKS = frozenset("".join(_PAIRS))
_FENCE = re.compile(r"```|^~~~", re.MULTILINE)
_ORDINARY = re.compile(r"(?<![\w./(,=;\[-])[^\W\d_]{2,40}(?![\w/(\[-])")
# "Translation:", "Note:" and the like in the languages that models answer in.
_LABELS = (
    r"(?:the\s)?translat(?:ion|ed(?:\stext)?)|перевод|переклад|превод|traduction|traducci[oó]n|tradu[cç][aã]o|traduzione"
    r"|übersetzung|vertaling|översättning|tłumaczenie|překlad|çeviri|bản\sdịch|dịch|terjemahan|译文|翻译|譯文|翻譯|翻訳|訳文|訳"
    r"|번역|الترجمة|ترجمة|ترجمه|תרגום|अनुवाद|คำแปล|käännös|fordítás|traducere|μετάφραση"
)
_REMARKS = (
    r"(?:translator['’]?s?\s)?notes?|примечание|примітка|забележка|remarque|nota|anmerkung|hinweis|opmerking|anm(?:ärkning)?"
    r"|uwaga|poznámka|not|lưu\sý|ghi\schú|catatan|注意|注释|注|註|备注|說明|说明|備註|注記|補足|참고|주의|ملاحظة|توجه|הערה|नोट|หมายเหตุ"
    r"|explanation|пояснение|explication|explicación|erklärung|解释|context"
)
_LABEL = re.compile(rf"\W{{0,8}}(?:{_LABELS})(?:\s?\([^()]{{1,40}}\)|\s\w{{1,20}}){{0,3}}\W{{0,4}}[:：]", re.IGNORECASE)
_REMARK = re.compile(rf"(?:\A|[\n(（\[【*]|[.。!！?？]\s{{0,3}})\W{{0,3}}(?:{_REMARKS})\W{{0,3}}[:：]", re.IGNORECASE)
_PREFACE = re.compile(
    r"\W{0,4}(?:sure|certainly|of course|okay|конечно|разумеется|natürlich|gerne|bien sûr|claro|certamente|当然|好的"
    r"|もちろん|물론)?\W{0,4}(?:here(?:['’]s| is| are)|вот|hier (?:ist|sind)|voici|aqu[ií] (?:est[aá]|tienes?)|ecco"
    r"|以下是|下面是|以下は|다음은|إليك|tässä on|oto|här är|hier is|işte|đây là|berikut)[^\n:：]{0,60}"
    r"(?:translat|перевод|übersetz|tradu|译|譯|翻訳|번역|ترجم|vertal|tłumacz|çeviri|dịch|terjemah)",
    re.IGNORECASE,
)
_TRANSLATING = re.compile(
    r"translat|перев|übersetz|tradu|译|譯|翻訳|訳|번역|ترجم|vertal|tłumacz|çevir|dịch|terjemah", re.IGNORECASE
)
# Words of which a remark may be the translation.
_REMARKING = re.compile(
    r"\b(?:notes?|nota|remarks?|hints?|attention|warning|caution|important|tips?|context|explanations?|n\.?b|anm|hinweis|achtung)\b"
    r"|приме|внима|подсказ|注|备|備|提示|说明|說明|補足|참고|주의|ملاحظ|הערה",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?。！？\n।॥؟]+")
_MOST_LETTERS = 20_000
_MOST_PAIR = 16
_LOOP_WORDS, _LOOP_TIMES, _LOOP_SHARE = 4, 4, 0.4
_UNSPACED = frozenset({"Hani", "Kana", "Thai", "Laoo", "Khmr", "Mymr"})


def compared(source: str, translation: str, source_lang: str, target_lang: str) -> list[Finding]:
    """What says that this is no translation."""
    return [
        *_same(source, translation, source_lang, target_lang),
        *_both(source, translation),
        *_quoted(source, translation),
        *_fenced(source, translation),
        *_noted(source, translation),
        *_repeated(source, translation),
    ]


@lru_cache(maxsize=16)
def _folded(text: str) -> str:
    """A text without case, spaces and punctuation."""
    return "".join(char for char in unicodedata.normalize("NFC", text).casefold() if char.isalnum())


def _same(source: str, translation: str, source_lang: str, target_lang: str) -> list[Finding]:
    if _folded(source) != _folded(translation):
        return []
    words = [word for word in _ORDINARY.findall(words_only(source)) if not word.isupper()]
    small = [word for word in words if word == word.lower()]
    foreign = _is_foreign(source, source_lang, target_lang)
    letters = scripts.letters(words_only(source))
    enough = len(small) >= 1 and len(words) >= 2 if foreign else len(small) >= 3 or (len(small) == 2 < len(words))
    # A name may stay in Latin letters wherever it goes; in other letters it may not.
    if enough or (foreign and scripts.main(letters) != "Latn" and letters.total() > 1):
        return [Finding("untranslated", "The translation is the source itself.")]
    if words if foreign else small and len(words) > 1:
        return [Finding("untranslated", "The translation equals the source, which may be a name.", hard=False)]
    return []


def _is_foreign(source: str, source_lang: str, target_lang: str) -> bool:
    """Whether the source is not written as its target is."""
    written = scripts.written(target_lang)
    used = scripts.main(scripts.letters(words_only(source)))
    return bool(written and used) and used not in written and not scripts.written(source_lang) & written


def _unspaced_letters(text: str) -> int:
    counted = scripts.letters(text)
    return sum(counted[script] for script in _UNSPACED)


def _both(source: str, translation: str) -> list[Finding]:
    before, after = _folded(words_only(source)), _folded(words_only(translation))
    words = _ORDINARY.findall(words_only(source))
    sentence = len(before) >= 12 and (sum(map(str.islower, words)) > 1 or len(words) > 3)
    if (
        (sentence or _unspaced_letters(before) >= 8)
        and before in after
        and scripts.size(after) > scripts.size(before) * 1.3
    ):
        return [Finding("untranslated", "The translation holds the source as well.")]
    return []


def _quoted(source: str, translation: str) -> list[Finding]:
    text, original = translation.strip(), source.strip()
    ends = original[:1] + original[-1:]
    if len(text) < 3 or any(char in _QUOTE_MARKS for char in ends) or text[0] + text[-1] not in _PAIRS:
        return []
    inner = text[1:-1]
    if text[0] in inner or text[-1] in inner:
        return []
    return [Finding("quoted", f"The translation is wrapped in quotation marks: {shown(text)}.")]


def _fenced(source: str, translation: str) -> list[Finding]:
    if len(_FENCE.findall(translation)) > len(_FENCE.findall(source)):
        return [Finding("fence", "The translation stands in a code fence.")]
    return []


def _colons(text: str) -> int:
    return text.count(":") + text.count("：")


def _noted(source: str, translation: str) -> list[Finding]:
    start = translation[:300]
    if _PREFACE.match(start) and not _TRANSLATING.search(source):
        return [Finding("note", f"A preface stands before the translation: {shown(start)}.")]
    if _colons(translation) <= _colons(source):
        return []
    if (label := _LABEL.match(start)) and not _TRANSLATING.search(source):
        return [Finding("note", f"A label stands before the translation: {shown(label[0])}.")]
    if not _REMARKING.search(source) and (remarks := list(_REMARK.finditer(translation))):
        return [Finding("note", f"A remark was added: {shown(translation[remarks[-1].start() :])}.")]
    return []


def _repeated(source: str, translation: str) -> list[Finding]:
    if _is_doubled(translation) and not _is_doubled(source):
        # The last fourth is "cuarto cuarto".
        hard = len(translation.split()) != 2 or len(source.split()) == 1 or len(translation) > _MOST_PAIR
        return [Finding("repeated", "The translation stands there twice or more.", hard)]
    sentence, times = _most(_sentences(translation))
    if times > max(1, _most(_sentences(source))[1]) and times > 1:
        return [Finding("repeated", f"A sentence is repeated {times} times: {shown(sentence)}.")]
    phrase, times = _most(_phrases(translation))
    covered = times * len(phrase) / max(1, len(translation))
    if times >= _LOOP_TIMES and covered > _LOOP_SHARE and times > 2 * _most(_phrases(source))[1]:
        return [Finding("repeated", f"A phrase is repeated {times} times: {shown(phrase)}.")]
    return []


def _is_doubled(text: str) -> bool:
    letters = _folded(words_only(text))
    apart = len(text.split()) > 1 or _unspaced_letters(letters) == len(letters)
    return apart and len(letters) >= 6 and (letters + letters).find(letters, 1) < len(letters)


def _sentences(text: str) -> Iterable[str]:
    return (part for part in map(_folded, _SENTENCE.split(text)) if len(part) >= 12)


def _phrases(text: str) -> Iterable[str]:
    parts = [part for part in text.casefold().split() if any(map(str.isalnum, part))]
    if len(parts) < _LOOP_WORDS * _LOOP_TIMES:
        letters = _folded(text)[:_MOST_LETTERS]
        return (letters[index : index + 6] for index in range(len(letters) - 5))
    return (" ".join(parts[index : index + _LOOP_WORDS]) for index in range(len(parts) - _LOOP_WORDS + 1))


def _most(items: Iterable[str]) -> tuple[str, int]:
    return max(Counter(items).most_common(1), default=("", 0))
