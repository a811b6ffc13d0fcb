"""What the poller makes of the service's list: the store is real, the service is a list of rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from qwen_localize.dashscope import Client, Gone, Page, Row, Service, Waiting, Wire
from qwen_localize.dashscope.tasks import TaskState
from qwen_localize.errors import NoAccess
from qwen_localize.jobs import Changes, JobRecord, Lock, Poller, Presence, State, Store
from server.jobs.records import MODEL, SCOPE, record
from support import FakeClock

NOW = 1_800_000_000.0


class Listed(Client):
    """A service of which only the task list matters."""

    def __init__(self, rows: list[Row], pages: int = 1) -> None:
        super().__init__(Wire(Service.at("cn-beijing"), None))
        self.rows, self.pages = rows, pages
        self.queried: list[str] = []
        self.canceled = 0

    async def list_tasks(self, model: str, page: int = 1) -> Page:
        return Page(self.rows if page == 1 else [], self.pages)

    async def query(self, task_id: str) -> TaskState:
        self.queried.append(task_id)
        await anyio.sleep(0.05)  # as an answer takes
        found = {row.task_id: row.status for row in self.rows}.get(task_id, "UNKNOWN")
        return Waiting(task_id, running=True) if found == "RUNNING" else Gone(task_id, found)

    async def cancel(self, task_id: str) -> None:
        self.canceled += 1
        raise NoAccess("The key has no right to this.")


class Desk:
    """A poller with jobs to look after."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.clock.time = NOW
        self.store = Store(folder, NOW)
        self.presence = Presence(folder)
        self._folder = folder

    @asynccontextmanager
    async def polling(self, service: Listed, *jobs: JobRecord) -> AsyncIterator[None]:
        for job in jobs:
            await self.store.add(job)
        lock = Lock(self._folder / "poller.lock")
        urls: dict[str, Any] = {"translate_image": lambda output: [output["image_url"]]}
        poller = Poller(
            self.store, service, self.clock, SCOPE, self.presence, lock, urls, Changes(), Changes()
        )  # fmt: skip
        with anyio.fail_after(10):
            async with anyio.create_task_group() as group:
                group.start_soon(poller.run)
                yield
                group.cancel_scope.cancel()

    async def until(self, job_id: str, *states: State) -> JobRecord:
        """The job once it is in one of these states."""
        while True:
            job = await self.store.get(job_id)
            if job and job.state in states:
                return job

    async def after(self, seconds: float) -> None:
        """Let so much time pass."""
        due = self.clock.time + seconds
        while self.clock.time < due:
            await anyio.lowlevel.checkpoint()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.presence.leave()
    desk.store.close()


async def test_a_cancellation_that_the_service_refuses_holds_up_no_other_job(desk: Desk) -> None:
    stuck = record("stuck", state=State.QUEUED, upstream_id="s", sent=NOW - 9, created=NOW - 9, cancel=True)
    other = record("other", state=State.QUEUED, upstream_id="o", sent=NOW - 8, created=NOW - 8)
    service = Listed([Row("s", "PENDING", NOW - 9), Row("o", "CANCELED", NOW - 8)])
    async with desk.polling(service, stuck, other):
        assert (await desk.until("job-other", State.CANCELED)).state is State.CANCELED
        began, so_far = desk.clock.time, service.canceled
        await desk.after(30)
    # Nor is it asked for again and again without a pause.
    assert service.canceled - so_far <= desk.clock.time - began


async def test_a_job_of_a_tool_that_this_version_lacks_holds_up_no_other_job(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    alien = record("alien", tool="sing", state=State.READY, upstream_id="s", urls=["http://x/y"], created=NOW - 9)
    other = record("other", state=State.QUEUED, upstream_id="o", sent=NOW - 8, created=NOW - 8)
    async with desk.polling(Listed([Row("o", "CANCELED", NOW - 8)]), alien, other):
        assert (await desk.until("job-other", State.CANCELED)).state is State.CANCELED
        await desk.after(60)
    assert [record.message for record in caplog.records] == ["job-alien cannot be followed for a reason nobody foresaw"]


async def test_a_task_missing_from_the_list_is_asked_for_by_its_id(desk: Desk) -> None:
    job = record(state=State.QUEUED, upstream_id="u", sent=NOW, created=NOW, model=MODEL)
    service = Listed([])
    async with desk.polling(service, job):
        ended = await desk.until("job-a", State.FAILED)
    assert "no longer knows this task" in ended.message
    assert service.queried == ["u"]
    assert desk.clock.time - NOW > 30
