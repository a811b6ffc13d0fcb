"""The jobs' machinery by itself: the store is real, the service is a list of rows, and time is virtual."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx2
from anyio.abc import TaskGroup

from qwen_localize.dashscope import (
    Client,
    Departure,
    Failed,
    Gone,
    Limit,
    Model,
    Row,
    Service,
    Succeeded,
    TaskList,
    Waiting,
    Wire,
)
from qwen_localize.dashscope.tasks import TaskState
from qwen_localize.errors import Expired, NoAccess
from qwen_localize.files import Inspected, KeptFiles
from qwen_localize.jobs import (
    Environment,
    Evidence,
    FileLeader,
    FilePresence,
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
from qwen_localize.state import Database
from server.jobs.records import MODEL, SCOPE, input_of
from virtual_time import VirtualClock

NOW = 1_800_000_000.0
_RESULTS = "http://results.example/"


class Listed(Client):
    """A service: its task list, what each task is made of, and how it takes what is sent to it.

    Args:
        rows: the task list.
        made_of: the input that each task was made of, by the name of a job that has it; others are strangers'.
        pages: how many the list has.

    Attributes:
        ahead: seconds by which its clock is ahead.
        seconds: how long a query takes.
        sent: the bodies that were submitted, or sent as calls.
    """

    def __init__(self, rows: Sequence[Row] = (), made_of: dict[str, str] | None = None, pages: int = 1) -> None:
        super().__init__(Wire(Service.at("cn-beijing"), None))
        self.rows, self.made_of, self.pages = list(rows), made_of or {}, pages
        self.ahead, self.seconds = 0.0, 0.1
        self.queried: list[str] = []
        self.fetched: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self.canceled = self.lists = 0
        self.reply: Callable[[], Awaitable[Any]] = self._taken
        self.output: dict[str, Any] | None = None

    async def _taken(self) -> Any:
        return Waiting(f"task-{len(self.sent)}", running=False)

    @property
    def skew(self) -> float:
        return self.ahead

    async def acquire(self, model: str, limit: Limit, tokens: int = 0) -> float:
        await anyio.sleep(0.01)
        return 0.0

    async def upload(self, model: str, name: str, data: bytes) -> str:
        return f"oss://{name}"

    async def submit(
        self, path: str, body: dict[str, Any], departure: Departure | None = None, *, uploads: bool = False
    ) -> TaskState:
        return await self._send(body, departure)  # type: ignore[no-any-return]

    async def call(
        self, path: str, body: dict[str, Any], departure: Departure | None = None, *, uploads: bool = False
    ) -> dict[str, Any]:
        return await self._send(body, departure)  # type: ignore[no-any-return]

    async def _send(self, body: dict[str, Any], departure: Departure | None) -> Any:
        if departure:
            await departure.leave()
        self.sent.append(body)
        return await self.reply()

    async def list_tasks(self, model: str, page: int = 1) -> TaskList:
        self.lists += 1
        await anyio.sleep(0.01)
        return TaskList(self.rows if page == 1 else [], self.pages)

    async def query(self, task_id: str) -> TaskState:
        self.queried.append(task_id)
        await anyio.sleep(self.seconds)
        status = {row.task_id: row.status for row in self.rows}.get(task_id, "UNKNOWN")
        match status:
            case "PENDING" | "RUNNING":
                return Waiting(task_id, running=True)
            case "SUCCEEDED":
                return Succeeded(task_id, self.output or {"url": f"{_RESULTS}{task_id}"}, {}, "r")
            case "FAILED":
                return Failed(task_id, "InternalError", "oops", "r")
            case _:
                return Gone(task_id, status)

    async def download(self, url: str, consume: Callable[[httpx2.Response], Awaitable[Any]]) -> Any:
        self.fetched.append(url)
        name = self.made_of.get(url.removeprefix(_RESULTS), "a stranger")
        if name == "gone":
            raise Expired("It is refused.")
        return await consume(httpx2.Response(200, content=translated(name)))

    async def cancel(self, task_id: str) -> None:
        self.canceled += 1
        raise NoAccess("The key has no right to this.")


def translated(name: str) -> bytes:
    """The result of translating the input of that name."""
    return b"translated " + input_of(name).data


@dataclass(frozen=True)
class Anything:
    """Results of any kind, as long as they are not empty."""

    most_bytes: int = 1000

    def inspected(self, path: Path) -> Inspected:
        return Inspected("text/plain", "txt", {"words": len(path.read_bytes().split())})


def _is_translated(result: Path, inputs: Sequence[bytes]) -> bool:
    return result.read_bytes() == b"translated " + inputs[0]


MODELS = {name: Model(name, ("cn-beijing",), Limit(60)) for name in (MODEL, "another")}
TASK = Upstream(
    Kind.TASK,
    "some/path",
    MODELS,
    request=lambda arguments, urls: {"input": {"url": urls[0], **arguments}},
    results=lambda output: Results([output["url"]]),
    artifact=Anything(),
    evidence=Evidence(url=lambda output: str(output["url"]), matches=_is_translated),
)
CALL = Upstream(
    Kind.CALL,
    "some/path",
    MODELS,
    request=lambda arguments, urls: {"input": {"urls": urls, **arguments}},
    results=lambda output: Results(output["urls"]),
    artifact=Anything(),
    inline=1000,
)


@dataclass(frozen=True)
class Parts:
    """What moves the jobs of one process."""

    env: Environment
    submission: Submission
    runner: Runner
    poller: Poller
    group: TaskGroup


@dataclass
class Desk:
    """A state directory with jobs, and processes that look after them."""

    folder: Path
    works: dict[str, Work] = field(default_factory=lambda: {"translate_image": TASK, "edit_image": CALL})

    def __post_init__(self) -> None:
        self.clock = VirtualClock(NOW)
        self.database = Database(self.folder, NOW)
        self.store = JobStore(self.database)
        self.presence = FilePresence(self.folder, NOW)
        self.inputs = KeptFiles(self.folder)

    @property
    def out(self) -> Path:
        """Where results go."""
        return self.folder / "out"

    async def add(self, *jobs: JobRecord) -> None:
        """Jobs that an earlier process has left, with their inputs."""
        for job in jobs:
            await KeptFiles(self.folder).put(input_of(job.id.removeprefix("job-")).data)
            await self.store.add(job)

    @asynccontextmanager
    async def parts(self, service: Client, *jobs: JobRecord, **facts: Any) -> AsyncIterator[Parts]:
        """What moves jobs, with nobody polling yet."""
        await self.add(*jobs)
        usual: dict[str, Any] = {
            "scope": SCOPE,
            "region": None,
            "output_dir": self.out,
            "store": self.store,
            "client": service,
            "clock": self.clock,
            "presence": self.presence,
            "inputs": self.inputs,
            "works": self.works,
            "contexts": lambda job, tell: tell,
            "landed": anyio.lowlevel.checkpoint,
        }
        env = Environment(**usual | facts)
        with anyio.fail_after(2 * 3600):
            async with anyio.create_task_group() as group:
                submission = Submission(env)
                recovery = Recovery(env, submission, group)
                poller = Poller(env, recovery, FileLeader(self.folder / "poller.lock"))
                yield Parts(env, submission, Runner(env, submission, group), poller, group)
                group.cancel_scope.cancel()

    @asynccontextmanager
    async def polling(self, service: Client, *jobs: JobRecord, **facts: Any) -> AsyncIterator[Parts]:
        """The same, with a poller at work, and somebody who watches what others write."""
        async with self.parts(service, *jobs, **facts) as parts:
            parts.group.start_soon(parts.poller.run)
            parts.group.start_soon(parts.runner.watch)
            yield parts

    async def until(self, job_id: str, *states: State) -> JobRecord:
        """The job once it is in one of these states."""
        while True:
            job = await self.store.get(job_id)
            if job and job.state in states:
                return job
            await anyio.sleep(0.2)

    async def job(self, job_id: str = "job-a") -> JobRecord:
        """The job as it is."""
        return await self.until(job_id, *State)
