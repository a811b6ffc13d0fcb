"""What each step costs in PostgreSQL while masses of parts of batches wait, and how soon a chat's job is sent then.

Each figure stands beside that of the same step among a thousand jobs. A server of its own is started, without waiting
for the disk; the database is about a gigabyte large with 800,000 jobs.

    uv run --all-extras python tests/benchmarks/bench_masses.py
"""

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio

if not __package__:  # run as a file: its neighbours are found beside it
    sys.path.append(str(Path(__file__).resolve().parents[1]))

from qwen_localize.clock import RealClock
from qwen_localize.dashscope import Limit
from qwen_localize.jobs import State
from qwen_localize.jobs.advance import Advance
from qwen_localize.jobs.gate import Turn
from qwen_localize.jobs.places import FEW, MANY
from qwen_localize.jobs.queue import _Places, queue_name
from qwen_localize.jobs.records import OPEN
from server.jobs.desk import Listed
from server.jobs.machines import Machine, Machines
from server.jobs.masses import SCOPE, fill, part
from server.jobs.records import input_of, record
from stores import PostgresServer

_FEW_JOBS = 1000
_TIMES, _RARELY = 300, 5

Step = Callable[[], Awaitable[Any]]


async def _milliseconds(step: Step, times: int) -> list[float]:
    await step()
    found = []
    for _ in range(times):
        began = time.perf_counter()
        await step()
        found.append((time.perf_counter() - began) * 1000)
    return found


class _Steps:
    """What a machine does again and again."""

    def __init__(self, machines: Machines, machine: Machine) -> None:
        self._machines, self._machine, self._store = machines, machine, machine.env.store
        self._numbers, self._turns = count(), count()
        self._queue = machine.queue
        queues = [queue_name(SCOPE, each) for each in (FEW, MANY)]
        self._places = _Places(self._queue._connector, lambda: queues, [])
        self._worker = 0

    async def ready(self) -> None:
        """Be a worker of the queue."""
        self._worker = await self._places.register_worker()

    async def take(self) -> None:
        """The next place."""
        assert await self._places.fetch_job(None, self._worker)

    async def claim(self) -> None:
        """The next place, and its job made this machine's."""
        place = await self._places.fetch_job(None, self._worker)
        assert place
        advance = Advance(self._machine.env, self._machine.submission, self._machine.group)
        assert await advance._taken(str(place.task_kwargs["job_id"]))

    async def gate(self) -> None:
        """A turn that is waited for, goes through, and comes back."""
        turn = Turn(record(f"turn-{next(self._turns)}", owner=""), Limit(60_000_000))
        await self._machine.env.gate.wait(turn)  # type: ignore[union-attr]
        assert await self._machines.database.write(turn.entered)
        await self._machine.env.gate.free(turn)  # type: ignore[union-attr]

    async def add(self) -> None:
        """A chat's job, with a daily budget."""
        await self._store.add(record(f"chat-{next(self._numbers)}", owner="", cost=0.003), cap=1e9)

    async def add_part(self) -> None:
        """A part of the batch."""
        await self._store.add(part(f"more-{next(self._numbers)}"), cap=1e9)

    async def end(self) -> None:
        """What the end of a job has looked up: whether somebody needs its input."""
        await self._store.release(["0" * 64], lambda _: None)

    async def round(self) -> None:
        """The jobs that a poller looks at."""
        await self._store.within(SCOPE, OPEN)

    async def lost(self) -> None:
        """What a lost submission is compared with."""
        await self._store.unknown(0.0)
        await self._store.upstream_ids(0.0)

    async def rarely(self) -> None:
        """Each job without a place, looked for by one process every ten minutes."""
        await self._machines.database.write(self._placeless)

    def _placeless(self, session: Any) -> None:
        session.execute("DELETE FROM leaders")
        self._queue._place_again(session)

    def all(self) -> dict[str, tuple[Step, int]]:
        """Each, and how often it is done here."""
        store = self._store
        return {
            "take a place": (self.take, _TIMES),
            "claim: take a place, make its job one's own": (self.claim, _TIMES),
            "gate: wait, enter, free": (self.gate, _TIMES),
            "order a chat's job, under a budget": (self.add, _TIMES),
            "order a part": (self.add_part, _TIMES),
            "get_job": (lambda: store.get("job-part-7"), _TIMES),
            "list_jobs": (lambda: store.recent(20), _TIMES),
            "poller: open jobs": (self.round, _TIMES),
            "watch: jobs changed since": (lambda: store.changed_since(time.time()), _TIMES),
            "end of a job: who else needs its input": (self.end, _TIMES),
            "sweep: places of who is gone": (self._queue._give_back, _TIMES),
            "lost: compare with others": (self.lost, _TIMES),
            "batch: its parts, of one that has none": (lambda: store.children("job-none"), _TIMES),
            "start: prune": (lambda: store.prune(0.0), _RARELY),
            "every ten minutes: jobs without a place": (self.rarely, _RARELY),
        }


async def _measured(url: str, jobs: int) -> tuple[dict[str, list[float]], float]:
    """Milliseconds of each step, and seconds until a chat's job was sent."""
    with TemporaryDirectory() as folder:
        machines = Machines(url, Path(folder), RealClock())
        try:
            _say(f"{jobs} jobs ...")
            await fill(machines.database, machines.queue, url, jobs)
            gc.collect()
            seconds = await _chat(machines)
            async with machines.one(Listed()) as machine:
                steps = _Steps(machines, machine)
                await steps.ready()
                return {name: await _milliseconds(*step) for name, step in steps.all().items()}, seconds
        finally:
            machines.close()


async def _chat(machines: Machines) -> float:
    """Seconds from the order of a chat's job, while parts are sent, until the service has it."""
    async with machines.one(Listed()) as machine:
        await machine.env.inputs.put(input_of("part-0").data)
        machine.sends()
        with anyio.fail_after(60):
            while len(machine.env.client.sent) < 20:  # type: ignore[attr-defined]  # noqa: ASYNC110
                await anyio.sleep(0.01)
            began = time.perf_counter()
            await machines.add(record("chat", owner=""))
            await machines.until("job-chat", State.QUEUED)
        return time.perf_counter() - began


def main(arguments: Sequence[str] | None = None) -> None:
    """Run it all; the table is on stdout, progress on stderr."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=800_000, help="how many wait")
    options = parser.parse_args(arguments)
    server = PostgresServer().start()
    try:
        few, few_seconds = anyio.run(_measured, server.database(), _FEW_JOBS)
        many, seconds = anyio.run(_measured, server.database(), options.jobs)
    finally:
        server.stop()
    _print(few, many, options.jobs)
    sys.stdout.write(f"\nA chat's job is at the service after {seconds:.2f} s (few: {few_seconds:.2f} s).\n")


def _print(few: dict[str, list[float]], many: dict[str, list[float]], jobs: int) -> None:
    heads = ("step", f"p50 ms of {_FEW_JOBS:,}", f"p50 ms of {jobs:,}", "p99 ms")
    rows = [heads, ("---", "--:", "--:", "--:")]
    for name, found in many.items():
        figures = statistics.median(few[name]), statistics.median(found), _p99(found)
        rows.append((name, *(f"{figure:.2f}" for figure in figures)))  # type: ignore[arg-type]
    sys.stdout.write("".join(f"| {' | '.join(row)} |\n" for row in rows))


def _p99(found: list[float]) -> float:
    return sorted(found)[max(0, round(len(found) * 0.99) - 1)]


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    main()
