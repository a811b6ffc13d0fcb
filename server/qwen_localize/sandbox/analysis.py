"""The dialogue analysis models (docs/model-studio.md 7). Nothing is judged here: the questions are echoed.

A prompt of the shape that our own client writes has one question a line, as a JSON object with an id and perhaps
labels, and the dialogue between BEGIN DIALOGUE and END DIALOGUE. It gets the JSON array that it demands. Any other
prompt gets a sentence that says so.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import tokens
from .catalogue import TokenModel
from .errors import check_moderation, invalid
from .parameters import check_sampling, checked_messages
from .tokens import Reply, reply

MAX_INPUT = 28_672
MAX_OUTPUT = 4096
GARBAGE = "sandbox:garbage"
BAD_LABEL = "sandbox:badlabel"

_DIALOGUE = re.compile(r"^BEGIN DIALOGUE\n(?P<said>.*)\nEND DIALOGUE$", re.MULTILINE | re.DOTALL)
_TURN = re.compile(r"^\[(?P<number>\d{1,6})\] [^:\n]*: (?P<text>.*)", re.MULTILINE)
_REPAIR = "This is a repair:"
_QUOTED = 60  # characters
_OTHER_SHAPE = (
    "This is the sandbox, which judges nothing. It fills in the answers to prompts of the shape that "
    "analyze_conversation writes, and this prompt is of another."
)
_NO_JSON = "The sandbox was told to say something that fits no format."


@dataclass(frozen=True)
class AnalysisJob:
    """A checked request."""

    text: str
    tokens_in: int
    max_tokens: int


def parse(model: TokenModel, messages: object, parameters: Mapping[str, Any]) -> AnalysisJob:
    """Check a request.

    Raises:
        Refusal: it is not one user message (after a system message at most), is too long, or asks for what the model
            does not offer.
    """
    text = _text(messages)
    limit = check_sampling(parameters, MAX_OUTPUT)
    if parameters.get("response_format") not in (None, {"type": "text"}):
        raise invalid(f"The model {model.name} does not support response_format.")
    count = tokens.count(text)
    if not text.strip() or count > MAX_INPUT:
        raise invalid(f"Range of input length should be [1, {MAX_INPUT}]")
    return AnalysisJob(text, count, limit)


def answer(job: AnalysisJob) -> Reply:
    """The first label for every question, or a few words of the first turn for one without labels.

    A dialogue with `sandbox:garbage` in it gets no JSON at all; one with `sandbox:badlabel` gets a label of no list
    until the prompt says that it is a repair.

    Raises:
        Refusal: `sandbox:blocked` is in the prompt, which stands for what moderation would find.
    """
    check_moderation(job.text)
    return reply(_answered(job.text), job.tokens_in, job.max_tokens)


def _answered(prompt: str) -> str:
    dialogue = _DIALOGUE.search(prompt)
    turn = dialogue and _TURN.search(dialogue["said"])
    rules = prompt[: dialogue.start()] if dialogue else ""
    questions = [question for line in rules.split("\n") if (question := _question(line))]
    if not dialogue or not turn or not questions:
        return _OTHER_SHAPE
    if GARBAGE in dialogue["said"]:
        return _NO_JSON
    misjudged = BAD_LABEL in dialogue["said"] and _REPAIR not in rules
    return json.dumps([_row(question, turn, misjudged=misjudged) for question in questions], ensure_ascii=False)


def _question(line: str) -> dict[str, Any] | None:
    """The question on a line of the rules, if there is one."""
    try:
        value = json.loads(line) if line.startswith("{") else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and "id" in value else None


def _row(question: dict[str, Any], turn: re.Match[str], *, misjudged: bool) -> dict[str, Any]:
    labels = question.get("labels")
    if isinstance(labels, list) and labels:
        label, reason = labels[0], "The sandbox took the first label; nothing was judged."
    else:
        label, reason = turn["text"][:_QUOTED], "The sandbox quotes the first turn; nothing was judged."
    if misjudged:
        label, reason = "sandbox-bad-label", "The sandbox was told to answer wrongly."
    return {"id": question["id"], "label": label, "reason": reason, "turns": [int(turn["number"])]}


def _text(messages: object) -> str:
    given = checked_messages(messages)
    if [message.get("role") for message in given] not in (["user"], ["system", "user"]):
        raise invalid("This model takes one user message.")
    contents: list[Any] = [message.get("content") for message in given]
    if not all(isinstance(content, str) for content in contents):
        raise invalid("The content of the message must be text.")
    return "\n\n".join(contents)
