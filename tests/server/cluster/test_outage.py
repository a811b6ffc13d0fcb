"""The database goes away in the middle of work, and comes back: nothing is lost, and nobody is told all is well."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import anyio
import pytest

from server.cluster.kills import populate
from server.cluster.machines import Machines
from server.cluster.pictures import Customers, paid_twice
from server.cluster.town import Replica, Town, town

pytestmark = pytest.mark.process
JOBS, SPEED = 24, 4.0
# How long the database is away, in real seconds, after `/readyz` has noticed.
_AWAY_SECONDS = 4.0


@dataclass(frozen=True)
class Outage:
    """What came of jobs whose database was away for a while.

    Attributes:
        lost: the jobs whose pictures are not there, by the pictures' numbers, with what the jobs say.
        twice: how many pictures were paid for more than once.
        noticed: what `/readyz` of each replica said while it was away.
        alive: what `/healthz` said then.
        after: what `/readyz` said in the end.
    """

    lost: dict[int, str]
    twice: int
    passed: int
    noticed: list[int]
    alive: list[int]
    after: list[int]


async def _restarted(folder: Path, several: Machines) -> Outage:
    """It crashes three times."""
    with several.own_database() as shared:

        async def go_away(place: Town) -> tuple[list[int], list[int]]:
            for _ in range(3):
                await anyio.sleep(1.5)
                await anyio.to_thread.run_sync(shared.server.restart)
            return [], []

        return await _survived(folder, shared, go_away)


async def _paused(folder: Path, several: Machines) -> Outage:
    """It answers nobody for a while."""
    with several.own_database() as shared:

        async def go_away(place: Town) -> tuple[list[int], list[int]]:
            await anyio.sleep(2)
            shared.server.pause()
            noticed = [await _ready(replica, until=503) for replica in place.replicas]
            await anyio.sleep(_AWAY_SECONDS)
            alive = [(await replica.get("/healthz")).status_code for replica in place.replicas]
            shared.server.thaw()
            return noticed, alive

        return await _survived(folder, shared, go_away)


async def _survived(folder: Path, shared: Machines, go_away: Any) -> Outage:
    async with town(folder, shared.start, shared.new(), speed=SPEED) as place:
        await populate(place, 2, 1)
        customers = Customers(place, Random(1))
        jobs: dict[int, str] = {}

        async def order() -> None:
            jobs.update(await customers.order_all(range(JOBS), at_once=2))

        async with anyio.create_task_group() as group:
            group.start_soon(order)
            noticed, alive = await go_away(place)
        after = [await _ready(replica, until=200) for replica in place.replicas]
        ended = await customers.all_ended(jobs)
        lost = {number: job["message"] for number, job in ended.items() if not await customers.delivers(number, job)}
        assert not place.failures(), place.failures()
        return Outage(lost, paid_twice(place), len(place.sandbox.ledger.violations), noticed, alive, after)


async def _ready(replica: Replica, until: int) -> int:
    """What `/readyz` says once it says so, or after half a minute."""
    status = 0
    with anyio.move_on_after(30):
        while (status := (await replica.get("/readyz")).status_code) != until:  # noqa: ASYNC110 - another process
            await anyio.sleep(0.1)
    return status


SCENARIOS = {"restarted": _restarted, "paused": _paused}


@pytest.fixture(params=list(SCENARIOS))
def came(request: pytest.FixtureRequest, played: Callable[[str], Any]) -> Outage:
    result: Outage = played(request.param)
    return result


def test_no_job_is_lost_while_the_database_is_away(came: Outage) -> None:
    assert not came.lost, came


def test_nothing_is_paid_twice_or_sent_above_a_limit_while_the_database_is_away(came: Outage) -> None:
    assert (came.twice, came.passed) == (0, 0), came


def test_replicas_are_ready_again_when_the_database_is_back(came: Outage) -> None:
    assert came.after == [200, 200], came


def test_while_the_database_is_away_replicas_live_and_are_not_ready(played: Callable[[str], Any]) -> None:
    came = played("paused")
    assert (came.noticed, came.alive) == ([503, 503], [200, 200]), came
