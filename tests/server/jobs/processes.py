"""Servers as processes of their own, spoken to over a socket in place of their pipes, so that they can be killed."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any

import anyio
from anyio.abc import SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

from server.jobs.world import World, environment

_LINE = 1024 * 1024

# Starts a server with an environment, a socket for standard input and output, a file for standard error; its id.
Start = Callable[[dict[str, str], socket.socket, IO[bytes]], int]


class Died(Exception):
    """The server has gone, and the answer with it."""


def by_command(env: dict[str, str], pipe: socket.socket, log: IO[bytes]) -> int:
    """A server started as every host starts it; takes a second of a processor."""
    command = [sys.executable, "-m", "qwen_localize", "serve"]
    folder, wire = env["QWEN_LOCALIZE_ALLOWED_DIRS"], pipe.fileno()
    process = subprocess.Popen(command, env=os.environ | env, stdin=wire, stdout=wire, stderr=log, cwd=folder)
    _STARTED[process.pid] = process
    return process.pid


_STARTED: dict[int, "subprocess.Popen[bytes]"] = {}


@contextmanager
def by_fork() -> Iterator[Start]:
    """Starts servers within milliseconds; see `starter`."""
    ours, its = socket.socketpair()
    script = Path(__file__).with_name("starter.py")
    with (
        ours,
        subprocess.Popen(
            [sys.executable, script, str(its.fileno())], pass_fds=[its.fileno()], stdin=subprocess.DEVNULL
        ),
    ):
        its.close()
        ours.settimeout(20)

        def start(env: dict[str, str], pipe: socket.socket, log: IO[bytes]) -> int:
            socket.send_fds(ours, [json.dumps(env).encode() + b"\n"], [pipe.fileno(), log.fileno()])
            return int(ours.recv(64))

        try:
            yield start
        finally:
            ours.shutdown(socket.SHUT_RDWR)


class Server:
    """A running server."""

    def __init__(self, pid: int, stream: SocketStream) -> None:
        self.pid = pid
        self._stream = stream
        self._asked = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._awaited: dict[int, anyio.Event] = {}
        self._saying = anyio.Lock()
        self._gone = anyio.Event()

    async def listen(self) -> None:
        """Take in answers until the server has gone."""
        lines = BufferedByteReceiveStream(self._stream)
        try:
            while True:
                message = json.loads(await lines.receive_until(b"\n", _LINE))
                if message.get("id") in self._awaited:
                    self._answers[message["id"]] = message
                    self._awaited[message["id"]].set()
        except (anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError):
            pass
        finally:
            self._gone.set()
            for awaited in self._awaited.values():
                awaited.set()

    async def introduce(self) -> None:
        """What a client says first."""
        client = {"name": "test", "version": "1"}
        await self.ask("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=client)
        await self._say({"method": "notifications/initialized"})

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """A tool's result.

        Raises:
            Died: the server went before it answered.
        """
        answer = await self.ask("tools/call", name=tool, arguments=arguments)
        if "result" not in answer:
            raise Died  # it refuses what is open while it closes
        return dict(answer["result"])

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to a request."""
        self._asked += 1
        number = self._asked
        self._awaited[number] = anyio.Event()
        await self._say({"id": number, "method": method, "params": params})
        if not self._gone.is_set():
            await self._awaited[number].wait()
        if number not in self._answers:
            raise Died
        return self._answers[number]

    async def _say(self, message: dict[str, Any]) -> None:
        try:
            async with self._saying:
                await self._stream.send(json.dumps({"jsonrpc": "2.0"} | message).encode() + b"\n")
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            raise Died from None

    async def kill(self) -> None:
        """End it as a crash or a power cut would; returns when it has gone."""
        os.kill(self.pid, signal.SIGKILL)
        await self._gone.wait()
        if process := _STARTED.pop(self.pid, None):
            process.wait()

    async def close(self) -> None:
        """Close its input, as a host that ends does; returns when it has gone."""
        await self._stream.send_eof()
        await self._gone.wait()


@asynccontextmanager
async def serving(world: World, start: Start, **env: str) -> AsyncIterator[Server]:
    """A server of this world; one that is still alive in the end is killed."""
    ours, its = socket.socketpair()
    with (world.folder / "stderr.log").open("ab") as log:
        pid = start(environment(world.folder, world.sandbox.origin) | env, its, log)
        its.close()
    async with await SocketStream.from_socket(ours) as stream, anyio.create_task_group() as group:
        server = Server(pid, stream)
        group.start_soon(server.listen)
        try:
            await server.introduce()
            yield server
        finally:
            with anyio.CancelScope(shield=True):
                if not server._gone.is_set():
                    await server.kill()


async def ended(server: Server) -> list[dict[str, Any]]:
    """Every job when it has come to rest; a result that could not be fetched is fetched again."""
    listed = (await server.call("list_jobs", limit=100))["structuredContent"]["jobs"]
    return [await _ended(server, job["job_id"]) for job in listed]


async def _ended(server: Server, job_id: str) -> dict[str, Any]:
    while True:
        job: dict[str, Any] = (await server.call("get_job", job_id=job_id, wait=60))["structuredContent"]
        if job["status"] not in ("queued", "running"):
            return job


def said(world: World) -> str:
    """What the servers wrote to standard error."""
    return (world.folder / "stderr.log").read_text()
