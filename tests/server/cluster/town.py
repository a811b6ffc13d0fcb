"""A town: a service, and replicas and workers in front of it as processes of their own, any of which may die.

With a PostgreSQL each has folders of its own, as on machines of their own; without one they share theirs, as processes
on one machine do. They are called over HTTP, each call by itself, as a load balancer would spread them.
"""

import os
import re
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import anyio
import httpx2
from anyio.abc import TaskGroup, TaskStatus
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult

from qwen_localize.sandbox import Sandbox, SandboxConfig, running
from qwen_localize.waiting_jobs import FILE
from server.cluster.pace import Pace, ServiceTime

TOKEN = "town-0123456789abcdef0123456789abcdef"
KEY = "sk-town-0123456789abcdef"
_WHERE = re.compile(r"served at (http://\S+)/mcp ")
_MODERN = "2026-07-28"  # needs no session: each call stands for itself
_START_SECONDS = 30
_GONE_SECONDS = 5  # what is killed while it waits for its disk goes when that has answered


# Starts a command with its arguments, its environment and its folder, and with a file for what it says; its id.
Start = Callable[[dict[str, Any], Path], int]


class Died(Exception):
    """The replica has gone, and the answer with it."""


@dataclass(frozen=True)
class Shared:
    """What the processes have in common.

    Attributes:
        database: the URL of their PostgreSQL; without one they share their folders.
        storage: the URL of their storage.
        more: further settings.
    """

    database: str = ""
    storage: str = ""
    more: dict[str, str] = field(default_factory=dict)


