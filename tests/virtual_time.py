"""Time that passes only when everybody waits.

An event loop whose clock stands still while anything can be done, and jumps to the next timer when nothing can: when no
socket of this process has anything to read, no worker thread is busy, and every task waits. Waiting for an hour takes
no time then, and takes exactly an hour; on a busy machine everything comes to pass in the same order as on an idle one.

Tests that start other processes, whose time is the real one, use the usual loop: see `real_time` in `conftest`.
"""

import array
import asyncio
import selectors
import sys
import time
from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread

if sys.platform != "win32":
    import fcntl
    import termios

# How long the kernel may take to carry bytes from one socket of this process to another, in real seconds.
_ON_THE_WAY_SECONDS = 0.0001
# An end that does not read, for it waits for time to pass, is not waited for longer than so many times that.
_MOST_LOOKS = 200
# When nobody has done anything for so long in real time, although nobody waits for time to pass, nobody ever will.
_STUCK_SECONDS = 60.0
# The loop's own time begins here: far from 0, which could be taken for "never".
_BEGIN = 1000.0


class VirtualLoop(asyncio.SelectorEventLoop):
    """See above. `threads` is how many worker threads are busy."""

    current: "VirtualLoop | None" = None

    def __init__(self) -> None:
        self.virtual = _BEGIN
        self.threads = 0
        super().__init__(_Jumping(self))
        VirtualLoop.current = self

    def time(self) -> float:
        """Seconds on the clock that jumps."""
        return self.virtual

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        """As usual, and counted."""
        self.threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._thread_ended)
        return future

    def _thread_ended(self, _: object) -> None:
        self.threads -= 1

    async def shutdown_default_executor(self, *arguments: Any) -> None:
        """Its threads are joined in a thread, for which newer Pythons wait 300 seconds: those do not pass meanwhile."""
        self.threads += 1
        try:
            await super().shutdown_default_executor(*arguments)
        finally:
            self.threads -= 1


class _Jumping(selectors.DefaultSelector):
    """A selector that, instead of waiting for a timer, has the time come."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None or self._loop.threads:
            if not (ready := super().select(_STUCK_SECONDS)):
                raise TimeoutError("everybody waits for something that nobody does")
            return ready
        # The loop's own pipe is always there; with others, bytes may be on their way.
        if len(self.get_map()) > 1 and (ready := self._arriving()):
            return ready
        self._loop.virtual += timeout
        return []

    def _arriving(self) -> list[Any]:
        """What becomes ready as soon as the kernel has carried everything from socket to socket."""
        for _ in range(_MOST_LOOKS):
            time.sleep(_ON_THE_WAY_SECONDS)
            if ready := super().select(0):
                return ready
            if not any(_on_the_way(key.fd) for key in self.get_map().values()):
                break
        return []


def _on_the_way(descriptor: int) -> bool:
    """Whether the other end has not yet received all that was written; a busy kernel may take its time."""
    if sys.platform == "win32":
        return False
    waiting = array.array("i", [0])
    try:
        fcntl.ioctl(descriptor, termios.TIOCOUTQ, waiting)
    except OSError:  # a listening socket
        return False
    return waiting[0] > 0


_run_sync = anyio.to_thread.run_sync


async def _counted(function: Callable[..., Any], *arguments: Any, **how: Any) -> Any:
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualLoop):
        return await _run_sync(function, *arguments, **how)
    # Counted until its answer has arrived here, which is a moment after the thread is done.
    loop.threads += 1
    try:
        return await _run_sync(function, *arguments, **how)
    finally:
        loop.threads -= 1


anyio.to_thread.run_sync = _counted  # type: ignore[assignment]


class VirtualClock:
    """The clock of a `VirtualLoop`, as the product asks it; `slept` is what was asked of it.

    Args:
        calendar: Unix time at the beginning; by default the real present, since files bear the times of the machine.
    """

    def __init__(self, calendar: float | None = None) -> None:
        self.slept: list[float] = []
        self._calendar = (time.time() if calendar is None else calendar) - _BEGIN

    def now(self) -> float:
        """Seconds on the loop's clock."""
        return VirtualLoop.current.time() if VirtualLoop.current else _BEGIN

    def wall(self) -> float:
        """Unix time, as it would be."""
        return self._calendar + self.now()

    async def sleep(self, seconds: float) -> None:
        """Return when everybody else has waited so long."""
        self.slept.append(seconds)
        await anyio.sleep(seconds)

    def set_calendar(self, seconds: float) -> None:
        """Have the calendar show another time, as somebody may who sets the machine's clock."""
        self._calendar += seconds


async def settled() -> None:
    """Return when everything that can be done without time passing has been done."""
    await anyio.sleep(1e-6)


async def until(condition: Callable[[], Any], seconds: float = 3600.0) -> None:
    """Return once it holds; looked at whenever a little time has passed."""
    with anyio.fail_after(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for is in no hurry to tell
            await anyio.sleep(0.1)
