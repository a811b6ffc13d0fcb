"""Choose a label for a question by the word lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen_localize.sandbox.analysis.words import Hit, Scale, find_hits, keywords, scale

if TYPE_CHECKING:
    from qwen_localize.sandbox.analysis.asking import Question
    from qwen_localize.sandbox.analysis.prompt import Turn

_AGENT = re.compile(
    r"agent|service|staff|support|assistant|bot\b|operator|seller|客服|坐席|座席|机器人|专员|卖家|商家|店",
    re.IGNORECASE,
)
_ON_FEELING = {"positive": "resolved", "negative": "unresolved", "neutral": "partly"}
_ROLES = "agent customer service user 客户 客服 用户 坐席 是否"
_QUOTED = 24  # characters


@dataclass(frozen=True)
class Judgement:
    """The answer to one question: the label, the turns behind it, and a few words of the first."""

    label: str
    turns: tuple[int, ...]
    quote: str


def judge(question: Question, turns: Sequence[Turn]) -> Judgement:
    """The label that fits best, or a few words for an open question."""
    if not question.labels:
        return _open(question, turns)
    for name, choose in (("outcome", _outcome), ("feeling", _feeling), ("judgement", _yes_or_no)):
        classes = _classes(scale(name), question.labels)
        if len(classes) > 1:
            found, hits = choose(question, turns)
            return _judgement(classes.get(found) or _usual(classes, question), hits, turns)
    return _most_shared(question, turns)


def _feeling(_: Question, turns: Sequence[Turn]) -> tuple[str, list[Hit]]:
    """What more of the customer's words say; the later word where both say as much."""
    hits = find_hits("feeling", _of_customer(turns))
    if not hits:
        return "neutral", []
    balance = sum(1 if hit.name == "positive" else -1 for hit in hits)
    found = hits[-1].name if balance == 0 else "positive" if balance > 0 else "negative"
    return found, [hit for hit in hits if hit.name == found]


def _outcome(question: Question, turns: Sequence[Turn]) -> tuple[str, list[Hit]]:
    """What the last word on it says, whoever spoke it; how the customer feels where nobody said."""
    hits = find_hits("outcome", turns)
    if hits:
        return hits[-1].name, [hit for hit in hits if hit.name == hits[-1].name]
    feeling, hits = _feeling(question, turns)
    return _ON_FEELING[feeling], hits


def _yes_or_no(question: Question, turns: Sequence[Turn]) -> tuple[str, list[Hit]]:
    """Whether a word of the question was said."""
    asked = keywords(question.text) - keywords(" ".join((*question.labels, _ROLES)))
    hits = [Hit(turn, word) for turn in turns for word in sorted(asked & keywords(turn.text))]
    return "yes" if hits else "no", hits


def _most_shared(question: Question, turns: Sequence[Turn]) -> Judgement:
    """The label that shares most words with the dialogue, by the lists of intents too; else the first."""
    best, evidence = question.labels[0], list[Hit]()
    intents = find_hits("intent", turns)
    for label in question.labels:
        own, intent = keywords(label), scale("intent").class_of(label)
        hits = [hit for hit in intents if hit.name == intent]
        hits += [Hit(turn, word) for turn in turns for word in sorted(own & keywords(turn.text))]
        if len(hits) > len(evidence):
            best, evidence = label, hits
    return _judgement(best, evidence, turns)


def _open(question: Question, turns: Sequence[Turn]) -> Judgement:
    """A few words: the intent found most, or what the customer said first where a summary is asked."""
    hits = find_hits("intent", _of_customer(turns))
    first = next(iter(_of_customer(turns)), None)
    if hits and not re.search(r"summar|摘要|总结|概括", question.text, re.IGNORECASE):
        names = [hit.name for hit in hits]
        most = max(names, key=names.count)
        return _judgement(most, [hit for hit in hits if hit.name == most], turns)
    return _judgement(_cut(first.text, 60) if first else "unknown", [Hit(first, "")] if first else [], turns)


def _classes(of: Scale, labels: Sequence[str]) -> dict[str, str]:
    """The plainest label of each class; none if some label is of no class."""
    classes: dict[str, str] = {}
    for label in sorted(labels, key=len):
        name = of.class_of(label)
        if name is None:
            return {}
        classes.setdefault(name, label)
    return classes


def _usual(classes: dict[str, str], question: Question) -> str:
    """For a class that no label is of: the middle one, if there is a middle."""
    return next((classes[name] for name in ("neutral", "partly", "no") if name in classes), question.labels[0])


def _judgement(label: str, hits: Sequence[Hit], turns: Sequence[Turn]) -> Judgement:
    evidence = {hit.turn.number: hit.turn for hit in reversed(hits)} or {turn.number: turn for turn in turns[-1:]}
    chosen = [evidence[number] for number in sorted(evidence)[-3:]]
    return Judgement(label, tuple(turn.number for turn in chosen), _cut(chosen[0].text, _QUOTED) if chosen else "")


def _of_customer(turns: Sequence[Turn]) -> Sequence[Turn]:
    """What others than the agent said; all if only agents spoke."""
    return [turn for turn in turns if not _AGENT.search(turn.role)] or turns


def _cut(text: str, length: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"
