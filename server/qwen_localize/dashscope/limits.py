"""The service's rate limits, kept on our side so that a burst does not turn into 429s.

Limits are per account and model, and may be enforced per second as RPM/60 (contract 1.5): requests
are therefore spread evenly, and tokens counted over a sliding minute. Places are taken from a book: one in
memory, or one that several processes share.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import anyio

from ..clock import Clock

MINUTE = 60.0
# The service counts arrivals, we count departures: a little slack keeps a jittery network inside.
SLACK = 0.05

Taken = tuple[float, int]


@dataclass(frozen=True)
class Limit:
    """Requests and tokens (in and out together) per minute; `tokens` None means not counted."""

    requests: float
    tokens: int | None = None

    @property
    def gap(self) -> float:
        """Seconds between two requests."""
        return MINUTE / self.requests * (1 + SLACK)

    @property
    def horizon(self) -> float:
        """How many seconds back a taken place still matters."""
        return max(MINUTE, self.gap)


def free_in(limit: Limit, taken: Sequence[Taken], now: float, tokens: int) -> float:
    """Seconds until a request of `tokens` may go; 0 if now. Larger than the whole budget, it goes alone.

    Args:
        limit: the limit.
        taken: when earlier requests went, and their tokens; oldest first, none later than `now`.
        now: the present, on the same clock.
        tokens: what the request will use.
    """
    start = max(now, taken[-1][0] + limit.gap) if taken else now
    if limit.tokens is not None:
        start = _when_tokens_fit(limit.tokens, taken, start, tokens)
    # Less than the clock's own grain is no wait: sleeping for it would not move the clock.
    return start - now if start - now > 1e-6 else 0.0


def _when_tokens_fit(most: int, taken: Sequence[Taken], start: float, tokens: int) -> float:
    recent = [(at, count) for at, count in taken if at > start - MINUTE]
    used = sum(count for _, count in recent)
    for at, count in recent:
        if used + tokens <= most:
            break
        used -= count
        start = max(start, at + MINUTE)
    return start


class Book(Protocol):
    """Where taken places are written down."""

    async def take(self, name: str, limit: Limit, tokens: int, now: float) -> float:
        """Take a place under `name` and return 0; or take none, and return the seconds until one may be free."""

    async def touch(self, name: str, now: float) -> None:
        """Count the last taken place as taken only now."""


class MemoryBook:
    """The book of a single process."""

    def __init__(self) -> None:
        self._taken: defaultdict[str, list[Taken]] = defaultdict(list)

    async def take(self, name: str, limit: Limit, tokens: int, now: float) -> float:
        """See `Book`."""
        taken = [place for place in self._taken[name] if now - limit.horizon < place[0] <= now]
        wait = free_in(limit, taken, now, tokens)
        self._taken[name] = taken if wait else [*taken, (now, tokens)]
        return wait

    async def touch(self, name: str, now: float) -> None:
        """See `Book`."""
        if self._taken[name]:
            self._taken[name][-1] = (now, self._taken[name][-1][1])


class Paces:
    """The waiting for places; first come, first served within this process."""

    def __init__(self, clock: Clock, book: Book | None = None) -> None:
        self._clock = clock
        self._book = book or MemoryBook()
        self._queues: defaultdict[str, anyio.Lock] = defaultdict(anyio.Lock)

    async def wait(self, name: str, limit: Limit, tokens: int = 0) -> None:
        """Return when a request under `name` may go out."""
        async with self._queues[name]:
            while wait := await self._book.take(name, limit, tokens, self._clock.now()):
                await self._clock.sleep(wait)

    async def answered(self, name: str) -> None:
        """Measure the next gap from now: whatever the network's jitter, the next request then arrives after it."""
        await self._book.touch(name, self._clock.now())
