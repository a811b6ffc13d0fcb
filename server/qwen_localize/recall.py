"""Answers of this session that are paid for: a call that was cut off and is repeated does not pay for them again."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

# Characters; a page read by ocr has some thousands.
MOST = 50_000_000
# Answers that nobody waited for any more; a repeated call comes for them soon, or never.
MOST_LANDED = 500

Answer = dict[str, Any]
Work = Callable[[Callable[[], Awaitable[None]]], Awaitable[Answer]]


class Recall:
    """Texts by a key, the last used ones; in memory only, gone with the process.

    Args:
        most: characters that are kept.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._size = 0
        self._texts: OrderedDict[str, str] = OrderedDict()

    def get(self, key: str) -> str | None:
        """The text kept under a key."""
        if key in self._texts:
            self._texts.move_to_end(key)
        return self._texts.get(key)

    def keep(self, key: str, text: str) -> None:
        """Keep a text; those not used for longest make room."""
        self._size += len(text) - len(self._texts.pop(key, ""))
        self._texts[key] = text
        while self._size > self._most:
            self._size -= len(self._texts.popitem(last=False)[1])


@dataclass
class _Flight:
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    done: anyio.Event = field(default_factory=anyio.Event)
    waiting: int = 0
    out: bool = False
    answer: Answer | None = None
    error: Exception | None = None

    async def goes_out(self) -> None:
        """The last moment at which it can be called off."""
        await anyio.lowlevel.checkpoint()
        self.out = True


class Flights:
    """Paid requests on their way. One that went out is finished whatever becomes of the call that made it, an equal
    one meanwhile waits for the same answer, and an answer nobody waited for is kept for who asks next.

    Args:
        group: lives as long as the process.
    """

    def __init__(self, group: TaskGroup) -> None:
        self._group = group
        self._flights: dict[str, _Flight] = {}
        self._landed: OrderedDict[str, Answer] = OrderedDict()

    async def answer(self, key: str, work: Work) -> Answer:
        """What `work` returns, or raises.

        Args:
            key: the same for equal requests.
            work: awaits what it is given when the request goes out; cancelled only before that.
        """
        if landed := self._landed.pop(key, None):
            return landed
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight()
            self._group.start_soon(self._fly, key, flight, work)
        flight.waiting += 1
        try:
            await flight.done.wait()
        except BaseException:
            self._left(key, flight)
            raise
        finally:
            flight.waiting -= 1
        if flight.error:
            raise flight.error
        return flight.answer or {}

    def _left(self, key: str, flight: _Flight) -> None:
        """One that waited is given up, perhaps in the very moment in which the answer came."""
        if flight.waiting > 1:
            return
        if flight.answer:
            self._land(key, flight.answer)
        elif not flight.out:
            self._flights.pop(key, None)
            flight.scope.cancel()

    def _land(self, key: str, answer: Answer) -> None:
        self._landed[key] = answer
        if len(self._landed) > MOST_LANDED:
            self._landed.popitem(last=False)

    async def _fly(self, key: str, flight: _Flight, work: Work) -> None:
        try:
            with flight.scope:
                flight.answer = await work(flight.goes_out)
        except Exception as error:  # noqa: BLE001 - it is raised in the calls that wait
            flight.error = error
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]
            flight.done.set()
        if flight.answer and not flight.waiting:
            self._land(key, flight.answer)
