"""The parts of a batch of pictures: each a job by itself, a few at a time, each failure kept to its own part."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from qwen_localize.errors import InternalError, LocalizeError, SetupError, TryLater
from qwen_localize.tool import CircuitBreaker, Context, Ending, JobRecord, Order, SavedFile, State, cny

from ..workers import side_by_side
from .report import Row, ending

logger = logging.getLogger(__name__)

# Enough to keep the service busy, which takes one a second and works on two; few enough to be soon at rest.
_SIDE_BY_SIDE = 6


@dataclass(frozen=True)
class Part:
    """One result: what is ordered, and for which picture in which variant, such as a language."""

    picture: str
    variant: str
    order: Order

    @cached_property
    def key(self) -> str:
        """Equal for parts that are one order: equal pictures under several names."""
        return self.order.digest("")


@dataclass
class _Done:
    """What became of an order, which may be several parts': equal pictures are paid once."""

    job: JobRecord | None = None
    error: str = ""
    check: dict[str, Any] = field(default_factory=dict)


# Looks at a result that is there; what it says is told with the part.
Checked = Callable[[JobRecord], Awaitable[dict[str, Any]]]


class _Parts:
    """One run of a batch."""

    def __init__(self, context: Context, parts: Sequence[Part], checked: Checked | None) -> None:
        self._context, self._parts, self._checked = context, parts, checked
        self._breaker = CircuitBreaker()
        self._done: dict[str, _Done] = {}

    async def run(self, began: str) -> None:
        """Do all parts.

        Raises:
            LocalizeError: what keeps the rest from being sent, or from being fetched; both can be tried again.
        """
        await self._context.progress(0, len(self._parts), began)
        orders: dict[str, Part] = {}
        for part in self._parts:
            orders.setdefault(part.key, part)

        async def work(part: Part) -> None:
            if not self._breaker.opened:
                self._done[part.key] = await self._safely(part)
                await self._tell()

        await side_by_side(_SIDE_BY_SIDE, orders.values(), work)
        if self._breaker.opened:
            words = f"{self._count(State.SUCCEEDED)} of {len(self._parts)} done. {self._breaker.opened}"
            raise LocalizeError(words) from self._breaker.opened
        if stuck := [done.job for done in self._done.values() if done.job and done.job.state is State.UNDELIVERED]:
            words = f"{self._count(State.SUCCEEDED)} of {len(self._parts)} done, {len(stuck)} paid but not fetched:"
            raise LocalizeError(f"{words} {stuck[0].message.partition('. ')[0]}.")

    async def _safely(self, part: Part) -> _Done:
        try:
            return await self._one(part)
        except LocalizeError as error:
            if isinstance(error, SetupError | TryLater):
                self._breaker.failed(error)
            return _Done(error=str(error))
        except Exception:
            logger.exception("A picture failed for a reason nobody foresaw")
            return _Done(error=str(InternalError()))

    async def _one(self, part: Part) -> _Done:
        job = await self._context.jobs.child(part.order)
        self._breaker.succeeded()
        check = await self._checked(job) if self._checked and job.state is State.SUCCEEDED else {}
        return _Done(job, job.message if job.state is not State.SUCCEEDED else "", check)

    async def _tell(self) -> None:
        done, total = self._count(State.SUCCEEDED), len(self._parts)
        failed = sum(bool(item.error) for item in self._done.values())
        words = f"{done} of {total} done{f', {failed} failed' if failed else ''}, {cny(self.cost)} so far"
        await self._context.progress(len(self._done), total, words)

    def _count(self, state: State) -> int:
        """How many parts have a job in a state."""
        found = (self._done.get(part.key) for part in self._parts)
        return sum(bool(done and done.job and done.job.state is state) for done in found)

    @property
    def cost(self) -> float | None:
        """What the parts cost, in CNY; None where nobody published the price."""
        costs = [done.job.cost for done in self._done.values() if done.job]
        return None if None in costs else round(sum(cost for cost in costs if cost), 6)

    async def rows(self) -> list[Row]:
        """What became of each part, with its own files: equal pictures have one result, under each of their names.

        What another call has begun may be named after another picture.
        """
        taken = {file["path"] for done in self._done.values() if done.job for file in done.job.artifacts}
        used: set[str] = set()
        rows = []
        for part in self._parts:
            key, done = part.key, self._done[part.key]
            files = [SavedFile(**facts) for facts in done.job.artifacts] if done.job else []
            if key in used or (done.job and done.job.stem != part.order.stem):
                files = [await self._context.files.copy(file, part.order.stem, taken) for file in files]
                taken |= {file.path for file in files}
            used.add(key)
            rows.append(Row(part.picture, part.variant, done.job, done.error, files, done.check))
        return rows


async def all_parts(
    context: Context, parts: Sequence[Part], arguments: dict[str, Any], checked: Checked | None = None
) -> Ending:
    """Do all parts, and say what became of each.

    Args:
        context: the batch's.
        parts: what is to be done.
        arguments: the batch's own: `began` is what is said first, `left_out` what the call named in vain.
        checked: looks at each result that is there.

    Raises:
        LocalizeError: something keeps the rest from being done, which can be tried again.
    """
    run = _Parts(context, parts, checked)
    await run.run(arguments["began"])
    return await ending(context, await run.rows(), run.cost, arguments)
