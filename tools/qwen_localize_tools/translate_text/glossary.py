"""Glossary and translation memory: what of them belongs into a request, and whether it was obeyed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property

from pydantic import BaseModel, Field

from .._shared.arguments import Term
from .._shared.tokens import tokens
from .termbase import Entry, Termbase, marks, plain

_MEMORY_TOKENS = 1500


class TermReceipt(BaseModel):
    """What became of one glossary term that occurs in the text."""

    source: str
    target: str
    applied: bool
    missing_in: list[int] = Field(default_factory=list)


def receipts(termbase: Termbase, pairs: Sequence[tuple[str, str | None]]) -> list[TermReceipt]:
    """For each term that occurs in a source: whether its target stands in that translation, case aside.

    Args:
        termbase: the terms.
        pairs: sources with their translations; None for one that failed, which is nobody's fault here.
    """
    missing: dict[Entry, list[int]] = {}
    for index, (source, out) in enumerate(pairs):
        entries = termbase.occurring(source) if out is not None else []
        words = plain(out or "")
        for entry in entries:
            places = missing.setdefault(entry, [])
            places += [] if entry.target.stands_in(words) else [index]
    return [_receipt(entry.term, missing[entry]) for entry in termbase.entries if entry in missing]


def _receipt(term: Term, missing: list[int]) -> TermReceipt:
    return TermReceipt(source=term.source, target=term.target, applied=not missing, missing_in=missing)


class Memory:
    """A translation memory, of which each request carries what concerns it."""

    def __init__(self, entries: Sequence[Term]) -> None:
        self._entries = list(entries)

    def relevant(self, text: str) -> list[Term]:
        """All of it if it is small, or else what shares most words with the text, as much as a request should carry."""
        if sum(self._sizes) <= _MEMORY_TOKENS:
            return self._entries
        shared = Counter(index for mark in marks(text) for index in self._by_mark.get(mark, ()))
        chosen, room = [], _MEMORY_TOKENS
        for index in sorted(shared, key=lambda index: (-shared[index], index)):
            if self._sizes[index] <= room:
                chosen.append(self._entries[index])
                room -= self._sizes[index]
        return chosen

    @cached_property
    def _sizes(self) -> list[int]:
        return [tokens(entry.source) + tokens(entry.target) for entry in self._entries]

    @cached_property
    def _by_mark(self) -> dict[str, list[int]]:
        by_mark = defaultdict(list)
        for index, entry in enumerate(self._entries):
            for mark in marks(entry.source):
                by_mark[mark].append(index)
        return by_mark
