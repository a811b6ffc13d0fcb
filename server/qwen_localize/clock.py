"""Time as a parameter, so that schedules can be asserted and no test waits."""

import time
from collections.abc import Awaitable, Callable
from typing import Protocol

import anyio

# Where there is one, a clock that goes on while the machine sleeps: a lease ends then, too.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", None)
# By how many seconds in a second two clocks may drift apart, one of which is being put right.
_DRIFT = 0.001


class Clock(Protocol):
    """A clock that can also wait; all in seconds."""

    def now(self) -> float:
        """Seconds since a moment that is the same for every process of the machine."""

    def wall(self) -> float:
        """Unix time, to be compared with what the service says and kept over restarts."""

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of `now`."""


class RealClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Seconds since a moment that is the same for every process of the machine; never set back."""
        return time.clock_gettime(_CLOCK) if _CLOCK else time.monotonic()

    def wall(self) -> float:
        """Unix time."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        await anyio.sleep(seconds)


class SharedClock:
    """A clock whose Unix time is that of a database, however wrong this machine's is.

    Args:
        own: this machine's clock.
    """

    def __init__(self, own: Clock) -> None:
        self._own = own
        self._ahead: float | None = None
        self._play = self._told_at = 0.0

    def follow(self, told: float, asked: float) -> None:
        """Take over the database's time, unless it is known better already: what took long to tell says little.

        Args:
            told: its Unix time.
            asked: when it was asked for, by `now`; it was told between then and the present.
        """
        now = self.now()
        ahead, play = told - (asked + now) / 2, (now - asked) / 2
        if self._ahead is not None:
            known = self._play + _DRIFT * (now - self._told_at)
            if known < play and abs(ahead - self._ahead) <= known + play:
                return
        self._ahead, self._play, self._told_at = ahead, play, now

    def now(self) -> float:
        """Seconds since a moment that is the same for every process of the machine."""
        return self._own.now()

    def wall(self) -> float:
        """The database's Unix time; this machine's, before that is known."""
        return self._own.wall() if self._ahead is None else self.now() + self._ahead

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of `now`."""
        await self._own.sleep(seconds)


async def first(clock: Clock, seconds: float, other: Callable[[], Awaitable[None]]) -> None:
    """Return after `seconds`, or when `other` does."""
    async with anyio.create_task_group() as group:

        async def ended(wait: Callable[[], Awaitable[None]]) -> None:
            await wait()
            group.cancel_scope.cancel()

        group.start_soon(ended, other)
        group.start_soon(ended, lambda: clock.sleep(seconds))
