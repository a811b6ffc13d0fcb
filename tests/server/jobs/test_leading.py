"""One of several machines polls an account, for as long as it lives; in virtual time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from qwen_localize.dashscope import Row, TaskList
from qwen_localize.jobs import State
from qwen_localize.jobs.leases import LEASE_SECONDS
from server.jobs.desk import Listed
from server.jobs.machines import Machines
from server.jobs.records import record
from stores import Postgres
from virtual_time import VirtualClock


class Slow(Listed):
    """A service that takes its time over a list, or a query."""

    list_seconds = 0.0
    cut_off = 0

    async def list_tasks(self, model: str, page: int = 1) -> TaskList:
        await anyio.sleep(self.list_seconds)
        return await super().list_tasks(model, page)

    async def query(self, task_id: str) -> Any:
        try:
            return await super().query(task_id)
        except anyio.get_cancelled_exc_class():
            self.cut_off += 1
            raise


@pytest.fixture
def machines(virtual_postgres: Postgres, tmp_path: Path, clock: VirtualClock) -> Iterator[Machines]:
    made = Machines(virtual_postgres.url, tmp_path, clock)
    yield made
    made.close()


def out(machines: Machines) -> Any:
    """A job whose task is at the service."""
    now = machines.own_clock.wall()
    return record(state=State.QUEUED, upstream_id="x", owner="", created=now, sent=now)


async def test_a_leader_whose_round_takes_longer_than_a_lease_is_still_the_leader(machines: Machines) -> None:
    ours, theirs = Slow(), Slow()
    ours.list_seconds = 3 * LEASE_SECONDS
    await machines.add(out(machines))
    async with machines.one(ours) as one, machines.one(theirs) as other:
        one.group.start_soon(one.poller.run)
        await anyio.sleep(1)
        other.group.start_soon(other.poller.run)
        await anyio.sleep(4 * LEASE_SECONDS)
    assert ours.lists >= 1
    assert theirs.lists == 0


async def test_what_a_leader_has_under_way_is_the_next_ones_when_it_leads_no_more(machines: Machines) -> None:
    service = Slow([Row("x", "SUCCEEDED", machines.own_clock.wall())])
    service.seconds = 3600.0
    await machines.add(out(machines))
    async with machines.one(service) as one:
        one.group.start_soon(one.poller.run)
        with anyio.fail_after(60):
            while not service.queried:  # noqa: ASYNC110 - a service tells nobody
                await anyio.sleep(0.1)
        until = machines.own_clock.wall() + 3600
        await machines.database.write(
            lambda session: session.execute("UPDATE leaders SET holder = 'another', until = ?", (until,))
        )
        await anyio.sleep(LEASE_SECONDS)
        assert service.cut_off == 1
