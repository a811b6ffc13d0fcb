"""Single flight: equal paid requests at the same time are one, and none is broken off once it is out."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

import anyio
from anyio.abc import TaskGroup

from ..dashscope import Departure
from ..errors import TryLater
from ..finishing import to_the_end

T = TypeVar("T")
# Answers that nobody waited for any more; a repeated call comes for them soon, or never.
MOST_LANDED = 500
# How long a process that is told to stop still waits for answers that will be kept on disk.
GRACE_SECONDS = 15.0


@dataclass
class _Flight(Generic[T]):
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    done: anyio.Event = field(default_factory=anyio.Event)
    departure: Departure = field(default_factory=Departure)
    waiting: int = 0
    answer: T | None = None
    error: Exception | None = None


class SingleFlight(Generic[T]):
    """Paid requests on their way. One that went out is finished whatever becomes of the call that made it, an equal
    one meanwhile waits for the same answer, and an answer nobody waited for is kept for who asks next.

    Args:
        group: lives as long as the process.
    """

    def __init__(self, group: TaskGroup) -> None:
        self._group = group
        self._flights: dict[str, _Flight[T]] = {}
        self._landed: OrderedDict[str, T] = OrderedDict()

    async def answer(self, key: str, work: Callable[[Departure], Awaitable[T]], *, finish: bool = False) -> T:
        """What `work` returns, or raises.

        Args:
            key: the same for equal requests.
            work: makes the request, which leaves by the departure that it is given; cancelled only before that.
            finish: whether a process that is told to stop waits for the answer, since `work` keeps it on disk.
        """
        if key in self._landed:
            return self._landed.pop(key)
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight()
            self._group.start_soon(self._fly, key, flight, work, finish)
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
        if flight.answer is None:
            raise TryLater("This server was stopped before the answer came. Start it again, and repeat the call.")
        return flight.answer

    def _left(self, key: str, flight: _Flight[T]) -> None:
        """One that waited is given up, perhaps in the very moment in which the answer came."""
        if flight.waiting > 1:
            return
        if flight.answer is not None:
            self._land(key, flight.answer)
        else:
            self._call_off(key, flight)

    async def landed(self) -> None:
        """Return when nothing is out any more that nobody waits for; what was turned away does not go out again."""
        for key, flight in list(self._flights.items()):
            if not flight.waiting:
                self._call_off(key, flight)
                await flight.done.wait()

    def forget(self, key: str) -> None:
        """Let go of an answer that nobody waited for."""
        self._landed.pop(key, None)

    def _call_off(self, key: str, flight: _Flight[T]) -> None:
        if flight.departure.call_off():
            self._flights.pop(key, None)
            flight.scope.cancel()

    def _land(self, key: str, answer: T) -> None:
        self._landed[key] = answer
        if len(self._landed) > MOST_LANDED:
            self._landed.popitem(last=False)

    async def _fly(self, key: str, flight: _Flight[T], work: Callable[[Departure], Awaitable[T]], finish: bool) -> None:
        try:
            with flight.scope:
                flight.answer = await to_the_end(partial(work, flight.departure), partial(_grace, flight, finish))
        except Exception as error:  # noqa: BLE001 - it is raised in the calls that wait
            flight.error = error
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]
            flight.done.set()
        if flight.answer is not None and not flight.waiting:
            self._land(key, flight.answer)


def _grace(flight: _Flight[T], finish: bool) -> float:
    """How long a flight that is called off may go on: not at all before it is out."""
    return 0.0 if flight.departure.call_off() or not finish else GRACE_SECONDS
