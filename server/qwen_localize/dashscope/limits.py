"""The service's rate limits, kept on our side so that a burst does not turn into 429s.

Limits are per account and model, and may be enforced per second as RPM/60 (docs/model-studio.md 1.5): requests are
therefore spread evenly, and tokens counted over a sliding minute. Each request takes a reservation: from a store in
memory, or from one that several processes share.
"""

import math
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import anyio

from ..clock import Clock
from ..meter import Meter

MINUTE = 60.0
# The service counts arrivals, we count departures: a little slack keeps a jittery network inside.
SLACK = 0.05
# How long the last request's answer is waited for before the next one leaves, where a limit leaves no play.
ALONE_SECONDS = 20.0
# How much a share of tokens that was used counts when the next is known, and how large one is believed to be.
_FADING, _MOST_SHARE = 0.8, 3.0

# When a request went, and how many tokens it was reckoned to use.
Reservation = tuple[float, int]


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
        """How many seconds back a reservation still matters."""
        return max(MINUTE, self.gap)

    def makespan(self, requests: Sequence[int]) -> float:
        """Seconds until the last of these requests, each of so many tokens, may go, if the first goes now."""
        at, made = 0.0, list[Reservation]()
        for tokens in requests:
            at += seconds_until_free(self, made, at, tokens)
            made = [*(one for one in made if one[0] > at - self.horizon), (at, tokens)]
        return at


def seconds_until_free(limit: Limit, earlier: Sequence[Reservation], now: float, tokens: int) -> float:
    """Seconds until a request of `tokens` may go; 0 if now. Larger than the whole budget, it goes alone.

    Args:
        limit: the limit.
        earlier: the reservations so far; oldest first, none later than `now`.
        now: the present, on the same clock.
        tokens: what the request will use.
    """
    start = max(now, earlier[-1][0] + limit.gap) if earlier else now
    if limit.tokens is not None:
        start = _when_tokens_fit(limit.tokens, earlier, start, tokens)
    # Less than the clock's own grain is no wait: sleeping for it would not move the clock.
    return start - now if start - now > 1e-6 else 0.0


def _when_tokens_fit(most: int, earlier: Sequence[Reservation], start: float, tokens: int) -> float:
    recent = [(at, count) for at, count in earlier if at > start - MINUTE]
    used = sum(count for _, count in recent)
    for at, count in recent:
        if used + tokens <= most:
            break
        used -= count
        start = max(start, at + MINUTE)
    return start


class RateLimitStore(Protocol):
    """Where reservations are written down."""

    async def reserve(self, name: str, limit: Limit, tokens: int, now: float) -> float:
        """Reserve the present moment under `name` and return 0; or nothing, and return the seconds until it may be."""

    async def restart_gap(self, name: str, now: float) -> None:
        """Count the last reservation as made only now."""

    async def correct(self, name: str, at: float, tokens: int) -> None:
        """Count the reservation made at that moment as of so many tokens."""


class MemoryRateLimits:
    """The reservations of a single process."""

    def __init__(self) -> None:
        self._made: defaultdict[str, list[Reservation]] = defaultdict(list)

    async def reserve(self, name: str, limit: Limit, tokens: int, now: float) -> float:
        """See `RateLimitStore`."""
        earlier = [made for made in self._made[name] if now - limit.horizon < made[0] <= now]
        wait = seconds_until_free(limit, earlier, now, tokens)
        self._made[name] = earlier if wait else [*earlier, (now, tokens)]
        return wait

    async def restart_gap(self, name: str, now: float) -> None:
        """See `RateLimitStore`."""
        if self._made[name]:
            self._made[name][-1] = (now, self._made[name][-1][1])

    async def correct(self, name: str, at: float, tokens: int) -> None:
        """See `RateLimitStore`."""
        self._made[name] = [(made, tokens if made == at else count) for made, count in self._made[name]]


class RateLimiter:
    """Lets requests go as often as the limits allow; first come, first served within this process.

    How far what requests are reckoned to use errs is learned from what they did use: the largest share of late is
    reserved, so that a minute holds as many requests as it can, and no more. Each size has its own share, since what
    every request uses besides its text weighs little in a large one.
    """

    def __init__(self, clock: Clock, store: RateLimitStore | None = None, meter: Meter | None = None) -> None:
        self._clock = clock
        self._meter = meter or Meter()
        self._store = store or MemoryRateLimits()
        self._queues: defaultdict[str, anyio.Lock] = defaultdict(anyio.Lock)
        self._turns: defaultdict[str, anyio.Lock] = defaultdict(anyio.Lock)
        self._out: dict[str, anyio.Event] = {}
        self._shares: defaultdict[tuple[str, int], float] = defaultdict(lambda: 1.0)

    async def acquire(self, name: str, limit: Limit, tokens: int = 0) -> float:
        """Return when a request under `name` may go out, with the moment by which its reservation is known."""
        began = self._clock.now()
        async with self._queues[name]:
            while wait := await self._store.reserve(name, limit, self._likely(name, tokens), at := self._clock.now()):
                await self._clock.sleep(wait)
        self._meter.held_back(name, at - began)
        return at

    async def correct(self, name: str, at: float, expected: int, used: int) -> None:
        """Count the reservation of that moment as what its request has really used: the next need not wait for more."""
        if expected:
            size = name, _magnitude(expected)
            self._shares[size] = min(_MOST_SHARE, max(used / expected, _FADING * self._shares[size]))
        await self._store.correct(name, at, used)

    def _likely(self, name: str, tokens: int) -> int:
        return math.ceil(tokens * self._shares[name, _magnitude(tokens)])

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """No other request of this process under `name` is out until the block ends, or has been for long.

        What left a gap apart may arrive closer together, where one of them takes long to get there.
        """
        async with self._turns[name]:
            if before := self._out.get(name):
                with anyio.move_on_after(ALONE_SECONDS):
                    await before.wait()
            answered = self._out[name] = anyio.Event()
        try:
            yield
        finally:
            answered.set()

    async def restart_gap(self, name: str) -> None:
        """Measure the next gap from now: whatever the network's jitter, the next request then arrives after it."""
        await self._store.restart_gap(name, self._clock.now())


def _magnitude(tokens: int) -> int:
    """A number that is the same for requests of about the same size: up to four times as large."""
    return tokens.bit_length() // 2
