"""Work on many things: a few at a time, or one after the other in a thread."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread

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


async def in_a_thread(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """What a generator yields that blocks; an empty part ends it."""
    while part := await anyio.to_thread.run_sync(partial(next, parts, b"")):
        yield part
