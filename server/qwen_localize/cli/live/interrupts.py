"""Ctrl-C, which ends a session properly, and ends it at once when it comes again."""

import signal
from collections.abc import Callable

import anyio


async def on_interrupt(stop: Callable[[], None]) -> None:
    """Call `stop` at the first Ctrl-C; at the second, the program ends as it usually does."""
    try:
        receiver = anyio.open_signal_receiver(signal.SIGINT)
    except NotImplementedError:  # Windows: there, Ctrl-C ends the program at once
        return
    with receiver as signals:
        async for _ in signals:
            stop()
            break
