"""Kill replicas and workers again and again, and see that all that was ordered arrives, once, and within the limits.

    cd tests && PYTHONPATH=. python -m server.cluster.kills --jobs 300

Three replicas and two workers share a PostgreSQL and a storage. Pictures are ordered from whichever replica is there;
every few seconds one of the five is killed (SIGKILL) and another takes its place. In the end every replica is asked for
every picture. `--machine` has the same replicas share the folders of one machine instead, without a database.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import anyio

from qwen_localize.sandbox import Fault
from server.cluster.machines import forking, machines
from server.cluster.pictures import Customers, never_paid, paid_twice
from server.cluster.town import Shared, Start, Town, town

REPLICAS, WORKERS = 3, 2


@dataclass(frozen=True)
class Plan:
    """What is done.

    Attributes:
        every: real seconds between two kills.
        losing: real seconds between two submissions whose answers are lost, of which every other one never arrives;
            0 for none.
        speed: how many times as fast as real time all goes.
        limit: real seconds after which something is taken to be stuck.
    """

    jobs: int = 300
    seed: int = 1
    every: float = 3.0
    losing: float = 0.0
    speed: float = 4.0
    replicas: int = REPLICAS
    workers: int = WORKERS
    limit: float = 300.0


@dataclass(frozen=True)
class Report:
    """What came of it.

    Attributes:
        kills: how many of each were killed.
        lost: the jobs whose pictures are not there, by the pictures' numbers, with what the jobs say.
        twice: how many pictures were paid for more than once.
        passed: how many requests the service counted as above its limits, by kind.
        adopted: how many jobs' submissions had no answer, and were found in the service's list.
        again: how often one was sent again that had not arrived.
        refusals: how many calls were refused for the moment, and were made again.
        seconds: real ones, from the first order until the last job had ended.
    """

    jobs: int
    kills: Counter[str]
    lost: dict[int, str]
    twice: int
    passed: Counter[str]
    adopted: int
    again: int
    refusals: Counter[str]
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.jobs} jobs, {self.kills.total()} kills ({_listed(self.kills)}): lost {len(self.lost)}, paid twice "
            f"{self.twice}, limits passed {self.passed.total()} ({_listed(self.passed)}), adopted {self.adopted}, "
            f"sent again {self.again}, calls refused for the moment {self.refusals.total()}, {self.seconds:.1f} s"
        )


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counted.items())) or "none"


async def survive(folder: Path, start: Start, shared: Shared, plan: Plan) -> Report:
    """Carry out the plan."""
    chance = random.Random(plan.seed)
    kills = Counter[str]()
    async with town(folder, start, shared, speed=plan.speed) as place:
        await populate(place, plan.replicas, plan.workers)
        customers, began = Customers(place, chance), time.monotonic()
        with anyio.fail_after(plan.limit):
            async with anyio.create_task_group() as group:
                group.start_soon(_kill, place, chance, plan.every, kills)
                group.start_soon(_lose, place, plan)
                jobs = await customers.order_all(range(plan.jobs))
                ended = await customers.all_ended(jobs)
                group.cancel_scope.cancel()
        seconds = time.monotonic() - began
        lost = {number: job["message"] for number, job in ended.items() if not await customers.delivers(number, job)}
        for number in never_paid(place, range(plan.jobs)):
            lost[number] = f"never submitted: {lost.get(number, 'and yet delivered')}"
        passed = Counter(entry.kind for entry in place.sandbox.ledger.violations)
        adopted, again = await anyio.to_thread.run_sync(journal, place)
        assert not place.failures(), place.failures()
        return Report(plan.jobs, kills, lost, paid_twice(place), passed, adopted, again, customers.refusals, seconds)


async def populate(place: Town, replicas: int, workers: int) -> None:
    """Start so many of each, all at once."""
    async with anyio.create_task_group() as group:
        for number in range(replicas):
            group.start_soon(place.replica, f"replica-{number}")
        for number in range(workers):
            group.start_soon(place.worker, f"worker-{number}")


async def _kill(place: Town, chance: random.Random, every: float, kills: Counter[str]) -> None:
    while True:
        await anyio.sleep(every)
        member = chance.choice(place.members)
        kills[member.name] += 1
        with anyio.CancelScope(shield=True):  # the end finds as many as there were
            await place.replace(member)


async def _lose(place: Town, plan: Plan) -> None:
    """Lose submissions, but not the last ones: those of a job that is sent again alone would all be lost."""
    for name in cycle(("drop@submit:1", "refuse@submit:1") if plan.losing else ()):
        await anyio.sleep(plan.losing)
        if place.submissions.total() > plan.jobs * 3 // 4:
            return
        place.sandbox.faults.add(Fault.parse(name))


def journal(place: Town) -> tuple[int, int]:
    """How many submissions were adopted, and how often one was sent again, by what the store says of the jobs."""
    rows = place.asked("SELECT lost, tries FROM jobs")
    return sum(row[0] is not None for row in rows), sum(row[1] for row in rows)


def check(report: Report) -> None:
    """Nothing was lost, paid twice, or sent above a limit.

    Raises:
        AssertionError: that is not so.
    """
    assert not report.lost, f"{report} {report.lost}"
    assert not report.twice, report
    assert not report.passed, report


def main() -> None:
    """Run as a command."""
    usual: Any = Plan()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=usual.jobs)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--every", type=float, default=usual.every, help="seconds between two kills")
    parser.add_argument("--losing", type=float, default=usual.losing, help="seconds between two lost submissions")
    parser.add_argument("--speed", type=float, default=usual.speed, help="how many times as fast as real time")
    parser.add_argument("--replicas", type=int, default=usual.replicas)
    parser.add_argument("--workers", type=int, default=usual.workers)
    parser.add_argument("--machine", action="store_true", help="share one machine's folders; there are no workers")
    options = vars(parser.parse_args())
    alone = options.pop("machine")
    plan = Plan(**options | ({"workers": 0} if alone else {}))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if alone:
            start, shared = stack.enter_context(forking()), Shared()
        else:
            all_of_them = stack.enter_context(machines())
            start, shared = all_of_them.start, all_of_them.new()
        before = os.times()
        report = anyio.run(survive, Path(folder), start, shared, plan)
        after = os.times()
    sys.stdout.write(f"{report}; {after.user + after.system - before.user - before.system:.0f} CPU s here\n")
    for number, message in report.lost.items():
        sys.stdout.write(f"  {number}: {message}\n")
    sys.exit(bool(report.lost or report.twice or report.passed))


if __name__ == "__main__":
    main()
