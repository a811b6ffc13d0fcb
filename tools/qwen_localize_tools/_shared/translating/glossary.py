"""Glossary and translation memory: what of them belongs into a request, and whether it was obeyed."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate

from pydantic import BaseModel

from ..arguments import Term
from ..tokens import tokens
from .termbase import Entry, Termbase, marks, plain

# What a request carries of a translation memory: tokens in all, and for each string so many entries at most, of which
# at least so much stands in the string. More is paid for in every request, and holds up the others.
_MEMORY_TOKENS = 400
_MOST_EACH = 3
_LEAST_SHARED = 0.5
# How many entries are compared with a string at most, those aside that share its rarest word.
_MOST_LOOKED_AT = 1000
# How many of a missing term's places are named, and how many bytes of JSON such terms take in an answer.
_MOST_PLACES, _MOST_MISSING = 10, 4_000


class MissingTerm(BaseModel):
    """A glossary term that some translations lack, by their index."""

    source: str
    target: str
    missing_in: list[int]


class GlossaryReceipt(BaseModel):
    """How many terms occur in the sources and were kept throughout, and the others."""

    kept: int
    missing: list[MissingTerm]

    def bounded(self) -> "GlossaryReceipt":
        """As much of it as an answer has room for."""
        shown = fitting((term.model_dump_json() for term in self.missing), _MOST_MISSING)
        return GlossaryReceipt(kept=self.kept, missing=self.missing[:shown])


def fitting(items: Iterable[str], most: int) -> int:
    """How many of the first items have so many bytes at most together."""
    return sum(size <= most for size in accumulate(len(item.encode()) + 2 for item in items))


def receipt(termbase: Termbase, pairs: Sequence[tuple[str, str | None]]) -> GlossaryReceipt:
    """For each term that occurs in a source: whether its target stands in that translation, case aside.

    Args:
        termbase: the terms.
        pairs: sources with their translations; None for one that failed, which is nobody's fault here.
    """
    places: dict[Entry, list[int]] = {}
    for index, (source, out) in enumerate(pairs):
        entries = termbase.occurring(source) if out is not None else []
        words = plain(out or "")
        for entry in entries:
            missing = places.setdefault(entry, [])
            missing += [] if entry.target.stands_in(words) else [index]
    lacking = [
        MissingTerm(source=entry.term.source, target=entry.term.target, missing_in=places[entry][:_MOST_PLACES])
        for entry in termbase.entries
        if places.get(entry)
    ]
    return GlossaryReceipt(kept=len(places) - len(lacking), missing=lacking)


class Memory:
    """A translation memory, of which each request carries what helps."""

    def __init__(self, entries: Sequence[Term]) -> None:
        self._entries = list(entries)

    def relevant(self, strings: Sequence[str]) -> list[Term]:
        """The entries of which most stands in one of the strings, the best first, as many as a request should carry."""
        if not self._entries:
            return []
        best: Counter[int] = Counter()
        for string in strings:
            for index, shared in self._best_for(string):
                best[index] = max(best[index], shared)
        chosen, room = [], _MEMORY_TOKENS
        for index in sorted(best, key=lambda index: (-best[index], index)):
            if self._sizes[index] <= room:
                chosen.append(self._entries[index])
                room -= self._sizes[index]
        return chosen

    def _best_for(self, string: str) -> list[tuple[int, int]]:
        """Entries by their number, with how many marks they share with the string."""
        own = marks(string)
        shared = {index: len(own & self._marks[index]) for index in self._looked_at(own)}
        near = [(index, count) for index, count in shared.items() if count >= _LEAST_SHARED * len(self._marks[index])]
        return heapq.nsmallest(_MOST_EACH, near, key=lambda item: (-item[1], len(self._marks[item[0]]), item[0]))

    def _looked_at(self, own: set[str]) -> set[int]:
        """The entries that share the rarest marks of a string: words that most entries have tell none of them."""
        found: set[int] = set()
        room = _MOST_LOOKED_AT
        for mark in sorted(own & self._by_mark.keys(), key=lambda mark: (len(self._by_mark[mark]), mark)):
            room -= len(self._by_mark[mark])
            if found and room < 0:
                break
            found.update(self._by_mark[mark])
        return found

    @cached_property
    def _sizes(self) -> list[int]:
        return [tokens(entry.source) + tokens(entry.target) for entry in self._entries]

    @cached_property
    def _marks(self) -> list[set[str]]:
        return [marks(entry.source) for entry in self._entries]

    @cached_property
    def _by_mark(self) -> dict[str, list[int]]:
        by_mark = defaultdict(list)
        for index, own in enumerate(self._marks):
            for mark in own:
                by_mark[mark].append(index)
        return by_mark
