"""The word lists (data/words.json): which class a label is of, and where a dialogue has words of a class."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qwen_localize.sandbox.analysis.prompt import Turn

_WORDS = re.compile(r"[a-z]{3,}|[\u3400-\u9fff]{2,}")
_COMMON = re.compile(
    r"(?:the|and|for|are|was|were|you|your|our|has|have|had|not|with|from|this|that|they|them|its|his|her|what|which"
    r"|who|how|does|did|will|can|could|would|should|any|all|one)"
)


@dataclass(frozen=True)
class Hit:
    """A word of a class, in a turn."""

    turn: Turn
    name: str


@dataclass(frozen=True)
class Scale:
    """Classes that exclude each other, such as negative, positive and neutral."""

    labels: tuple[tuple[str, re.Pattern[str]], ...]
    words: re.Pattern[str]
    classes: dict[str, str]

    def class_of(self, label: str) -> str | None:
        """The class that a label names."""
        folded = label.casefold().replace("_", " ")
        return next((name for name, pattern in self.labels if pattern.search(folded)), None)


@cache
def scale(name: str) -> Scale:
    """One of feeling, outcome, judgement and intent."""
    lists = json.loads(files("qwen_localize.sandbox").joinpath("data", "words.json").read_text("utf-8"))[name]
    classes = {word: entry["class"] for entry in lists for word in entry["words"]}
    labels = tuple((entry["class"], _any(entry["labels"] or [entry["class"], *entry["words"]])) for entry in lists)
    return Scale(labels, _any(classes), classes)


def find_hits(name: str, turns: Iterable[Turn]) -> list[Hit]:
    """Every word of a class of the scale, in order; what begins first and is longest counts."""
    return [hit for turn in turns for hit in _hits_in(name, turn)]


@lru_cache(maxsize=2048)  # several questions are asked of one dialogue
def _hits_in(name: str, turn: Turn) -> list[Hit]:
    of = scale(name)
    return [Hit(turn, of.classes[match.group()]) for match in of.words.finditer(turn.text.casefold())]


@lru_cache(maxsize=2048)
def keywords(text: str) -> frozenset[str]:
    """The words of a text, Chinese in pairs of characters."""
    found: set[str] = set()
    for word in _WORDS.findall(text.casefold()):
        if not word.isascii():
            found.update(word[at : at + 2] for at in range(len(word) - 1))
        elif not _COMMON.fullmatch(word):
            found.add(word)
    return frozenset(found)


def _any(words: Iterable[str]) -> re.Pattern[str]:
    """Any of the words, the longest first; Latin ones only as whole words."""
    ordered: Sequence[str] = sorted(words, key=len, reverse=True)
    if not ordered:
        return re.compile(r"(?!)")
    return re.compile("|".join(rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in ordered))
