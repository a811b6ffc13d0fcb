"""A poller by itself: the store is real, the service is a list of rows, and time does not wait."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread

from qwen_localize.dashscope import Client, Gone, Page, Row, Service, Waiting, Wire
from qwen_localize.dashscope.tasks import TaskState
from qwen_localize.errors import NoAccess
from qwen_localize.jobs import JobRecord, Lock, Poller, Presence, State, Store
from server.jobs.records import SCOPE
from support import FakeClock

NOW = 1_800_000_000.0
# A slow one: longer than a task is left unlisted before it is asked for.
ANSWER_SECONDS = 40.0


async def passed(clock: FakeClock, seconds: float) -> None:
    """Return when others have let so much time pass."""
    due = clock.time + seconds
    while clock.time < due:
        await anyio.lowlevel.checkpoint()


class Listed(Client):
    """A service of which only the task list matters."""

    def __init__(self, rows: list[Row], pages: int = 1) -> None:
        super().__init__(Wire(Service.at("cn-beijing"), None))
        self.rows, self.pages = rows, pages
        self.queried: list[str] = []
        self.ahead = 0.0
        self.clock = FakeClock()
        self.canceled = 0

    @property
    def skew(self) -> float:
        return self.ahead

    async def list_tasks(self, model: str, page: int = 1) -> Page:
        return Page(self.rows if page == 1 else [], self.pages)

    async def query(self, task_id: str) -> TaskState:
        self.queried.append(task_id)
        await passed(self.clock, ANSWER_SECONDS)
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
    async def polling(self, service: Listed, *jobs: JobRecord) -> AsyncIterator[Poller]:
        service.clock = self.clock
        for job in jobs:
            await self.store.add(job)
        lock = Lock(self._folder / "poller.lock")
        urls: dict[str, Any] = {"translate_image": lambda output: [output["image_url"]]}
        poller = Poller(self.store, service, self.clock, SCOPE, self.presence, lock, urls)
        with anyio.fail_after(10):
            async with anyio.create_task_group() as group:
                group.start_soon(poller.run)
                yield poller
                group.cancel_scope.cancel()

    async def until(self, job_id: str, *states: State) -> JobRecord:
        """The job once it is in one of these states."""
        while True:
            job = await self.store.get(job_id)
            if job and job.state in states:
                return job

    async def after(self, seconds: float) -> None:
        """Let so much time pass."""
        await passed(self.clock, seconds)
