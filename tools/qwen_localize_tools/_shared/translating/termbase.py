"""Finding a term in a text: in any case, across line breaks, and in the forms that its language gives it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ..arguments import Term
from ..gates import words_only

# Scripts that do not put spaces between words, or write particles onto them (Hangul): a term may stand anywhere.
_UNSPACED = (
    r"\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u19e0-\u19ff\u3005-\u3007\u3040-\u318f\u31f0-\u31ff"
    r"\u3400-\u9fff\ua960-\ua97f\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U000323af"
)
# Scripts whose languages change the ends of words: Greek, Cyrillic, Armenian, Georgian.
_INFLECTED = r"\u0370-\u0587\u10a0-\u10ff\u1f00-\u1fff"
_LATIN = r"0-9a-z_\u00aa-\u024f\u1e00-\u1eff"
_WITHIN = rf"[^\W{_UNSPACED}]"

_SPACED_START = re.compile(_WITHIN)
# Where a word ends though no space follows. Marked in texts, so that the pattern of a term is a plain and quick one.
_SEAM = re.compile(rf"(?<={_WITHIN})(?=[{_UNSPACED}])|(?<=[{_UNSPACED}])(?={_WITHIN})")
_INFLECTED_END = re.compile(rf"[{_INFLECTED}]+$")
_MARK = re.compile(rf"(?=([{_UNSPACED}]{{2}}))|{_WITHIN}+")
_LATIN_END = re.compile(rf"[{_LATIN}]$")
# Words that are written onto the next one: and, with, the.
_PREFIXES = (
    (re.compile(r"[\u0621-\u064a]"), "[وفبكلس]{0,2}(?:ال|ل)?"),
    (re.compile(r"[\u05d0-\u05ea]"), "[ושהבכלמ]{0,3}"),
)


def plain(text: str) -> str:
    """The text for comparing: without case or two ways to write a character, and with the ends of words marked."""
    return _SEAM.sub("\u200b", unicodedata.normalize("NFKC", text).casefold())


def marks(text: str) -> set[str]:
    """What two texts on the same matter share: words, and pairs of characters where there are no spaces."""
    return {match[1] or match[0] for match in _MARK.finditer(plain(text))}


class TermPattern:
    """Words that are looked for in many texts. The pattern is made once, and only if the words are ever met."""

    def __init__(self, words: str) -> None:
        self._words = plain(words).split() or [plain(words)]
        self._stems = tuple(_stem(word)[0] for word in self._words)

    def stands_in(self, text: str) -> bool:
        """Whether a text, as `plain` gives it, has these words as words of their own."""
        return all(map(text.__contains__, self._stems)) and self._pattern.search(text) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(_start(self._words[0]) + r"\s+".join(map(_forms, self._words)) + _end(self._words[-1]))


@dataclass(frozen=True, eq=False)
class Entry:
    """A term of a glossary, with both its sides ready to be looked for."""

    term: Term
    source: TermPattern
    target: TermPattern


class Termbase:
    """A glossary, ready to be looked for in the many texts of one call."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.entries = [Entry(term, TermPattern(term.source), TermPattern(term.target)) for term in terms]
        self._found: dict[str, list[Entry]] = {}

    def occurring(self, text: str) -> list[Entry]:
        """The entries whose source stands in the words of the text, which is looked through once."""
        if text not in self._found:
            words = plain(words_only(text))
            self._found[text] = [entry for entry in self.entries if entry.source.stands_in(words)]
        return self._found[text]

    def occurring_in(self, strings: Sequence[str]) -> list[Entry]:
        """The entries whose source stands in any of the strings, in the glossary's order."""
        found = {id(entry) for string in strings for entry in self.occurring(string)}
        return [entry for entry in self.entries if id(entry) in found]


def _start(word: str) -> str:
    if not _SPACED_START.match(word):
        return ""
    prefixes = "".join(prefix for letter, prefix in _PREFIXES if letter.match(word))
    return rf"(?<!\w){prefixes}"


def _forms(word: str) -> str:
    stem, ending = _stem(word)
    return re.escape(stem) + (rf"\w{{0,{ending}}}" if ending else "")


def _end(word: str) -> str:
    if _LATIN_END.search(word):
        return r"(?:['’]s|s|es)?(?!\w)"
    return r"(?!\w)" if _INFLECTED_END.search(word) else ""


def _stem(word: str) -> tuple[str, int]:
    """What stays of a word in all its forms, and how many letters may follow."""
    letters = _INFLECTED_END.search(word)
    if not letters:
        return word, 0
    dropped = 2 if len(letters[0]) > 5 else 1 if len(letters[0]) > 3 else 0
    return word[: len(word) - dropped], max(3, dropped + 2)
