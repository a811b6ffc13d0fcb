"""Servers over HTTP for tests: as processes, and as guests in the test's own loop."""

import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import uvicorn
from anyio.abc import Process, SocketStream
from anyio.streams.text import TextReceiveStream
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult

from qwen_localize.mcp_server.http.address import Address, listen
from qwen_localize.mcp_server.http.app import App
from qwen_localize.mcp_server.http.serving import configured
from support import ended

TOKEN = "0123456789abcdef0123456789abcdef"
OTHER_TOKEN = "fedcba9876543210fedcba9876543210"
_WHERE = re.compile(r"served at (http://\S+)/mcp ")


class Serving:
    """A server in a process of its own."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.said = ""
        self.origin = ""
        self._listens = anyio.Event()

    async def note(self) -> None:
        """Take in what it says until it ends."""
        assert self.process.stderr
        async for text in TextReceiveStream(self.process.stderr, errors="replace"):
            self.said += text
            if not self.origin and (match := _WHERE.search(self.said)):
                self.origin = match[1]
                self._listens.set()
        self._listens.set()

    async def listening(self) -> None:
        """Return when it listens, or has ended."""
        await self._listens.wait()
        assert self.origin, self.said

    @property
    def port(self) -> int:
        return int(self.origin.rpartition(":")[2])

    async def connect(self) -> SocketStream:
        return await anyio.connect_tcp("127.0.0.1", self.port)

    async def ends(self, number: int | None = None, within: float = 20) -> int:
        """The exit status, after a signal if one is given."""
        if number is not None:
            self.process.send_signal(signal.Signals(number))
        with anyio.fail_after(within):
            return await self.process.wait()


def environment(folder: Path, **env: str) -> dict[str, str]:
    places = {
        "QWEN_LOCALIZE_OUTPUT_DIR": str(folder / "out"),
        "QWEN_LOCALIZE_ALLOWED_DIRS": str(folder),
        "QWEN_LOCALIZE_STATE_DIR": str(folder / "state"),
        "QWEN_LOCALIZE_LINKS": "on",
        "QWEN_LOCALIZE_WAIT": "45",
    }
    return os.environ | places | env


@asynccontextmanager
async def serving(folder: Path, *arguments: str, **env: str) -> AsyncIterator[Serving]:
    """`qwen-localize serve --http` at a free port of this machine."""
    command = [sys.executable, "-m", "qwen_localize", "serve", "--http", "127.0.0.1:0", *arguments]
    process = await anyio.open_process(command, env=environment(folder, **env), cwd=folder, stdout=None)
    server = Serving(process)
    async with anyio.create_task_group() as group:
        group.start_soon(server.note)
        try:
            with anyio.fail_after(60):
                await server.listening()
            yield server
        finally:
            with anyio.CancelScope(shield=True):
                await ended(process)
            group.cancel_scope.cancel()
    await process.aclose()


class _Guest(uvicorn.Server):
    """Uvicorn without its signals."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def guest(app: App) -> AsyncIterator[str]:
    """The application in this loop, over a real socket; its origin."""
    listeners = listen(Address("127.0.0.1", 0))
    server = _Guest(configured(app))
    async with app.running(), anyio.create_task_group() as group:
        group.start_soon(server.serve, listeners.sockets)
        yield f"http://127.0.0.1:{listeners.port}"
        server.should_exit = True


@asynccontextmanager
async def client_of(origin: str, token: str | None = None, mode: str = "auto") -> AsyncIterator[Client]:
    """A client of a server at that origin."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx2.AsyncClient(headers=headers, timeout=60))
        transport = streamable_http_client(f"{origin}/mcp", http_client=http)
        yield await stack.enter_async_context(Client(transport, mode=mode))


async def first_file(result: CallToolResult) -> bytes:
    """The first file of a result, by its link."""
    assert result.structured_content, result
    async with httpx2.AsyncClient() as http:
        answer = await http.get(result.structured_content["artifacts"][0]["uri"])
        return answer.raise_for_status().content


async def raw(stream: SocketStream, *parts: bytes) -> bytes:
    """Everything that comes back until the other side closes."""
    answer = b""
    try:
        for part in parts:
            await stream.send(part)
        while True:
            answer += await stream.receive()
    except (anyio.EndOfStream, anyio.BrokenResourceError):
        return answer


def rpc(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


LEGACY = {"accept": "application/json, text/event-stream", "content-type": "application/json"}


def introduction(version: str = "2025-06-18") -> dict[str, Any]:
    return rpc("initialize", protocolVersion=version, capabilities={}, clientInfo={"name": "test", "version": "1"})


def statuses(answer: bytes) -> list[int]:
    """The statuses of all answers in what came over one connection."""
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]
