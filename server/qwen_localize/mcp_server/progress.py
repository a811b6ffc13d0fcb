"""How far a call is, told at least every few seconds: hosts cut off calls that are silent."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio

from ..clock import Clock
from ..wellformed import whole

BEAT_SECONDS = 4.0
# A heartbeat moves the bar by this share, because the protocol wants every report to be larger than the last.
_NUDGE = 1e-4

Notify = Callable[[float, float | None, str | None], Awaitable[None]]


class Progress:
    """The progress of one call."""

    def __init__(self, send: Notify, clock: Clock) -> None:
        self._send = send
        self._clock = clock
        self._value = 0.0
        self._total = 1.0
        self._message = "Started"
        self._told = clock.now()

    async def report(self, done: float, total: float, message: str) -> None:
        """Tell that `done` of `total` is finished; a step back shows as a tiny step forward."""
        share = max(done / total, self._value / self._total + _NUDGE)
        self._value, self._total, self._message = share * total, total, whole(message)
        await self._tell()

    async def beat(self) -> None:
        """Repeat the last report whenever `BEAT_SECONDS` went by without one; runs until cancelled."""
        while True:
            due = self._told + BEAT_SECONDS - self._clock.now()
            if due > 0:
                await self._clock.sleep(due)
                continue
            self._value += _NUDGE * self._total
            await self._tell()

    async def _tell(self) -> None:
        self._told = self._clock.now()
        # A client that is gone hears nothing; what it asked for goes on until it is cancelled.
        with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
            await self._send(self._value, self._total, self._message)