class Member:
    """A replica, or a worker.

    Attributes:
        name: tells it from the others; its folders are called so.
        pid: its process.
    """

    def __init__(self, name: str, pid: int, log: Path, began: int) -> None:
        self.name, self.pid, self._log, self._began = name, pid, log, began
        self._is_gone = False

    @property
    def said(self) -> str:
        """What it has written since it began."""
        return self._log.read_bytes()[self._began :].decode(errors="replace")

    @property
    def lives(self) -> bool:
        """Whether the process is there, even if it stands still."""
        if self._is_gone:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            self._is_gone = True  # another process may have its number from now on
        return not self._is_gone

    async def kill(self) -> None:
        """End it as a crash or a power cut would; returns when it has gone."""
        if self.lives:
            self._signal(signal.SIGKILL)
        await self.gone()

    async def end(self) -> None:
        """Ask it to end, as a rolling upgrade does; returns when it has gone."""
        self._signal(signal.SIGTERM)
        await self.gone()

    async def gone(self) -> None:
        """Return when it has gone."""
        await until(lambda: not self.lives)

    def freeze(self) -> None:
        """Let it stand still, as a machine that is suspended does."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    async def stands_still(self) -> None:
        """Return when it stands still; it may do so by itself."""
        await until(lambda: self._state() in "Tt")

    def _state(self) -> str:
        listed = ["ps", "-o", "state=", "-p", str(self.pid)]
        return subprocess.run(listed, check=False, capture_output=True, text=True).stdout.strip()[:1] or "gone"

    def _signal(self, number: int) -> None:
        os.kill(self.pid, number)


class Replica(Member):
    """A server over HTTP."""

    def __init__(self, name: str, pid: int, log: Path, began: int) -> None:
        super().__init__(name, pid, log, began)
        self.origin = ""
        self._hung_up = anyio.Event()

    async def kill(self) -> None:
        """See `Member`."""
        await super().kill()
        self._hung_up.set()

    async def connected(self, *, task_status: TaskStatus[None]) -> None:
        """Be connected to it from when it listens until it is killed."""
        with anyio.fail_after(_START_SECONDS):
            while not (found := _WHERE.search(self.said)):
                assert self.lives, self.said
                await anyio.sleep(0.01)
        self.origin = found[1]
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=120) as self._http:
            transport = streamable_http_client(f"{self.origin}/mcp", http_client=self._http)
            with suppress(ExceptionGroup):  # what it makes of connections that ended; each call says so itself
                async with Client(transport, mode=_MODERN) as self._client:
                    task_status.started()
                    await self._hung_up.wait()

    async def call(self, tool: str, told: Any = None, **arguments: Any) -> CallToolResult:
        """A tool's result; `told` hears its progress.

        Raises:
            Died: the replica went before it answered.
        """
        try:
            return await self._client.call_tool(tool, arguments, progress_callback=told)
        except Exception as error:
            await self._raise_if_gone(error)
            raise

    async def get(self, path: str) -> httpx2.Response:
        """What it answers to a plain request.

        Raises:
            Died: the replica went before it answered.
        """
        try:
            return await self._http.get(self.origin + path)
        except httpx2.HTTPError as error:
            await self._raise_if_gone(error)
            raise

    async def _raise_if_gone(self, error: Exception) -> None:
        with suppress(TimeoutError):  # its connections end a moment before it does
            await until(lambda: not self.lives, seconds=_GONE_SECONDS)
            raise Died from error


class Town:
    """The service, and who stands in front of it.

    Attributes:
        submissions: how often the service has begun to work on each picture, by the digest of its bytes.
        replicas: those that live.
        workers: those that live.
    """

    def __init__(
        self, folder: Path, sandbox: Sandbox, pace: Pace, shared: Shared, start: Start, group: TaskGroup
    ) -> None:
        self.folder, self.sandbox, self.pace, self._group = folder, sandbox, pace, group
        self.submissions = Counter[str]()
        self.replicas: list[Replica] = []
        self.workers: list[Member] = []
        self._everybody: list[Member] = []
        self._shared, self._start = shared, start
        self._count_submissions()

    def _count_submissions(self) -> None:
        read = self.sandbox.uploads.read

        def noted(url: str, model: str) -> bytes:
            content = read(url, model)
            self.submissions[digest(content)] += 1
            return content

        self.sandbox.uploads.read = noted  # type: ignore[method-assign]

    async def replica(self, name: str, ahead: float = 0.0, **env: str) -> Replica:
        """Start a replica; its calendar is so many seconds ahead."""
        replica = Replica(name, *await self._started(name, ["serve", "--http", "127.0.0.1:0"], ahead, env))
        self._everybody.append(replica)
        await self._group.start(replica.connected)
        self.replicas.append(replica)
        return replica

    async def worker(self, name: str, ahead: float = 0.0, **env: str) -> Member:
        """Start a worker; its calendar is so many seconds ahead."""
        worker = Member(name, *await self._started(name, ["worker"], ahead, env))
        self._everybody.append(worker)
        self.workers.append(worker)
        return worker

    async def replace(self, member: Member) -> None:
        """Kill it, and start another in its place at once, as its supervisor would."""
        await member.kill()
        if isinstance(member, Replica):
            self.replicas.remove(member)
            await self.replica(member.name)
        else:
            self.workers.remove(member)
            await self.worker(member.name)

    async def _started(
        self, name: str, arguments: list[str], ahead: float, env: dict[str, str]
    ) -> tuple[int, Path, int]:
        """The process, the file that takes in what it says, and where in it that begins."""
        place = self.folder / name
        place.mkdir(exist_ok=True)
        environment = self._environment(place) | self.pace.in_variable(ahead) | self._shared.more | env
        given = {"arguments": arguments, "environment": environment, "folder": str(place)}
        path = place / "said.log"
        began = path.stat().st_size if path.exists() else 0
        return await anyio.to_thread.run_sync(self._start, given, path), path, began

    def _environment(self, place: Path) -> dict[str, str]:
        home = place if self._shared.database else self.folder / "machine"
        apart = {"QWEN_LOCALIZE_DATABASE_URL": self._shared.database, "QWEN_LOCALIZE_STORAGE_URL": self._shared.storage}
        return {
            "DASHSCOPE_API_KEY": KEY,
            "DASHSCOPE_BASE_URL": self.sandbox.origin,
            "QWEN_LOCALIZE_OUTPUT_DIR": str(home / "out"),
            "QWEN_LOCALIZE_ALLOWED_DIRS": str(place),
            "QWEN_LOCALIZE_STATE_DIR": str(home / "state"),
            "QWEN_LOCALIZE_WAIT": "0",
            "QWEN_LOCALIZE_LINKS": "on",
            "QWEN_LOCALIZE_TOKEN": TOKEN,
            "QWEN_LOCALIZE_LINK_SECRET": "town-secret-0123456789abcdef0123456789",
        } | {name: value for name, value in apart.items() if value}

    @property
    def members(self) -> list[Member]:
        """Everybody who lives."""
        return [*self.replicas, *self.workers]

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        """What the store says, in SQL that both of them understand."""
        if self._shared.database:
            import psycopg

            with psycopg.connect(self._shared.database) as connection:
                return connection.execute(query.encode()).fetchall()
        with closing(sqlite3.connect(self.folder / "machine" / "state" / FILE)) as connection:
            return connection.execute(query).fetchall()

    def said(self) -> str:
        """What all have written, ever."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*/said.log")))

    def failures(self) -> str:
        """The first failure that nobody foresaw, of those that all have written of; nothing if there is none."""
        said = self.said()
        return said[max(0, said.find("Traceback") - 300) :][:6000] if "Traceback" in said else ""


@asynccontextmanager
async def town(
    folder: Path, start: Start, shared: Shared, *, speed: float = 4.0, task_seconds: float = 1.0
) -> AsyncIterator[Town]:
    """A town in which nobody lives yet. Whoever does in the end is killed."""
    pace, config = Pace.now(speed), SandboxConfig(task_seconds=task_seconds, plain=True)
    if shared.database:
        await anyio.to_thread.run_sync(pace.set_in, shared.database)
    async with running(config, clock=ServiceTime(pace)) as sandbox, anyio.create_task_group() as group:
        made = Town(folder, sandbox, pace, shared, start, group)
        try:
            yield made
        finally:
            with anyio.CancelScope(shield=True):
                for member in made._everybody:
                    await member.kill()


def digest(content: bytes) -> str:
    """What tells one picture from another."""
    return sha256(content).hexdigest()


async def until(condition: Any, seconds: float = 60, step: float = 0.01) -> None:
    """Return once it holds.

    Raises:
        TimeoutError: it does not within so many real seconds.
    """
    with anyio.fail_after(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for is another process
            await anyio.sleep(step)
