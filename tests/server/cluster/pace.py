"""Time that runs faster, for the service, the replicas, and their database alike, so that long waits are short ones.

All of them still go by one time, and what a limit, a lease, or a time-out is to each other stays as it is. Only what
is waited for outside event loops is real: how long a statement may take, and a connection to the database.
"""

import asyncio
import json
import selectors
import time
from dataclasses import asdict, dataclass

import anyio

from qwen_localize.clock import RealClock

VARIABLE = "TOWN_PACE"


@dataclass(frozen=True)
class Pace:
    """How time runs.

    Attributes:
        speed: seconds of it for each real one.
        began: the real Unix time at which both showed the same.
        ahead: seconds by which one process's calendar is ahead of everybody else's.
    """

    speed: float
    began: float
    ahead: float = 0.0

    @classmethod
    def now(cls, speed: float) -> "Pace":
        """One that begins now."""
        return cls(speed, time.time())

    def wall(self) -> float:
        """Unix seconds."""
        return self.began + (time.time() - self.began) * self.speed + self.ahead

    def in_variable(self, ahead: float = 0.0) -> dict[str, str]:
        """The environment of a process that is to go by it."""
        return {VARIABLE: json.dumps(asdict(self) | {"ahead": ahead})}

    def rule(self) -> None:
        """Have the product in this process go by it."""

        def now(_: RealClock) -> float:
            return time.monotonic() * self.speed

        def wall(_: RealClock) -> float:
            return self.wall()

        for method in (now, wall):
            setattr(RealClock, method.__name__, method)
        asyncio.events.new_event_loop = lambda: _Loop(self.speed)

    def set_in(self, database: str) -> None:
        """Have a database go by it, which nobody uses yet."""
        import psycopg

        with psycopg.connect(database, autocommit=True) as connection:
            for statement in self.in_database():
                connection.execute(statement.encode())

    def in_database(self) -> tuple[str, ...]:
        """Statements that have a database go by it: its functions of time are found in a schema before its own."""
        now = f"to_timestamp({self.began!r} + (extract(epoch FROM pg_catalog.%s()) - {self.began!r}) * {self.speed!r})"
        kinds = {"now": "STABLE", "statement_timestamp": "STABLE", "clock_timestamp": "VOLATILE"}
        return (
            "CREATE SCHEMA pace",
            *(
                f"CREATE FUNCTION pace.{name}() RETURNS timestamptz LANGUAGE sql {kind} AS $$ SELECT {now % name} $$"
                for name, kind in kinds.items()
            ),
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = pace, pg_catalog, public', "
            "current_database()); END $$",
        )


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose timers all go by the pace: whatever sleeps in it, or gives something so long."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        super().__init__(_Selector(speed))

    def time(self) -> float:
        return time.monotonic() * self._speed


class _Selector(selectors.DefaultSelector):
    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout and timeout / self._speed)


class ServiceTime:
    """The sandbox's time, at the same pace."""

    def __init__(self, pace: Pace) -> None:
        self._pace, self._opened, self._calendar = pace, time.monotonic(), pace.wall()

    def now(self) -> float:
        return (time.monotonic() - self._opened) * self._pace.speed

    def wall(self, moment: float) -> float:
        return self._calendar + moment

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(max(0.0, seconds) / self._pace.speed)
