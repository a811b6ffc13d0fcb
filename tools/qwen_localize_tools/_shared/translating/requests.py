"""Requests to Qwen-MT, few at a time, for one call."""

from collections.abc import Sequence

import anyio

from qwen_localize.errors import Rejected
from qwen_localize.tool import CircuitBreaker, Context, Model, Receipt, Series, Tokens

from ..arguments import Term
from ..completion import Completion
from ..tokens import tokens
from .assignment import Assignment, helper_tokens
from .segments import Segment, cut

SIDE_BY_SIDE = 8
# How often a string is cut in two whose translation runs out of room. A sound model needs it once or twice.
_MOST_CUTS = 4


class Requests:
    """Asks one model for translations.

    Args:
        context: whose paid calls they are.
        model: who is asked.
        assignment: what is the same for all.
        breaker: when the rest is not asked for.
    """

    def __init__(self, context: Context, model: Model, assignment: Assignment, breaker: CircuitBreaker) -> None:
        self._series: Series = context.calls.series(model, breaker)
        self._assignment = assignment
        self._seats = anyio.CapacityLimiter(SIDE_BY_SIDE)
        self._halves: dict[str, list[Segment]] = {}

    @property
    def series(self) -> Series:
        """The paid calls."""
        return self._series

    @property
    def receipt(self) -> Receipt:
        """What they came to."""
        return self._series.receipt

    async def lines(self, text: str, strings: Sequence[str]) -> str | None:
        """The translation of a text of marked lines that hold these strings; None if it was cut off."""
        answer = await self._send(text, strings)
        return None if answer.is_cut else answer.text

    async def alone(self, string: str, cuts: int = _MOST_CUTS) -> str:
        """The translation of a string. One that runs out of room is asked for in two parts, and never handed out cut.

        Args:
            string: the source.
            cuts: how often it may be cut.

        Raises:
            Rejected: it cannot be cut any further.
        """
        answer = await self._send(string)
        if not answer.is_cut:
            return answer.text.strip()
        parts = self._halves[string] = cut(string, tokens(string) // 2 + 1)
        if len(parts) == 1 or not cuts:
            raise Rejected("The translation is longer than the model can write. Pass the text in shorter parts.")
        return "".join([part.around(await self.alone(part.core, cuts - 1) if part.core else "") for part in parts])

    async def masked(self, text: str, string: str, identities: Sequence[Term] = ()) -> str | None:
        """The translation of a string with its placeholders masked; None if it was cut off."""
        answer = await self._send(text, [string], identities)
        return None if answer.is_cut else answer.text.strip()

    async def forget_alone(self, string: str) -> None:
        """Let go of what is kept of the request for a string, or for its parts, since the answer was of no use."""
        await self.forget(string)
        for part in self._halves.get(string, ()):
            if part.core != string:
                await self.forget_alone(part.core)

    async def forget(self, text: str, strings: Sequence[str] = (), identities: Sequence[Term] = ()) -> None:
        """Let go of what is kept of the request for a text that holds these strings."""
        await self._series.forget_chat(self._assignment.body(text, strings, identities))

    async def _send(self, text: str, strings: Sequence[str] = (), identities: Sequence[Term] = ()) -> Completion:
        body = self._assignment.body(text, strings, identities)
        expected = Tokens(tokens(text) + helper_tokens(body), 2 * tokens(text))
        async with self._seats:
            answer = await self._series.chat(body, expected, Completion.of)
        if not answer.text.strip():
            await self._series.forget_chat(body)
            raise Rejected("The service returned an empty translation. Reword the text, or choose another model.")
        return answer
