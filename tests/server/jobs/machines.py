"""The jobs' machinery of several machines by itself: one PostgreSQL is real, and the service is a list of rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

from qwen_localize.clock import Clock, SharedClock
from qwen_localize.dashscope import Limit, Model
from qwen_localize.files import KeptFiles
from qwen_localize.jobs import (
    Environment,
    Gate,
    JobRecord,
    JobStore,
    Kind,
    Poller,
    Recovery,
    Results,
    Runner,
    State,
    Submission,
    Upstream,
    Work,
)
from qwen_localize.jobs.advance import Advance
from qwen_localize.jobs.leases import LeaderLease, Leases
from qwen_localize.jobs.queue import Queue
from qwen_localize.state.postgres import PostgresDatabase
from server.jobs.desk import Anything, Listed
from server.jobs.records import MODEL, SCOPE, input_of

# So often may be submitted that nobody waits for it.
OFTEN = Limit(6000)
QUICK = Upstream(
    Kind.TASK,
    "some/path",
    {MODEL: Model(MODEL, ("cn-beijing",), OFTEN)},
    request=lambda arguments, urls: {"input": {"url": urls[0], **arguments}},
    results=lambda output: Results([output["url"]]),
    artifact=Anything(),
)


@dataclass(frozen=True)
class Machine:
    """One of the machines: what moves jobs in it."""

    env: Environment
    leases: Leases
    queue: Queue
    submission: Submission
    runner: Runner
    poller: Poller
    group: TaskGroup

    def sends(self) -> None:
        """From now on it takes jobs from the queue."""
        self.group.start_soon(self.queue.run)
        self.queue.works(SCOPE, Advance(self.env, self.submission, self.group))


@dataclass
class Machines:
    """Those of one database, with the inputs on a disk that all of them have; their time is virtual, or as real."""

    url: str
    folder: Path
    own_clock: Clock
    works: dict[str, Work] = field(default_factory=lambda: {"translate_image": QUICK})

    def __post_init__(self) -> None:
        self.database = PostgresDatabase(self.url, self.folder)
        self.clock = SharedClock(self.own_clock)
        self.queue = Queue(self.database, self.clock)
        self.store = JobStore(self.database, self.queue.place)

    async def add(self, *jobs: JobRecord) -> None:
        """Jobs that somebody has ordered, with their inputs."""
        for job in jobs:
            await KeptFiles(self.folder).put(input_of(job.id.removeprefix("job-")).data)
            await self.store.add(job)

    @asynccontextmanager
    async def one(self, service: Listed, **facts: Any) -> AsyncIterator[Machine]:
        """One more machine, which sends nothing yet."""
        database, clock = PostgresDatabase(self.url, self.folder), SharedClock(self.own_clock)
        leases, queue = Leases(database, clock), Queue(database, clock)
        usual: dict[str, Any] = {
            "scope": SCOPE,
            "region": None,
            "output_dir": self.folder / "out",
            "store": JobStore(database, queue.place),
            "client": service,
            "clock": clock,
            "presence": leases,
            "inputs": KeptFiles(self.folder),
            "works": self.works,
            "contexts": lambda job, tell: tell,
            "landed": anyio.lowlevel.checkpoint,
            "gate": Gate(database),
        }
        env = Environment(**usual | facts)
        await leases.sign()
        try:
            async with anyio.create_task_group() as group:
                submission = Submission(env)
                leader = LeaderLease(database, clock, f"poller {SCOPE}", leases.name)
                poller = Poller(env, Recovery(env, submission, group), leader)
                group.start_soon(leases.live)
                yield Machine(env, leases, queue, submission, Runner(env, submission, group), poller, group)
                group.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(database.close)

    async def until(self, job_id: str, *states: State) -> JobRecord:
        """The job once it is in one of these states."""
        while True:
            job = await self.store.get(job_id)
            if job and job.state in states:
                return job
            await anyio.sleep(0.02)

    async def asked(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """The rows of a query."""
        return await self.database.read(lambda session: [dict(row) for row in session.execute(query, values)])

    async def places(self) -> list[dict[str, Any]]:
        """The places in the queue, the next first."""
        query = "SELECT queueing_lock AS job, queue_name AS queue, priority, status::text, attempts, scheduled_at"
        return await self.asked(f"{query} FROM procrastinate_jobs ORDER BY priority DESC, id")

    def close(self) -> None:
        """Close the database."""
        self.database.close()
