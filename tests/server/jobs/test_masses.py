"""Masses of parts of batches that wait, and a chat's job that comes after them."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from qwen_localize.clock import RealClock
from qwen_localize.jobs import State
from server.jobs.desk import Listed
from server.jobs.machines import Machines
from server.jobs.masses import fill, part
from server.jobs.records import input_of, record
from stores import Postgres

pytestmark = pytest.mark.process

_COUNT = 30_000
# What a machine may have had in hand before it hears of the next: what was sent then, could not be sent later.
_OUT = 2


@pytest.fixture
def machines(postgres: Postgres, tmp_path: Path) -> Iterator[Machines]:
    made = Machines(postgres.url, tmp_path, RealClock())
    yield made
    made.close()


class Noted(Listed):
    """A service that has the tests wait for so many submissions."""

    async def after(self, count: int) -> None:
        """Return when it has taken so many."""
        with anyio.fail_after(60):
            while len(self.sent) < count:  # noqa: ASYNC110 - it tells nobody
                await anyio.sleep(0.005)

    @property
    def pictures(self) -> list[str]:
        """What was sent, in the order in which it came."""
        return [body["input"]["url"].removeprefix("oss://").removesuffix(".png") for body in self.sent]


async def test_a_chats_job_is_sent_next_however_many_parts_of_batches_wait(machines: Machines) -> None:
    service = Noted()
    await fill(machines.database, machines.queue, machines.url, _COUNT)
    async with machines.one(service) as machine:
        await machine.env.inputs.put(input_of("part-0").data)
        machine.sends()
        await service.after(20)
        sent = len(service.sent)
        await machines.add(record("chat", owner=""))
        with anyio.fail_after(60):
            await machines.until("job-chat", State.QUEUED)
        assert "chat" in service.pictures
        assert service.pictures.index("chat") <= sent + _OUT


async def test_what_a_process_does_again_and_again_reads_no_more_rows_when_masses_wait(machines: Machines) -> None:
    await fill(machines.database, machines.queue, machines.url, _COUNT)
    service = Noted()
    async with machines.one(service) as machine:
        before = await _rows_read_one_by_one(machines)
        machine.group.start_soon(machine.poller.run)
        machine.group.start_soon(machine.runner.watch)
        for _ in range(5):
            await machine.env.store.prune(machine.env.clock.wall())
            await machine.env.store.recent(20)
            await machine.env.store.release(["0" * 64], lambda _: None)
            await machine.env.store.add(part("new"))
        await machine.queue._give_back()
        await machine.env.store.unknown(0.0)
        await machine.env.store.upstream_ids(0.0)
        await machine.env.store.children("job-another")
        await anyio.sleep(2)
        assert await _rows_read_one_by_one(machines) - before < _COUNT


async def _rows_read_one_by_one(machines: Machines) -> int:
    """How many rows of the large tables were looked at without an index, as far as is counted by now."""
    await machines.asked("SELECT pg_stat_force_next_flush()")
    query = "SELECT sum(seq_tup_read) AS rows FROM pg_stat_user_tables WHERE relname IN (?, ?, ?)"
    [row] = await machines.asked(query, "jobs", "procrastinate_jobs", "spending")
    return int(row["rows"])
