"""Glossary and translation memory: what of them belongs into a request, and whether it was obeyed."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, Field

from ._params import Term
from ._segments import tokens

# Scripts that do not put spaces between words: a term there may stand inside a run of letters.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"\w+")
_MEMORY_TOKENS = 1500


class TermReceipt(BaseModel):
    """What became of one glossary term that occurs in the text."""

    source: str
    target: str
    applied: bool
    missing_in: list[int] = Field(default_factory=list)


def occurring(glossary: Sequence[Term], text: str) -> list[Term]:
    """The terms that stand in the text as words of their own, in any case, with an English plural or possessive."""
    return [term for term in glossary if _pattern(term.source).search(text)]


def _pattern(source: str) -> re.Pattern[str]:
    # Compiled patterns are cached by `re`, so that a glossary is not compiled anew for every string.
    start = r"(?<!\w)" if _is_spaced(source[0]) else ""
    end = r"(?:'s|s|es)?(?!\w)" if _is_spaced(source[-1]) else ""
    return re.compile(start + re.escape(source) + end, re.IGNORECASE)


def _is_spaced(char: str) -> bool:
    return char.isalnum() and not _UNSPACED.match(char)


def receipts(glossary: Sequence[Term], pairs: Sequence[tuple[str, str | None]]) -> list[TermReceipt]:
    """For each term that occurs in a source: whether its target stands in that translation, case aside.

    Args:
        glossary: the terms.
        pairs: sources with their translations; None for one that failed, which is nobody's fault here.
    """
    found = []
    for term in glossary:
        pattern = _pattern(term.source)
        places = [
            (index, out) for index, (source, out) in enumerate(pairs) if out is not None and pattern.search(source)
        ]
        missing = [index for index, out in places if term.target.casefold() not in out.casefold()]
        if places:
            found.append(TermReceipt(source=term.source, target=term.target, applied=not missing, missing_in=missing))
    return found


def relevant(memory: Sequence[Term], text: str) -> list[Term]:
    """As much of a translation memory as a request should carry: all of it, or what shares most words with the text."""
    if sum(_size(entry) for entry in memory) <= _MEMORY_TOKENS:
        return list(memory)
    words = set(_WORD.findall(text.casefold()))
    ranked = sorted(memory, key=lambda entry: -len(words.intersection(_WORD.findall(entry.source.casefold()))))
    chosen, room = [], _MEMORY_TOKENS
    for entry in ranked:
        room -= _size(entry)
        if room < 0:
            break
        chosen.append(entry)
    return chosen


def _size(entry: Term) -> int:
    return tokens(entry.source) + tokens(entry.target)
