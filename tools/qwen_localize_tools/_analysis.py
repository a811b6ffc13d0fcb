"""Many conversations through the analysis model, side by side, each failure kept to its own conversation."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

import anyio
from pydantic import BaseModel, Field

from qwen_localize.contract import Api, Model
from qwen_localize.errors import LocalizeError, Rejected, SetupError, Unreachable

from ._conversations import Conversation
from ._questions import Answer, Question, prompt, read_answers
from ._segments import tokens
from ._translator import Answer as Completion
from ._translator import Usage

# The window takes 28,672 tokens (contract section 7).
MOST_TOKENS = 28_000
_ANSWER_TOKENS = 400
_SIDE_BY_SIDE = 24
NOT_CHINESE = "The service documents this model for Chinese dialogues only; judge its answers on others with care."

Tell = Callable[[int, int], Awaitable[None]]


class Analysed(BaseModel):
    """One conversation's answers, or why it has none."""

    id: str
    answers: list[Answer] = Field(default_factory=list)
    error: str = ""


class Analysis:
    """One call: what is asked, of whom, and what it has cost so far.

    Args:
        durable: keep answers on disk, so that a batch that is cut off can be taken up.
    """

    def __init__(self, api: Api, model: Model, questions: Sequence[Question], *, durable: bool) -> None:
        self._api, self._model, self._questions, self._durable = api, model, questions, durable
        self._stopped: LocalizeError | None = None
        self.usage = Usage()
        self.request_ids: list[str] = []

    async def all(self, conversations: Sequence[Conversation], tell: Tell) -> list[Analysed]:
        """The analysis of each, in their order.

        Raises:
            LocalizeError: none could be analysed.
        """
        done: list[Analysed | None] = [None] * len(conversations)
        errors: list[LocalizeError] = []
        left = iter(enumerate(conversations))

        async def work() -> None:
            # A fixed number of workers, so that thousands of conversations take no more memory than a few.
            for index, conversation in left:
                try:
                    done[index] = Analysed(id=conversation.id, answers=await self._one(conversation))
                except LocalizeError as error:
                    errors.append(error)
                    done[index] = Analysed(id=conversation.id, error=str(error))
                await tell(sum(item is not None for item in done), len(conversations))

        async with anyio.create_task_group() as group:
            for _ in range(min(_SIDE_BY_SIDE, len(conversations))):
                group.start_soon(work)
        if len(errors) == len(conversations):
            raise errors[0]
        return [item for item in done if item]

    async def _one(self, conversation: Conversation) -> list[Answer]:
        if conversation.error:
            raise Rejected(conversation.error)
        text = await self._ask(prompt(conversation, self._questions))
        answers, complaint = read_answers(text, self._questions, len(conversation.turns))
        if complaint:
            text = await self._ask(prompt(conversation, self._questions, complaint))
            answers, _ = read_answers(text, self._questions, len(conversation.turns))
        return answers

    async def _ask(self, text: str) -> str:
        if self._stopped:
            raise self._stopped
        size = tokens(text)
        if size > MOST_TOKENS:
            raise Rejected("The conversation is too long for the model (28,672 tokens). Split it.")
        key = hashlib.sha256(f"{self._model.name}\n{text}".encode()).hexdigest()
        if kept := await self._kept(key):
            return kept
        # Temperature 0 and top_k 1, as the service's guide advises for judgements (contract section 7).
        body = {"messages": [{"role": "user", "content": text}], "temperature": 0, "top_k": 1}
        try:
            answer = Completion.of(await self._api.chat(self._model, body, size, _ANSWER_TOKENS))
        except (SetupError, Unreachable) as error:
            self._stopped = error
            raise
        self.usage.input_tokens += answer.usage.prompt_tokens
        self.usage.output_tokens += answer.usage.completion_tokens
        self.request_ids.append(answer.id)
        await self._keep(key, answer.text)
        return answer.text

    async def _kept(self, key: str) -> str | None:
        return self._api.recall.get(key) or (await self._api.book.answer(key) if self._durable else None)

    async def _keep(self, key: str, text: str) -> None:
        self._api.recall.keep(key, text)
        if self._durable:
            await self._api.book.keep_answer(key, text, self._api.clock.wall())


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
    out = io.StringIO()
    writer = csv.writer(out)
    heads = [f"{question.id}{part}" for question in questions for part in ("", " reason", " turns")]
    writer.writerow(["id", *heads, "error"])
    for item in analysed:
        by_question = {answer.question: answer for answer in item.answers}
        cells: list[str] = []
        for question in questions:
            answer = by_question.get(question.id) or Answer(question=question.id)
            cells += [answer.label or answer.raw, answer.reason, json.dumps(answer.turns)[1:-1]]
        writer.writerow([_harmless(cell) for cell in (item.id, *cells, item.error)])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: what customers wrote is data there too."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell
