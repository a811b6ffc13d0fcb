"""Writing things down after a paid answer came, without ever holding up or losing the answer."""

import logging
from collections.abc import Awaitable, Callable

import anyio
from anyio.abc import TaskGroup

from ..clock import Clock, first
from ..errors import StateUnavailable

logger = logging.getLogger(__name__)

# How often what the disk does not take is tried again, and how long an answer waits to be settled.
_AGAIN_SECONDS = 1.0
_WAIT_SECONDS = 2.0


class Bookkeeping:
    """What is written down in its own time.

    Args:
        group: lives as long as the process.
        clock: for trying again.
    """

    def __init__(self, group: TaskGroup, clock: Clock) -> None:
        self._group = group
        self._clock = clock

    async def write(self, *entries: Callable[[], Awaitable[None]]) -> None:
        """Have these done, in their order; returns when they are, or after a moment, in which case they go on.

        A store that is locked or full is tried until it takes them, or the process ends: an expected cost then stands.
        """
        done = anyio.Event()
        self._group.start_soon(self._insist, entries, done)
        await first(self._clock, _WAIT_SECONDS, done.wait)

    async def _insist(self, entries: tuple[Callable[[], Awaitable[None]], ...], done: anyio.Event) -> None:
        try:
            with anyio.CancelScope(shield=True) as ending:
                for entry in entries:
                    await self._until_taken(entry, ending)
        finally:
            done.set()

    async def _until_taken(self, entry: Callable[[], Awaitable[None]], ending: anyio.CancelScope) -> None:
        while True:
            try:
                await entry()
            except StateUnavailable as error:
                logger.warning("Written down later: %s", error)
                ending.shield = False  # a process that ends does not wait for the disk
                await self._clock.sleep(_AGAIN_SECONDS)
            else:
                return
