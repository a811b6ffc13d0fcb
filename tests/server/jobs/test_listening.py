"""What tells a process of new places in the queue, in real time: a connection that may break."""

import re
from pathlib import Path
from typing import Any

import anyio
import pytest

from qwen_localize.clock import RealClock
from qwen_localize.jobs import State, queue
from server.jobs.desk import Listed
from server.jobs.machines import Machines
from server.jobs.records import record
from stores import Postgres

_LISTENERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
_CUT_OFF = re.sub("pid", "pg_terminate_backend(pid)", _LISTENERS, count=1)


async def _listeners(machines: Machines, *, but: set[int]) -> set[int]:
    """Those who listen, once there is one for each lane of the queue, and it is none of these."""
    while True:
        found = {row["pid"] for row in await machines.asked(_LISTENERS)} - but
        if len(found) == len(queue.HANDS):
            return found
        await anyio.sleep(0.02)


async def _cut_off(machines: Machines) -> State:
    async with machines.one(Listed()) as machine:
        machine.sends()
        first = await _listeners(machines, but=set())
        await machines.asked(_CUT_OFF)
        await _listeners(machines, but=first)
        await machines.add(record(owner=""))
        return (await machines.until("job-a", State.QUEUED)).state


def test_a_process_whose_connection_has_broken_is_told_of_new_places_again(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(queue, "LOOK_SECONDS", 3600.0)  # nobody looks
    monkeypatch.setattr(queue, "_AGAIN_SECONDS", 0.01)

    async def played() -> Any:
        machines = Machines(postgres.url, tmp_path, RealClock())
        try:
            with anyio.fail_after(60):
                return await _cut_off(machines)
        finally:
            await anyio.to_thread.run_sync(machines.close)

    assert anyio.run(played) is State.QUEUED
    assert not [entry for entry in caplog.records if entry.exc_info]
