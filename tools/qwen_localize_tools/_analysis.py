"""Many conversations through the analysis model, side by side, each failure kept to its own conversation."""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence

import anyio
from pydantic import BaseModel, Field

from qwen_localize.contract import Api, Model
from qwen_localize.errors import OWN_FAULT, Bug, LocalizeError, Rejected, SetupError, Unreachable

from ._conversations import Conversation
from ._questions import Answer, Question, prompt, read_answers
from ._segments import tokens
from ._translator import Answer as Completion
from ._translator import Usage
from ._turns import writable

# The window takes 28,672 tokens (contract section 7).
MOST_TOKENS = 28_000
_ANSWER_TOKENS = 400
_SIDE_BY_SIDE = 24
NOT_CHINESE = "The service documents this model for Chinese dialogues only; judge its answers on others with care."

logger = logging.getLogger(__name__)

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
        # What ended the whole call, if anything did: money, key, budget, network.
        self.stopped: LocalizeError | None = None
        self.usage = Usage()
        self.request_ids: list[str] = []

    @property
    def cost(self) -> float | None:
        """What it has cost so far, in CNY; None where nobody published the price."""
        rate = self._api.rate(self._model)
        return rate.of_tokens(self.usage.input_tokens, self.usage.output_tokens) if rate else None

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
                    done[index] = Analysed(id=conversation.id, answers=await self._safely(conversation))
                except LocalizeError as error:
                    errors.append(error)
                    done[index] = Analysed(id=conversation.id, error=str(error))
                await tell(sum(item is not None for item in done), len(conversations))

        async with anyio.create_task_group() as group:
            for _ in range(min(_SIDE_BY_SIDE, len(conversations))):
                group.start_soon(work)
        if len(errors) == len(conversations):
            raise self.stopped or errors[0]
        return [item for item in done if item]

    async def _safely(self, conversation: Conversation) -> list[Answer]:
        try:
            return await self._one(conversation)
        except LocalizeError:
            raise
        except Exception:
            logger.exception("A conversation failed for a reason nobody foresaw")
            raise Bug(OWN_FAULT) from None

    async def _one(self, conversation: Conversation) -> list[Answer]:
        if conversation.error:
            raise Rejected(conversation.error)
        text = await self._ask(prompt(conversation, self._questions))
        answers, complaint = read_answers(text, self._questions, len(conversation.turns))
        return await self._repaired(conversation, answers, complaint) if complaint else answers

    async def _repaired(self, conversation: Conversation, answers: list[Answer], complaint: str) -> list[Answer]:
        """The answers, with those that could not be read asked for once more; what was good is paid for, and stays."""
        try:
            text = await self._ask(prompt(conversation, self._questions, complaint))
        except LocalizeError as error:
            logger.warning("Answers could not be asked for again: %s", error)
            return answers
        again, _ = read_answers(text, self._questions, len(conversation.turns))
        return [new if old.raw else old for old, new in zip(answers, again, strict=True)]

    async def _ask(self, text: str) -> str:
        if self.stopped:
            raise self.stopped
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
            self.stopped = error
            raise
        self.usage.input_tokens += answer.usage.prompt_tokens
        self.usage.output_tokens += answer.usage.completion_tokens
        self.request_ids.append(answer.id)
        said = writable(answer.text)
        await self._keep(key, said)
        return said

    async def _kept(self, key: str) -> str | None:
        return self._api.recall.get(key) or (await self._api.book.answer(key) if self._durable else None)

    async def _keep(self, key: str, text: str) -> None:
        self._api.recall.keep(key, text)
        if self._durable:
            await self._api.book.keep_answer(key, text, self._api.clock.wall())
