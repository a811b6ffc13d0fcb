"""What is said of many analysed conversations: counts, files, and why some failed."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from qwen_localize.tool import SavedFile

from .._shared.spreadsheet import as_table
from .analysis import NOT_CHINESE, Analysed
from .questions import Judgement, Question
from .turns import Conversation

# How much of the answers a result has, in bytes: a text of 8 kB and data of 60 kB, less what else stands in them.
MOST_TEXT, MOST_DATA = 6_000, 48_000
_MOST_WORDS, _MOST_COUNTS = 1_000, 6_000


def failures(analysed: Sequence[Analysed], *, stopped: bool) -> str:
    """Why conversations failed, most of them, and what to do; nothing, if none did.

    Args:
        analysed: all conversations.
        stopped: whether the same reason kept the rest from being asked.
    """
    # The service's own words differ by request.
    reasons = Counter(item.error.partition(" (The service said")[0] for item in analysed if item.error)
    if not reasons:
        return ""
    ((reason, number),) = reasons.most_common(1)
    again = " Then repeat the call: what is analysed is kept, and not paid for again." if stopped else ""
    return f" {number} failed for this reason: {reason[:_MOST_WORDS]}{again}"


def warning(conversations: Sequence[Conversation]) -> str:
    """What to say of conversations in which nobody speaks Chinese, or one person only."""
    alone = sum(item.is_one_sided for item in conversations)
    words = f" {alone} of {len(conversations)} have one speaker only: if more speak, begin each turn with its speaker."
    is_chinese = all(item.has_chinese for item in conversations if item.turns)
    return (words if alone else "") + ("" if is_chinese else f" {NOT_CHINESE}")


def places(files: Sequence[SavedFile]) -> str:
    """Where files are."""
    return ", ".join(file.path for file in files)


def counts(questions: Sequence[Question], analysed: Sequence[Analysed]) -> dict[str, dict[str, int]]:
    """How often each label was given, for the questions that have labels; what could not be read among them."""
    table: dict[str, dict[str, int]] = {}
    for question in (question for question in questions if question.labels):
        found = [answer for item in analysed for answer in item.answers if answer.question == question.id]
        counted = Counter("(unparsed)" if answer.raw else answer.label for answer in found)
        table[question.id] = {label: counted[label] for label in [*question.labels, "(unparsed)"] if counted[label]}
    return table


def in_words(table: Mapping[str, Mapping[str, int]]) -> str:
    """Such counts for people: "satisfaction: satisfied 3, neutral 1"; of many questions the first."""
    words = [
        f"{name}: {', '.join(f'{label} {number}' for label, number in row.items())}" for name, row in table.items()
    ]
    text = "; ".join(word for word in words if not word.endswith(": "))
    return f" {text[:_MOST_WORDS]}{'…' if len(text) > _MOST_WORDS else '.'}" if text else ""


def details(table: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Such counts for programs, unless they are too many for a result."""
    return {"counts": table} if len(json.dumps(table, ensure_ascii=False).encode()) <= _MOST_COUNTS else {}


def shown(analysed: Sequence[Analysed], most: int, *, exclude_defaults: bool = False) -> list[Analysed]:
    """As many conversations, whole and in order, as fit into so many bytes of JSON."""
    fitting: list[Analysed] = []
    for item in analysed:
        most -= len(item.model_dump_json(exclude_defaults=exclude_defaults).encode()) + 1
        if most < 0:
            break
        fitting.append(item)
    return fitting


def as_jsonl(analysed: Sequence[Analysed]) -> str:
    """A JSON object to a line, for programs."""
    return "".join(item.model_dump_json(exclude_defaults=True) + "\n" for item in analysed)


def as_csv(questions: Sequence[Question], analysed: Sequence[Analysed]) -> str:
    """A row to a conversation, for spreadsheets: each question's label, reason and turns."""
    heads = [f"{question.id}{part}" for question in questions for part in ("", " reason", " turns")]
    rows = [["id", *heads, "error"]]
    for item in analysed:
        by_question = {answer.question: answer for answer in item.answers}
        cells: list[str] = []
        for question in questions:
            answer = by_question.get(question.id) or Judgement(question=question.id)
            cells += [answer.label or answer.raw, answer.reason, json.dumps(answer.turns)[1:-1]]
        rows.append([item.id, *cells, item.error])
    return as_table(rows)
