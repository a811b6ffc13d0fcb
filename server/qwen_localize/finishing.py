"""Finishing what is paid for, although the process is told to stop."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import anyio
import anyio.lowlevel

T = TypeVar("T")


async def to_the_end(
    work: Callable[[], Awaitable[T]],
    grace: Callable[[], float],
    meanwhile: Callable[[], Coroutine[Any, Any, None]] = anyio.sleep_forever,
) -> T:
    """What `work` returns, finished even if this task is cancelled meanwhile, though then only for so long.

    Args:
        work: what is to be finished.
        grace: asked once at the cancellation: how many seconds `work` still has.
        meanwhile: runs beside it.

    Raises:
        Exception: whatever `work` raises.
    """
    shield = anyio.CancelScope(shield=True)
    answers: list[T] = []
    failure: Exception | None = None

    async def limit() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            shield.deadline = anyio.current_time() + grace()

    async with anyio.create_task_group() as group:
        group.start_soon(limit)
        group.start_soon(meanwhile)
        with shield:
            try:
                answers.append(await work())
            except Exception as error:  # noqa: BLE001 - the group would wrap it
                failure = error
        group.cancel_scope.cancel()
    if failure:
        raise failure
    await anyio.lowlevel.checkpoint()  # if the time was not enough, the cancellation is felt here
    return answers[0]
