"""Time as a parameter, so that schedules can be asserted and no test waits."""

from typing import Protocol

import anyio


class Clock(Protocol):
    """A monotonic clock that can also wait; both in seconds."""

    def now(self) -> float:
        """Seconds since some fixed moment."""

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""


class RealClock:
    """The event loop's own clock."""

    def now(self) -> float:
        """Seconds since some fixed moment."""
        return anyio.current_time()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        await anyio.sleep(seconds)
