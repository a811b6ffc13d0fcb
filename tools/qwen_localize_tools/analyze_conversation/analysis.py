"""Many conversations through the analysis model, side by side, each failure kept to its own conversation."""

import logging
from collections.abc import Awaitable, Callable, Sequence

from pydantic import BaseModel

from qwen_localize.errors import BadArgument, InternalError, LocalizeError, Rejected
from qwen_localize.tool import Context, Model, Receipt, Tokens

from .._shared.completion import Completion
from .._shared.tokens import tokens
from .._shared.workers import side_by_side
from .questions import Judgement, Question, prompt, read_answers
from .turns import Conversation, writable

# The window takes 28,672 tokens (docs/model-studio.md 7).
MOST_TOKENS = 28_000
_ANSWER_TOKENS = 400
_SIDE_BY_SIDE = 24
NOT_CHINESE = "The service documents this model for Chinese dialogues only; judge its answers on others with care."

# The least that is left of the window for a dialogue.
_LEAST_DIALOGUE = 2_000

logger = logging.getLogger(__name__)

HowFar = Callable[[int, int], Awaitable[None]]


class Analysed(BaseModel):
    """One conversation's answers, or why it has none."""

    id: str
    answers: list[Judgement]
    error: str = ""


def check_length(questions: Sequence[Question]) -> None:
    """
    Raises:
        BadArgument: the questions alone fill the model's window.
    """
    if tokens(prompt(Conversation("", ()), questions)) > MOST_TOKENS - _LEAST_DIALOGUE:
        raise BadArgument(
            "questions: together they fill the model's window (28,672 tokens). Ask fewer at once, or make them shorter."
        )


class Analysis:
    """One call: what is asked, of whom, and what it has cost so far."""

    def __init__(self, context: Context, model: Model, questions: Sequence[Question]) -> None:
        self.model = model
        self._series = context.calls.series(model)
        self._questions = questions

    @property
    def stopped(self) -> LocalizeError | None:
        """What ended the whole call, if anything did: money, key, budget, network."""
        return self._series.breaker.opened

    @property
    def receipt(self) -> Receipt:
        """What it has cost so far."""
        return self._series.receipt

    async def all(self, conversations: Sequence[Conversation], tell: HowFar) -> list[Analysed]:
        """The analysis of each, in their order.

        Raises:
            LocalizeError: none could be analysed.
        """
        done: dict[int, Analysed] = {}
        errors: list[LocalizeError] = []

        async def work(index: int) -> None:
            conversation = conversations[index]
            try:
                done[index] = Analysed(id=conversation.id, answers=await self._safely(conversation))
            except LocalizeError as error:
                errors.append(error)
                done[index] = Analysed(id=conversation.id, answers=[], error=str(error))
            await tell(len(done), len(conversations))

        await side_by_side(_SIDE_BY_SIDE, range(len(conversations)), work)
        if len(errors) == len(conversations):
            raise self.stopped or errors[0]
        return [done[index] for index in range(len(conversations))]

    async def _safely(self, conversation: Conversation) -> list[Judgement]:
        try:
            return await self._one(conversation)
        except LocalizeError:
            raise
        except Exception:
            logger.exception("A conversation failed for a reason nobody foresaw")
            raise InternalError from None

    async def _one(self, conversation: Conversation) -> list[Judgement]:
        if conversation.error:
            raise Rejected(conversation.error)
        text = await self._asked(prompt(conversation, self._questions))
        answers, complaint = read_answers(text, self._questions, len(conversation.turns))
        return await self._repaired(conversation, answers, complaint) if complaint else answers

    async def _repaired(self, conversation: Conversation, answers: list[Judgement], complaint: str) -> list[Judgement]:
        """The answers, with those that could not be read asked for once more; what was good is paid for, and stays."""
        try:
            text = await self._asked(prompt(conversation, self._questions, complaint))
        except LocalizeError as error:
            logger.warning("Answers could not be asked for again: %s", error)
            return answers
        again, _ = read_answers(text, self._questions, len(conversation.turns))
        return [new if old.raw else old for old, new in zip(answers, again, strict=True)]

    async def _asked(self, text: str) -> str:
        """The model's answer; what an earlier call of this session has paid for is not asked again."""
        return await self._series.once(self._series.key(text), lambda: self._ask(text))

    async def _ask(self, text: str) -> str:
        size = tokens(text)
        if size > MOST_TOKENS:
            raise Rejected("The conversation is too long for the model (28,672 tokens). Split it.")
        # Temperature 0 and top_k 1, as the service's guide advises for judgements (docs/model-studio.md 7).
        body = {"messages": [{"role": "user", "content": text}], "temperature": 0, "top_k": 1}
        return writable((await self._series.chat(body, Tokens(size, _ANSWER_TOKENS), Completion.of)).text)
