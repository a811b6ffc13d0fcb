"""Many strings through Qwen-MT: batched, side by side, each checked, each failure kept to its own string."""

from collections.abc import Sequence

import anyio
import anyio.to_thread

from qwen_localize.errors import BadArgument, CallError, LocalizeError
from qwen_localize.tool import CircuitBreaker, Context, Receipt

from ..gates import wordless
from ..tokens import tokens
from . import numbered
from .assignment import Assignment
from .checking import Translated, judged
from .ladder import Ladder
from .mixups import is_mixed_up
from .models import BEST, MODELS
from .requests import SIDE_BY_SIDE, Requests

# The window takes 8,192 tokens each way (docs/model-studio.md 3). A translation may be more than twice as long as its
# source, and glossary and memory count as input: this leaves room for both.
SEGMENT_TOKENS = 3500

Outcome = Translated | LocalizeError


class Translator:
    """The strings of one call on their way. `done` has a translation or an error for each.

    Args:
        context: what it may ask for.
        assignment: what is the same for all strings.
        total: how many there are, for progress.
        noun: what they are, for progress.
    """

    def __init__(self, context: Context, assignment: Assignment, total: int, noun: str = "strings") -> None:
        self.done: dict[str, Outcome] = {}
        # A string may be refused for what it says; five different ones, and nothing taken yet, point at the call
        # itself. A first request that fails, or two in a row, say the same of the service.
        self._breaker = CircuitBreaker(failures=2, unproven=1, refusals=5)
        self._requests = Requests(context, assignment.model, assignment, self._breaker)
        self._better = _better(context, assignment)
        self._ladder = Ladder(self._requests, self._better, assignment)
        self._context = context
        self._assignment = assignment
        self._total, self._noun = total, noun
        self._keys: dict[str, str] = {}
        self._damaged: list[list[str]] = []
        self._seats = anyio.CapacityLimiter(SIDE_BY_SIDE)
        self._probing = anyio.Lock()

    @property
    def stopped(self) -> LocalizeError | None:
        """What ended the whole call, if anything did: money, key, budget, network."""
        return self._breaker.opened

    @property
    def receipt(self) -> Receipt:
        """What the requests came to."""
        own = self._requests.receipt
        return own.together(self._better.receipt) if self._better else own

    @property
    def remarks(self) -> list[str]:
        """What is to be known of strings that were asked for again."""
        if not self._ladder.climbed:
            return []
        words = f"{self._ladder.climbed} failed a check and were asked for again; {self._ladder.mended} were mended."
        return [f"{words} The rest was not: nothing had helped." if self._ladder.is_given_up else words]

    async def translate(self, strings: Sequence[str]) -> None:
        """Translate strings that differ from each other and are not blank."""
        self.done |= {string: Translated(string) for string in strings if wordless(string)}
        left = [string for string in strings if string not in self.done]
        self._keys = await anyio.to_thread.run_sync(self._all_keys, left)
        sized = [(string, tokens(string)) for string in left if not self._remembered(string)]
        async with anyio.create_task_group() as group:
            for batch in batched(sized):
                group.start_soon(self._seated, batch)

    async def forget_failures(self) -> None:
        """See `Ladder.forget`; and let go of batches of which no line could be mended."""
        await self._ladder.forget()
        for batch in self._damaged:
            if all(isinstance(outcome := self.done[string], Translated) and outcome.failed for string in batch):
                await self._requests.forget(numbered.encode(batch), batch)

    def _all_keys(self, strings: Sequence[str]) -> dict[str, str]:
        """Each string's key, the same for the same text with the same options; slow with a large glossary."""
        return {string: self._requests.series.key(self._assignment.body(string)) for string in strings}

    def _remembered(self, string: str) -> bool:
        """Whether an earlier call of this session, perhaps one that was cut off, has paid for it.

        A job's answers are kept on disk by their requests, which must therefore be the same each time it is begun.
        """
        if self._context.calls.durable or (text := self._requests.series.remembered(self._keys[string])) is None:
            return False
        self.done[string] = Translated(text)
        return True

    async def _seated(self, batch: list[str]) -> None:
        async with self._seats:  # what fails for every batch then fails for a few
            await self._request(batch)

    async def _request(self, batch: list[str]) -> None:
        """One request; what it cannot bring is asked for in smaller parts, down to the string that is at fault."""
        try:
            await (self._alone(batch[0]) if len(batch) == 1 else self._lines(batch))
        except CallError as error:
            await (self._finish(batch, [error] * len(batch)) if self._breaker.opened else self._refused(batch, error))
        except LocalizeError as error:
            await self._finish(batch, [error] * len(batch))

    async def _refused(self, batch: list[str], error: CallError) -> None:
        if len(batch) == 1:
            self._breaker.refused(error)
            await self._finish(batch, [error])
            return
        async with self._probing:
            await self._probe(batch)
        middle = len(batch) // 2
        for half in filter(None, (batch[:middle], batch[middle:])):
            await self._request(half)

    async def _probe(self, batch: list[str]) -> None:
        """Ask for strings of a refused batch alone until one is taken: it may not be for the strings at all."""
        while batch and not self._breaker.proven and not self._breaker.opened:
            # From both ends in turn, since bad strings often stand together.
            await self._request([batch.pop(-(self._breaker.refusals % 2))])

    async def _alone(self, string: str) -> None:
        text = await self._requests.alone(string)
        (translated,) = await judged(self._assignment, [(string, text)])
        await self._settle(string, translated, was_alone=True)

    async def _lines(self, batch: list[str]) -> None:
        answer = await self._requests.lines(numbered.encode(batch), batch)
        texts = numbered.decode(answer, len(batch)) if answer else None
        pairs = [(string, text) for string, text in zip(batch, texts or (), strict=False) if text]
        if not pairs or is_mixed_up(pairs):
            await self._each(batch)
            return
        found = dict(zip((string for string, _ in pairs), await judged(self._assignment, pairs), strict=True))
        if all(translated.failed for translated in found.values()):
            self._damaged.append(batch)
        await self._finish_sound(found)
        async with anyio.create_task_group() as group:
            for string in (string for string in batch if string not in found):
                group.start_soon(self._request, [string])
            for string, translated in found.items():
                if translated.failed:
                    group.start_soon(self._settle, string, translated)

    async def _each(self, batch: list[str]) -> None:
        """Ask for strings alone, since it is in doubt which line of an answer is whose."""
        async with anyio.create_task_group() as group:
            for string in batch:
                group.start_soon(self._request, [string])

    async def _finish_sound(self, found: dict[str, Translated]) -> None:
        sound = {string: translated for string, translated in found.items() if not translated.failed}
        await self._finish(list(sound), list(sound.values()))

    async def _settle(self, string: str, translated: Translated, *, was_alone: bool = False) -> None:
        if translated.failed:
            translated = await self._ladder.climb(string, translated, was_alone=was_alone)
        await self._finish([string], [translated])

    async def _finish(self, batch: Sequence[str], outcomes: Sequence[Outcome]) -> None:
        for string, outcome in zip(batch, outcomes, strict=True):
            self.done[string] = outcome
            if isinstance(outcome, Translated) and not outcome.failed:
                self._requests.series.remember(self._keys[string], outcome.text)
        await self._context.progress(len(self.done), self._total, f"{len(self.done)} of {self._total} {self._noun}")


def batched(sized: Sequence[tuple[str, int]]) -> list[list[str]]:
    """Strings with their tokens, as they go into requests: alone, or many short ones together."""
    short = [(string, size) for string, size in sized if numbered.fits(string, size)]
    alone = [[string] for string, size in sized if not numbered.fits(string, size)]
    return [*alone, *numbered.batches(short)]


def _better(context: Context, assignment: Assignment) -> Requests | None:
    best = MODELS[BEST]
    if assignment.model.name == BEST:
        return None
    try:
        context.calls.check_model(best)
    except BadArgument:
        return None
    return Requests(context, best, assignment, CircuitBreaker())
