"""Strings of any length, cut into parts that fit into requests, and put together again."""

import math
from collections.abc import Mapping, Sequence

from qwen_localize.errors import CallError, LocalizeError, quote
from qwen_localize.tool import Limit, Price, Tokens

from ..gates import Finding, wordless
from ..tokens import tokens
from .assignment import Assignment, helper_tokens
from .checking import Translated
from .segments import Segment, cut
from .translator import SEGMENT_TOKENS, batched

# Tokens that the marks around a line take; how much of an estimate, which errs on the high side, is really used; and
# how long the last answer takes to come.
_LINE_TOKENS, _SHARE, _ANSWER_SECONDS = 6, 0.75, 2.0


class Texts:
    """The strings of a call, cut into parts that fit into requests, and put together again."""

    def __init__(self, strings: Sequence[str]) -> None:
        self._cuts = [cut(string, SEGMENT_TOKENS) for string in strings]
        self._made: tuple[Assignment, list[Tokens]] | None = None
        self.parts = list(dict.fromkeys(part.core for parts in self._cuts for part in parts if part.core))

    def seconds(self, assignment: Assignment, limit: Limit) -> float:
        """About how long the requests take that the rate limits allow, if each is made once."""
        requests = [round(_SHARE * (used.input + used.output)) for used in self._requests(assignment)]
        return math.ceil(limit.makespan(requests) + _ANSWER_SECONDS)

    def cost(self, assignment: Assignment, price: Price) -> float:
        """About what the requests cost if each is made once, in CNY, on the high side."""
        return sum(price.of(used) for used in self._requests(assignment))

    def _requests(self, assignment: Assignment) -> list[Tokens]:
        if self._made is None or self._made[0] is not assignment:
            sized = [(part, tokens(part)) for part in self.parts if not wordless(part)]
            self._made = assignment, [_likely(assignment, batch) for batch in batched(sized)]
        return self._made[1]

    def joined(self, done: Mapping[str, Translated | LocalizeError]) -> list[Translated | LocalizeError]:
        """Each string put together again, its white space as it was; or the first reason why it cannot be."""
        return [_joined(parts, done) for parts in self._cuts]


def _likely(assignment: Assignment, batch: list[str]) -> Tokens:
    """The tokens that a request takes at most, its answer included."""
    helpers = helper_tokens(assignment.body(batch[0], batch))
    lines = sum(tokens(string) + _LINE_TOKENS for string in batch)
    return Tokens(helpers + lines, lines)


def _joined(parts: list[Segment], done: Mapping[str, Translated | LocalizeError]) -> Translated | LocalizeError:
    texts: list[str] = []
    failed: list[Finding] = []
    for part in parts:
        outcome = done[part.core] if part.core else Translated("")
        if isinstance(outcome, LocalizeError):
            others = any(isinstance(done.get(other.core), Translated) for other in parts)
            return _placed(outcome, part.core) if others else outcome
        texts.append(part.around(outcome.text))
        failed += outcome.failed
    return Translated("".join(texts), tuple(failed))


def _placed(error: LocalizeError, core: str) -> LocalizeError:
    """A refusal that says which part of a long text it means."""
    if not isinstance(error, CallError):
        return error
    return type(error)(f"{error} It is the part of {len(core)} characters that begins {quote(core, 80)}.")
