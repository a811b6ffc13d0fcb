"""The service's rate limits, kept on our side so that a burst does not turn into 429s.

Limits are per account and model, and may be enforced per second as RPM/60 (contract 1.5): requests
are therefore spread evenly, and tokens counted over a sliding minute.
"""

from collections import deque
from dataclasses import dataclass

from ..clock import Clock

MINUTE = 60.0
# The service counts arrivals, we count departures: a little slack keeps a jittery network inside.
SLACK = 0.05


@dataclass(frozen=True)
class Limit:
    """Requests and tokens (in and out together) per minute; `tokens` None means not counted."""

    requests: float
    tokens: int | None = None


class Pace:
    """The timetable of one limit: when the next request may go. Pure: time is passed in."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._gap = MINUTE / limit.requests * (1 + SLACK)
        self._next = float("-inf")
        self._spent: deque[tuple[float, int]] = deque()

    def reserve(self, now: float, tokens: int = 0) -> float:
        """Take the next free place for a request of `tokens`; returns the moment it may go."""
        start = max(now, self._next, self._when_tokens_fit(now, tokens))
        self._next = start + self._gap
        self._spent.append((start, tokens))
        return start

    def _when_tokens_fit(self, now: float, tokens: int) -> float:
        if self._limit.tokens is None:
            self._spent.clear()
            return now
        while self._spent and self._spent[0][0] <= now - MINUTE:
            self._spent.popleft()
        used = sum(count for _, count in self._spent)
        for start, count in self._spent:
            if used + tokens <= self._limit.tokens:
                break
            used -= count
            now = start + MINUTE
        return now


class Paces:
    """Every pace in use, by name, and the waiting for them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._paces: dict[str, Pace] = {}

    async def wait(self, name: str, limit: Limit, tokens: int = 0) -> None:
        """Return when a request under `name` may go out. First come, first served."""
        pace = self._paces.setdefault(name, Pace(limit))
        now = self._clock.now()
        start = pace.reserve(now, tokens)
        if start > now:
            await self._clock.sleep(start - now)
