"""Write judgements down in the form that the prompt demands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from qwen_localize.sandbox.analysis.asking import Question
from qwen_localize.sandbox.analysis.form import Form, Member, Shape
from qwen_localize.sandbox.analysis.judging import Judgement
from qwen_localize.sandbox.analysis.prompt import Prompt


def write(prompt: Prompt, judged: Sequence[Judgement]) -> str:
    """Exactly the keys of the demanded JSON, or else a line `label#reason` for each question (contract 7)."""
    form = prompt.form
    if form is None:
        return "\n".join(f"{judgement.label}#{_reason(judgement)}" for judgement in judged)
    pairs = list(zip(prompt.questions, judged, strict=True))
    rows = [{member.key: _value(member, *pair) for member in form.members} for pair in pairs]
    return json.dumps(_shaped(form, prompt.questions, rows), ensure_ascii=False)


def _shaped(form: Form, questions: Sequence[Question], rows: list[dict[str, Any]]) -> object:
    if form.shape is Shape.MAP:
        return {question.id: row for question, row in zip(questions, rows, strict=True)}
    if form.shape is Shape.ALONE and len(rows) == 1:
        return rows[0]
    return {form.under: rows} if form.under else rows


def _value(member: Member, question: Question, judgement: Judgement) -> object:
    if member.part == "turns":
        first = judgement.turns[0] if judgement.turns else None
        return list(judgement.turns) if member.is_list else first
    if member.part == "confidence":
        return 0.5
    texts = {"id": question.id, "label": judgement.label, "reason": _reason(judgement), "quote": judgement.quote}
    text = texts.get(member.part, "")
    if member.part == "id" and member.is_number and text.isdigit():
        return int(text)
    return [text] if member.is_list else text


def _reason(judgement: Judgement) -> str:
    return f"“{judgement.quote}” (sandbox word list)" if judgement.quote else "No word found (sandbox word list)"
