"""The dialogue analysis models, stood in for by open word lists (contract 7).

The real models understand; this one finds words (data/words.json) and says so in every reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qwen_localize.sandbox import tokens
from qwen_localize.sandbox.analysis.judging import Judgement, judge
from qwen_localize.sandbox.analysis.prompt import Prompt
from qwen_localize.sandbox.analysis.writing import write
from qwen_localize.sandbox.catalogue import AnalysisModel
from qwen_localize.sandbox.errors import check_moderation, invalid
from qwen_localize.sandbox.replies import Reply, reply
from qwen_localize.sandbox.sampling import check_sampling

MAX_INPUT = 28_672
MAX_OUTPUT = 4096
GARBAGE = "sandbox:garbage"
BAD_LABEL = "sandbox:badlabel"

_NO_JSON = "The sandbox was told to say something that fits no format."
_OUTSIDE = "sandbox-bad-label"


@dataclass(frozen=True)
class AnalysisJob:
    """A checked request."""

    model: AnalysisModel
    text: str
    tokens_in: int
    max_tokens: int


def parse(model: AnalysisModel, messages: object, parameters: Mapping[str, Any]) -> AnalysisJob:
    """Check a request: one user message, after a system message at most, and no structured output."""
    text = _text(messages)
    limit = check_sampling(parameters, MAX_OUTPUT)
    wanted = parameters.get("response_format")
    if wanted is not None and wanted != {"type": "text"}:
        raise invalid(f"The model {model.name} does not support response_format.")
    count = tokens.count(text)
    if not text.strip() or count > MAX_INPUT:
        raise invalid(f"Range of input length should be [1, {MAX_INPUT}]")
    return AnalysisJob(model, text, count, limit)


class Analyst:
    """Answers, and remembers which dialogues it has answered wrongly when told to."""

    def __init__(self) -> None:
        self._misjudged: set[int] = set()

    def answer(self, job: AnalysisJob) -> Reply:
        """The answer in the format that the prompt demands.

        A dialogue with `sandbox:garbage` in it never gets one; with `sandbox:badlabel` it gets
        labels of no list, until it is asked about again or for a repair.
        """
        check_moderation(job.text)
        prompt = Prompt.parse(job.text)
        if GARBAGE in prompt.said:
            return reply(_NO_JSON, job.tokens_in, job.max_tokens)
        judged = [judge(question, prompt.turns) for question in prompt.questions]
        if self._misjudges(prompt):
            judged = [Judgement(_OUTSIDE, judgement.turns, judgement.quote) for judgement in judged]
        return reply(write(prompt, judged), job.tokens_in, job.max_tokens)

    def _misjudges(self, prompt: Prompt) -> bool:
        if BAD_LABEL not in prompt.said:
            return False
        dialogue = hash(prompt.said)
        again = dialogue in self._misjudged
        self._misjudged.add(dialogue)
        return not again and not prompt.is_repair


def _text(messages: object) -> str:
    if not isinstance(messages, list) or not messages or not all(isinstance(m, dict) for m in messages):
        raise invalid("messages must be a list of one message.")
    roles = [message.get("role") for message in messages]
    if roles not in (["user"], ["system", "user"]):
        raise invalid("This model takes one user message.")
    return "\n\n".join(_content(message.get("content")) for message in messages)


def _content(content: object) -> str:
    parts: Sequence[object] = content if isinstance(content, list) else [content]
    texts = [part.get("text") if isinstance(part, dict) else part for part in parts]
    if not all(isinstance(text, str) for text in texts):
        raise invalid("The content of the message must be text.")
    return "\n".join(str(text) for text in texts)
