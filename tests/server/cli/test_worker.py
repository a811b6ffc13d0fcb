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
from stores import PostgresServer
from support import ended, picture

pytestmark = pytest.mark.process
_WORKS = "This worker does the jobs of the shared database"
_IMAGE = f"data:image/png;base64,{b64encode(picture()).decode()}"
_EDIT = {"images": [_IMAGE], "prompt": "Make it grey"}


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


@asynccontextmanager
async def client_without_hands(place: Place) -> AsyncIterator[Client]:
    """A client of a server that takes orders, and works on none of them: see `came`."""
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


async def _doing(place: Place) -> dict[str, Any]:
    """A worker does what a server was asked for whose machine has other folders."""
    async with client_without_hands(place) as client:
        ordered = await client.call_tool("translate_image", {"image": _IMAGE, "target_lang": "ru"})
        job: dict[str, Any] = ordered.structured_content or {}
        async with working(place.settings("worker"), place.folder) as worker:
            done = await client.call_tool("get_job", {"job_id": job["job_id"], "wait": 60})
            [artifact] = (done.structured_content or {})["artifacts"]
            kept = place.folder / "storage" / "-" / job["job_id"] / Path(artifact["path"]).name
            ended = await worker.ends(signal.SIGTERM, within=20)
    return {
        "ordered": job["status"],
        "done": (done.structured_content or {})["status"],
        "is whole": kept.stat().st_size == artifact["bytes"],
        "status": ended,
        "said": worker.said,
    }


async def _draining(place: Place) -> dict[str, Any]:
    """A worker is told to end while a call is out that takes seconds."""
    async with client_without_hands(place) as client:
        await client.call_tool("edit_image", _EDIT)
        async with working(place.settings("worker"), place.folder) as worker:
            await place.state("submitting")
            ended = await worker.ends(signal.SIGTERM, within=30)
    await place.state("ready", "succeeded")
    return {"status": ended, "said": worker.said, "paid": len(place.sandbox.ledger.paid)}


async def _interrupted(place: Place) -> dict[str, Any]:
    """Somebody presses Ctrl-C while a call is out, and again a second later."""
    async with client_without_hands(place) as client:
        await client.call_tool("edit_image", _EDIT)
        async with working(place.settings("worker"), place.folder) as worker:
            await place.state("submitting")
            worker.process.send_signal(signal.SIGINT)
            with anyio.move_on_after(1):
                await worker.process.wait()
            lived = worker.process.returncode is None
            return {"lived": lived, "status": await worker.ends(signal.SIGINT, within=5)}


async def _waiting(place: Place) -> dict[str, Any]:
    """The database is away when a worker starts."""
    away = place.settings("worker") | {"QWEN_LOCALIZE_DATABASE_URL": "postgresql://postgres@127.0.0.1:9/none"}
    async with working(away, place.folder) as worker:
        with anyio.fail_after(60):
            while worker.said.count("cannot be used now") < 2:  # noqa: ASYNC110 - another process
                await anyio.sleep(0.05)
        lived = worker.process.returncode is None
        return {"lived": lived, "status": await worker.ends(signal.SIGINT, within=20), "said": worker.said}


SCENARIOS = (_doing, _draining, _interrupted, _waiting)


@pytest.fixture(scope="module")
def came(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[Any, dict[str, Any]]:
    """What all of it came to, played at once: most of it is waiting."""
    found: dict[Any, dict[str, Any]] = {}

    async def play(scenario: Any) -> None:
        url, folder = postgres_server.database(), tmp_path_factory.mktemp("shared")
        async with running(SandboxConfig(plain=True, task_seconds=1, edit_seconds=4)) as sandbox:
            found[scenario] = await scenario(Place(sandbox, url, folder))
        postgres_server.drop(url)

    async def play_all() -> None:
        async with anyio.create_task_group() as group:
            for scenario in SCENARIOS:
                group.start_soon(play, scenario)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(queue, "HANDS", {})  # of the servers in this process
        anyio.run(play_all)
    return found


def test_a_worker_does_what_a_server_elsewhere_was_asked_for(came: Any) -> None:
    told = came[_doing]
    assert told["ordered"] in {"queued", "running"}
    assert (told["done"], told["is whole"]) == ("succeeded", True), told


def test_a_worker_with_nothing_to_do_ends_well_when_it_is_told_to(came: Any) -> None:
    assert came[_doing]["status"] == 0
    assert "Traceback" not in came[_doing]["said"]


def test_a_worker_that_is_told_to_end_finishes_the_call_that_is_out(came: Any) -> None:
    told = came[_draining]
    assert told["status"] == 0
    assert told["paid"] == 1
    assert "Traceback" not in told["said"], told


def test_a_second_ctrl_c_ends_a_worker_at_once(came: Any) -> None:
    assert came[_interrupted] == {"lived": True, "status": 128 + signal.SIGINT}


def test_a_worker_whose_database_is_away_keeps_trying_and_ends_well(came: Any) -> None:
    told = came[_waiting]
    assert (told["lived"], told["status"]) == (True, 0)
    assert "Traceback" not in told["said"], told
