"""`qwen-localize worker`: does what servers elsewhere have begun, and ends when it is told to, with all that is out."""

import signal
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import psycopg
import pytest
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream
from mcp import Client

from qwen_localize.jobs import queue
from qwen_localize.mcp_server import build_server
from qwen_localize.sandbox import Sandbox, SandboxConfig, running
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from server.mcp_server.http.stand import environment
from stores import Postgres
from support import ended, picture, words

pytestmark = pytest.mark.process
_WORKS = "This worker does the jobs of the shared database"
_IMAGE = f"data:image/png;base64,{b64encode(picture()).decode()}"


@dataclass(frozen=True)
class Place:
    """What machines share."""

    sandbox: Sandbox
    database: str
    folder: Path

    def settings(self, machine: str) -> dict[str, str]:
        """The settings of a machine, which has folders of its own."""
        home = self.folder / machine
        home.mkdir(exist_ok=True)
        return environment(home) | {
            "DASHSCOPE_API_KEY": "sk-sandbox",
            "DASHSCOPE_BASE_URL": self.sandbox.origin,
            "QWEN_LOCALIZE_DATABASE_URL": self.database,
            "QWEN_LOCALIZE_STORAGE_URL": f"file://{self.folder}/storage",
            "QWEN_LOCALIZE_WAIT": "0",
        }

    async def state(self, *states: str) -> None:
        """Return when a job is in one of these states."""
        async with await psycopg.AsyncConnection.connect(self.database, autocommit=True) as connection:
            query = "SELECT count(*) FROM jobs WHERE state = ANY (%s)"
            with anyio.fail_after(60):
                while (await (await connection.execute(query, ([*states],))).fetchone() or (0,))[0] == 0:  # noqa: ASYNC110 - another process
                    await anyio.sleep(0.05)


@pytest.fixture
async def place(postgres: Postgres, tmp_path: Path) -> AsyncIterator[Place]:
    async with running(SandboxConfig(plain=True, task_seconds=1, edit_seconds=4)) as sandbox:
        yield Place(sandbox, postgres.url, tmp_path)


@asynccontextmanager
async def client_without_hands(place: Place, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """A client of a server that takes orders, and works on none of them."""
    monkeypatch.setattr(queue, "HANDS", {})
    server = build_server(Settings.load(place.settings("server")), TOOLS)
    async with Client(server) as client:
        yield client


class Worker:
    """The command in a process."""

    def __init__(self, process: Process) -> None:
        self.process, self.said = process, ""
        self._works = anyio.Event()

    async def note(self) -> None:
        """Take in what it says until it ends."""
        assert self.process.stderr
        async for text in TextReceiveStream(self.process.stderr, errors="replace"):
            self.said += text
            if _WORKS in self.said:
                self._works.set()
        self._works.set()

    async def works(self) -> None:
        """Return when it says that it works."""
        await self._works.wait()
        assert _WORKS in self.said, self.said

    async def ends(self, number: int, within: float) -> int:
        """The exit status after a signal."""
        self.process.send_signal(signal.Signals(number))
        with anyio.fail_after(within):
            return await self.process.wait()


@asynccontextmanager
async def working(env: dict[str, str], folder: Path) -> AsyncIterator[Worker]:
    command = [sys.executable, "-m", "qwen_localize", "worker"]
    process = await anyio.open_process(command, env=env, cwd=folder, stdout=None)
    worker = Worker(process)
    async with anyio.create_task_group() as group:
        group.start_soon(worker.note)
        try:
            with anyio.fail_after(60):
                await worker.works()
            yield worker
        finally:
            with anyio.CancelScope(shield=True):
                await ended(process)
            group.cancel_scope.cancel()
    await process.aclose()


async def test_a_worker_does_what_a_server_elsewhere_was_asked_for(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with client_without_hands(place, monkeypatch) as client:
        ordered = await client.call_tool("translate_image", {"image": _IMAGE, "target_lang": "ru"})
        job: dict[str, Any] = ordered.structured_content or {}
        assert job["status"] in {"queued", "running"}, words(ordered)
        async with working(place.settings("worker"), tmp_path) as worker:
            done = await client.call_tool("get_job", {"job_id": job["job_id"], "wait": 60})
            assert (done.structured_content or {})["status"] == "succeeded", words(done) + worker.said
            [artifact] = (done.structured_content or {})["artifacts"]
            kept = tmp_path / "storage" / "-" / job["job_id"] / Path(artifact["path"]).name
            assert kept.stat().st_size == artifact["bytes"]
            assert await worker.ends(signal.SIGTERM, within=10) == 0
            assert "Traceback" not in worker.said, worker.said


async def test_a_worker_that_is_told_to_end_finishes_the_call_that_is_out(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with client_without_hands(place, monkeypatch) as client:
        ordered = await client.call_tool("edit_image", {"images": [_IMAGE], "prompt": "Make it grey"})
        assert not ordered.is_error, words(ordered)
        async with working(place.settings("worker"), tmp_path) as worker:
            await place.state("submitting")
            assert await worker.ends(signal.SIGTERM, within=30) == 0
            assert "Traceback" not in worker.said, worker.said
    await place.state("ready", "succeeded")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_worker_whose_database_is_away_keeps_trying_and_ends_at_once(place: Place, number: int) -> None:
    away = place.settings("worker") | {"QWEN_LOCALIZE_DATABASE_URL": "postgresql://postgres@127.0.0.1:9/none"}
    async with working(away, place.folder) as worker:
        with anyio.fail_after(60):
            while worker.said.count("cannot be used now") < 2:  # noqa: ASYNC110 - another process
                await anyio.sleep(0.05)
        assert worker.process.returncode is None
        assert await worker.ends(number, within=10) == 0
        assert "Traceback" not in worker.said, worker.said


async def test_a_second_ctrl_c_ends_a_worker_at_once(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with client_without_hands(place, monkeypatch) as client:
        await client.call_tool("edit_image", {"images": [_IMAGE], "prompt": "Make it grey"})
        async with working(place.settings("worker"), tmp_path) as worker:
            await place.state("submitting")
            worker.process.send_signal(signal.SIGINT)
            with anyio.move_on_after(1):  # it finishes what is out
                await worker.process.wait()
            assert worker.process.returncode is None, worker.said
            assert await worker.ends(signal.SIGINT, within=2) == 128 + signal.SIGINT
