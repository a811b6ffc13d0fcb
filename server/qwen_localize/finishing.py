"""Finishing what is paid for, although the process is told to stop, and ending then in bounded time."""

import logging
import os
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
import anyio.lowlevel

logger = logging.getLogger(__name__)

T = TypeVar("T")


async def to_the_end(
    work: Callable[[], Awaitable[T]],
    grace: Callable[[], float],
    meanwhile: Callable[[], Awaitable[None]] = anyio.sleep_forever,
) -> T:
    """What `work` returns, finished even if this task is cancelled meanwhile, though then only for so long.

    Args:
        work: what is to be finished.
        grace: asked once at the cancellation: how many seconds `work` still has.
        meanwhile: runs beside it; what it raises is logged.

    Raises:
        Exception: whatever `work` raises.
    """
    shield = anyio.CancelScope(shield=True)
    answers: list[T] = []
    failure: Exception | None = None

    async def beside() -> None:
        try:
            await meanwhile()
        except Exception:
            logger.exception("What runs beside a paid request failed; the request goes on")

    async def limit() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            shield.deadline = anyio.current_time() + grace()

    async with anyio.create_task_group() as group:
        group.start_soon(limit)
        group.start_soon(beside)
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


def end_within(seconds: float) -> None:
    """End the process although a thread may still write to somebody who does not read, or wait for who does not answer.

    It is over sooner if all has ended by itself; the exit status is 0 either way.
    """
    timer = threading.Timer(seconds, os._exit, (0,))
    timer.daemon = True
    timer.start()
