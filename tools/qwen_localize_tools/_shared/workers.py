"""The same work on many things, a few at a time."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import anyio

T = TypeVar("T")


async def side_by_side(most: int, items: Iterable[T], work: Callable[[T], Awaitable[None]]) -> None:
    """Do the work on each, in their order, at most so many at a time: thousands take no more memory than a few."""
    left = iter(items)

    async def one_after_the_other() -> None:
        for item in left:
            await work(item)

    async with anyio.create_task_group() as group:
        for _ in range(most):
            group.start_soon(one_after_the_other)
