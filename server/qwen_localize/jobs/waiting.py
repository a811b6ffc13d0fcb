"""Waiting for something to change, or for time to pass."""

from collections.abc import Awaitable, Callable

import anyio

from ..clock import Clock


class Changes:
    """Something that happens again and again."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def happened(self) -> None:
        """Wake everybody who waits."""
        self._event.set()
        self._event = anyio.Event()

    async def next(self) -> None:
        """Return when it happens the next time."""
        await self._event.wait()


async def first(clock: Clock, seconds: float, other: Callable[[], Awaitable[None]]) -> None:
    """Return after `seconds`, or when `other` does."""
    async with anyio.create_task_group() as group:

        async def ended(wait: Callable[[], Awaitable[None]]) -> None:
            await wait()
            group.cancel_scope.cancel()

        group.start_soon(ended, other)
        group.start_soon(ended, lambda: clock.sleep(seconds))
