"""The questions of a prompt and the labels that each allows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qwen_localize.sandbox.analysis.form import Form, is_answer, is_skeleton

_GROUP = re.compile(r"\{[^{}]*\}")
_OBJECTS = re.compile(r"\{|\[\s*\{")
_LABEL_WORD = r"(?:labels?|标签|选项)"
# A JSON array of strings soon after the word, or `labels: a | b | c`.
_LABELS = re.compile(
    rf"{_LABEL_WORD}[^\[\]{{}}|]{{0,60}}?(?P<array>\[[^\[\]{{}}]*\])"
    rf"|{_LABEL_WORD}[^:：|\n]{{0,60}}[:：](?P<bars>[^|\n]{{1,200}}(?:\|[^|\n]{{1,200}})+)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\bid\s*[:：=]\s*[\"'`“]?(?P<id>[\w.-]{1,40})"
    r"|^\s*(?:[-*#]+\s*)?[\"'`“]?(?P<line>[A-Za-z]\w{0,38}[\d_]\w{0,38}|[qQ]\d{1,4})[\"'`”]?\s*[:：.)、]",
    re.IGNORECASE | re.MULTILINE,
)
_LABEL_KEYS = ("labels", "标签", "options", "choices", "选项")
_STRIPPED = " \t\"'`“”.。;；,，"


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        id: As the prompt names it.
        text: Its words, as far as they can be told from others.
        labels: The allowed answers; none for a question that is open.
    """

    id: str
    text: str
    labels: tuple[str, ...]


def questions_in(instructions: str, form: Form | None) -> list[Question]:
    """JSON objects with an id, or else ids in the text, or in the skeleton, or a question for each list of labels."""
    found = list(_from_json(instructions))
    if found:
        return found
    text = _GROUP.sub(lambda match: "" if is_skeleton(match.group()) else match.group(), instructions)
    sets = [(match.start(), labels) for match in _LABELS.finditer(text) if (labels := _labels(match))]
    if form is not None and form.labels and not sets:
        sets = [(0, form.labels)]
    named = [(match.start(), match["id"] or match["line"]) for match in _NAMED.finditer(text)]
    if named:
        return _around(named, sets, text)
    ids = form.ids if form is not None else ()
    number = max(len(ids), 1 if ids else len(sets), 1)
    given = [labels for _, labels in sets] or [()]
    return [
        Question(ids[at] if at < len(ids) else str(at + 1), text, given[min(at, len(given) - 1)])
        for at in range(number)
    ]


def _around(named: list[tuple[int, str]], sets: list[tuple[int, tuple[str, ...]]], text: str) -> list[Question]:
    """Each id with what stands between it and the next; labels before the first id are everybody's."""
    everybody = next((labels for start, labels in sets if start < named[0][0]), ())
    ends = [*named[1:], (len(text), "")]
    questions: dict[str, Question] = {}
    for (start, name), (end, _) in zip(named, ends, strict=True):
        own = next((labels for at, labels in sets if start <= at < end), everybody)
        questions.setdefault(name, Question(name, text[start:end], own))
    return list(questions.values())


def _labels(match: re.Match[str]) -> tuple[str, ...]:
    if match["array"] is None:
        return tuple(label.strip(_STRIPPED) for label in match["bars"].split("|"))
    inner = match["array"].translate(str.maketrans("“”'", '"""'))
    try:
        labels = json.loads(inner)
    except ValueError:
        return ()
    return tuple(labels) if all(isinstance(label, str) for label in labels) else ()


def _from_json(text: str) -> Iterator[Question]:
    """Every JSON object in the text that has an id and is no part of an answer."""
    for value in _objects(text):
        name = value.get("id", value.get("question_id"))
        if not isinstance(name, str | int) or is_answer(value):
            continue
        labels: list[object] = next((value[key] for key in _LABEL_KEYS if isinstance(value.get(key), list)), [])
        words = " ".join(str(word) for key, word in value.items() if isinstance(word, str) and key != "id")
        yield Question(str(name), words, tuple(label for label in labels if isinstance(label, str)))


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    decoder, at = json.JSONDecoder(), 0
    while match := _OBJECTS.search(text, at):
        try:
            value, at = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            at = match.end()
            continue
        yield from _flat(value)


def _flat(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects in a value, except those inside one that has an id already."""
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, dict):
            yield item
            left += [] if "id" in item else reversed(item.values())
        elif isinstance(item, list):
            left += reversed(item)
