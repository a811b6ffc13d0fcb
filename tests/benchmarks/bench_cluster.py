"""Replicas on PostgreSQL beside one process on SQLite: makespan, statements, enqueueing, when the dead's work moves.

Everything runs here: the stand-in for the service, PostgreSQL, and the replicas as processes of their own, at so many
times the pace of real time. Seconds are the service's. The database and the processes share this machine's cores with
what measures them.

    uv run --all-extras python tests/benchmarks/bench_cluster.py --jobs 40
"""

import argparse
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import anyio

if not __package__:  # run as a file: its neighbours are found beside it
    sys.path.append(str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring import bound
from qwen_localize.clock import RealClock
from qwen_localize.jobs import JobStore
from qwen_localize.jobs.queue import Queue
from qwen_localize.state import Database
from qwen_localize.state.postgres import PostgresDatabase
from server.cluster.machines import Machines, machines
from server.cluster.pictures import Customers
from server.cluster.town import Shared, Start, Town, town, until
from server.jobs.records import record

_REPLICAS = (1, 2, 4)
_TASK_SECONDS = 1.0
_ORDERS = 300
_IDLE_SECONDS = 10.0


async def makespan(start: Start, shared: Shared, replicas: int, jobs: int, speed: float) -> float:
    """Seconds from the first order until all jobs have ended, over what no client can beat."""
    with TemporaryDirectory() as folder:
        async with town(Path(folder), start, shared, speed=speed, task_seconds=_TASK_SECONDS) as place:
            await _populated(place, replicas)
            began = time.monotonic()
            customers = Customers(place, Random(1))
            ended = await customers.all_ended(await customers.order_all(range(jobs)))
            assert all(job["status"] == "succeeded" for job in ended.values()), ended
            return (time.monotonic() - began) * speed / bound(jobs, _TASK_SECONDS)


async def _populated(place: Town, replicas: int) -> None:
    for number in range(replicas):
        await place.replica(f"replica-{number}")


class _Statements:
    """What PostgreSQL is asked, by its own log."""

    def __init__(self, world: Machines) -> None:
        self._log = world.server.folder / "data" / "log"

    def listen(self, url: str) -> None:
        """From now on have each statement in this database written down."""
        import psycopg

        name = url.rpartition("/")[2]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} SET log_statement = 'all'".encode())

    def so_far(self) -> int:
        """How many there were."""
        with self._log.open("rb") as lines:
            return sum(b"LOG:  statement: " in line or b"LOG:  execute " in line for line in lines)


async def statements(world: Machines, jobs: int) -> tuple[float, float]:
    """How many statements a job takes, and a process in each second in which it has nothing to do."""
    shared, counted = world.new(), _Statements(world)
    counted.listen(shared.database)
    with TemporaryDirectory() as folder:
        async with town(Path(folder), world.start, shared, speed=1.0, task_seconds=_TASK_SECONDS) as place:
            await _populated(place, 2)
            await anyio.sleep(2)
            before, began = counted.so_far(), time.monotonic()
            await anyio.sleep(_IDLE_SECONDS)
            idle = (counted.so_far() - before) / (time.monotonic() - began)
            before, began = counted.so_far(), time.monotonic()
            customers = Customers(place, Random(1))
            await customers.all_ended(await customers.order_all(range(jobs)))
            spent = counted.so_far() - before - idle * (time.monotonic() - began)
            return spent / jobs, idle / 2


async def moved(world: Machines, speed: float, jobs: int = 12) -> list[float]:
    """Seconds after which each job that a killed replica had in hand, and had not sent, was in another's."""
    with TemporaryDirectory() as folder:
        async with town(Path(folder), world.start, world.new(), speed=speed, task_seconds=_TASK_SECONDS) as place:
            first = await place.replica("first")
            await Customers(place, Random(1)).order_all(range(jobs), at_once=jobs)
            await until(lambda: len(_unsent(place)) >= jobs // 2)
            await place.replica("second")
            await first.kill()
            place.replicas.remove(first)
            left, killed = _unsent(place), time.monotonic()
            found: list[float] = []
            while left:
                now = _unsent(place)
                gone = [job for job, owner in left.items() if now.get(job) != owner]
                found += [(time.monotonic() - killed) * speed] * len(gone)
                left = {job: owner for job, owner in left.items() if job not in gone}
                await anyio.sleep(0.05)
            return found


def _unsent(place: Town) -> dict[str, str]:
    """Who has each job in hand that waits to be sent."""
    return dict(place.asked("SELECT id, owner FROM jobs WHERE state = 'prepared' AND owner <> ''"))


async def enqueued(store: JobStore, at_once: int) -> float:
    """How many jobs are written down in a second, if so many do it side by side."""
    numbers = count()

    async def some() -> None:
        for _ in range(_ORDERS // at_once):
            name = f"{at_once}-{next(numbers)}"
            await store.add(record(name, owner=""))

    began = time.perf_counter()
    async with anyio.create_task_group() as group:
        for _ in range(at_once):
            group.start_soon(some)
    return _ORDERS / (time.perf_counter() - began)


async def _enqueueing(world: Machines) -> list[tuple[str, float, float]]:
    with TemporaryDirectory() as folder:
        alone = Database(Path(folder), time.time())
        shared = PostgresDatabase(world.new().database, Path(folder))
        stores = {"SQLite": JobStore(alone), "PostgreSQL": JobStore(shared, Queue(shared, RealClock()).place)}
        found = [(name, await enqueued(store, 1), await enqueued(store, 10)) for name, store in stores.items()]
        alone.close()
        shared.close()
        return found


async def _makespans(world: Machines, jobs: int, speed: float) -> None:
    alone = await makespan(world.start, Shared(), 1, jobs, speed)
    _print(f"makespan of {jobs} jobs, over the bound: one process on SQLite {alone:.2f}")
    for replicas in _REPLICAS:
        found = await makespan(world.start, world.new(), replicas, jobs, speed)
        _print(f"  PostgreSQL, {replicas} replicas: {found:.2f}, {found / alone:.2f} times that")


async def _statements(world: Machines, jobs: int) -> None:
    each, idle = await statements(world, jobs)
    _print(f"statements per job {each:.1f}; per second of an idle process {idle:.1f}")


async def _moves(world: Machines, speed: float, kills: int) -> None:
    found = [seconds for _ in range(kills) for seconds in await moved(world, speed)]
    _print(f"a dead process's jobs move after {statistics.median(found):.1f} s, at most {max(found):.1f} s")


async def _enqueues(world: Machines) -> None:
    for name, one, ten in await _enqueueing(world):
        _print(f"enqueued per second on {name}: {one:.0f} by one, {ten:.0f} by ten at once")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run it all; each figure is printed as it is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=40)
    parser.add_argument("--speed", type=float, default=2.0, help="how many times as fast as real time")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--only", choices=("enqueue", "statements", "makespan", "moves"))
    options = parser.parse_args(arguments)
    with machines() as world:
        parts: dict[str, Callable[[], Awaitable[None]]] = {
            "enqueue": partial(_enqueues, world),
            "statements": partial(_statements, world, options.jobs // 2),
            "makespan": partial(_makespans, world, options.jobs, options.speed),
            "moves": partial(_moves, world, options.speed, options.kills),
        }
        for name, part in parts.items():
            if options.only in (None, name):
                anyio.run(part)


def _print(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
