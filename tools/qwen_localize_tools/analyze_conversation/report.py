"""What is said of many analysed conversations: counts, files, and why some failed."""

import json
from collections import Counter
from collections.abc import Sequence

from .._shared.spreadsheet import as_table
from .analysis import Analysed
from .questions import Judgement, Question


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
    return f" {number} failed for this reason: {reason}{again}"


def counts(questions: Sequence[Question], analysed: Sequence[Analysed]) -> dict[str, dict[str, int]]:
    """How often each label was given, for the questions that have labels; what could not be read among them."""
    table: dict[str, dict[str, int]] = {}
    for question in (question for question in questions if question.labels):
        found = [answer for item in analysed for answer in item.answers if answer.question == question.id]
        counted = Counter("(unparsed)" if answer.raw else answer.label for answer in found)
        table[question.id] = {label: counted[label] for label in [*question.labels, "(unparsed)"] if counted[label]}
    return table


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
