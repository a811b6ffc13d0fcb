"""What is done for a string whose translation failed a check: it is asked for again, each time in another way."""

from collections.abc import Awaitable, Callable
from functools import partial

import anyio

from qwen_localize.errors import CallError, LocalizeError

from ..arguments import Term
from ..masking import Masked, mask
from .assignment import Assignment
from .checking import Translated, judged
from .requests import SIDE_BY_SIDE, Requests

# After so many strings in a row that nothing has mended, the model is at fault, and more requests cost for nothing.
MOST_FRUITLESS = 10

Step = Callable[[], Awaitable[str | None]]


class Ladder:
    """From the string alone to a better model; see `_steps`. Bounded for each string, and for all.

    Args:
        requests: to the model that was chosen.
        better: to the best model, if that is another one which can be asked here.
        assignment: what is the same for all.
    """

    def __init__(self, requests: Requests, better: Requests | None, assignment: Assignment) -> None:
        self._requests, self._better, self._assignment = requests, better, assignment
        self._fruitless = 0
        self._seats = anyio.CapacityLimiter(SIDE_BY_SIDE)
        self._useless: list[Callable[[], Awaitable[None]]] = []
        self.climbed = self.mended = 0

    @property
    def is_given_up(self) -> bool:
        """Whether the rest is not asked for again."""
        return self._fruitless >= MOST_FRUITLESS

    async def climb(self, string: str, first: Translated, *, was_alone: bool) -> Translated:
        """The first translation of a string that passes the checks, or else the best.

        Args:
            string: the source.
            first: the translation that failed.
            was_alone: whether it was asked for alone, so that the first step has been taken.
        """
        async with self._seats:
            if not self.is_given_up:
                return await self._climb(string, first, was_alone=was_alone)
        if was_alone:
            self._useless.append(partial(self._requests.forget_alone, string))
        return first

    async def _climb(self, string: str, first: Translated, *, was_alone: bool) -> Translated:
        self.climbed += 1
        best = first
        for step in self._steps(string, was_alone=was_alone):
            try:
                text = await step()
            except CallError:
                continue  # it is about what was asked
            except LocalizeError:
                break  # and would be the same the next time
            if text:
                (now,) = await judged(self._assignment, [(string, text)])
                best = min(best, now, key=lambda item: len(item.failed))
            if not best.failed:
                self.mended += 1
                self._fruitless = 0
                return best
        self._fruitless += 1
        self._note_useless(string)
        return best

    async def forget(self) -> None:
        """Let go of answers that failed for good: the same call is asked anew, by then perhaps of a sound service."""
        for forget in self._useless:
            await forget()

    def _steps(self, string: str, *, was_alone: bool) -> list[Step]:
        steps: list[Step] = [] if was_alone else [partial(self._requests.alone, string)]
        if masked := mask(string):
            steps += [partial(self._masked, string, masked, terms) for terms in ([], _identities(masked))]
        return steps + ([partial(self._better.alone, string)] if self._better else [])

    async def _masked(self, string: str, masked: Masked, terms: list[Term]) -> str | None:
        answer = await self._requests.masked(masked.text, string, terms)
        return masked.restore(answer) if answer else None

    def _note_useless(self, string: str) -> None:
        self._useless.append(partial(self._requests.forget_alone, string))
        if masked := mask(string):
            for terms in ([], _identities(masked)):
                self._useless.append(partial(self._requests.forget, masked.text, [string], terms))
        if self._better:
            self._useless.append(partial(self._better.forget_alone, string))


def _identities(masked: Masked) -> list[Term]:
    return [Term(source=source, target=target) for source, target in masked.terms]
