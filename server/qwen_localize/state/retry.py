"""Waiting for the store, where what is at stake is worth it."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ..clock import Clock
from ..errors import StateUnavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")
_AGAIN_SECONDS = 1.0


async def until_available(clock: Clock, work: Callable[[], Awaitable[T]], what: str) -> T:
    """What `work` returns, begun anew every second until the store is no longer locked or full.

    Args:
        clock: what time it is.
        work: fails with `StateUnavailable` as long as the store cannot be used.
        what: names it in the log.
    """
    while True:
        try:
            return await work()
        except StateUnavailable as error:
            logger.warning("%s waits for the store: %s", what, error)
        await clock.sleep(_AGAIN_SECONDS)
