"""`serve --http` against a bare one-tool `MCPServer` over HTTP: calls a second, and what each call takes longer.

Both are processes of their own on this machine, spoken to by the same client in the same run, by turns, so that what
else the machine does falls on both. The bare server is the SDK's application on uvicorn as `run("streamable-http")` has
it, with a tool that returns a text. Ours has a token to check, and does what its tools do: `list_jobs` reads the store,
and `translate_text` finds what the sandbox has translated once in the session's cache. "behind ours" is the bare server
behind all of ours that a request passes on its way to a tool: bounded connection, edge, gate, counting of calls.

    uv run --extra sandbox python tests/benchmarks/bench_http.py
"""

import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

if not __package__:  # run as a file: its neighbours are found beside it
    sys.path.append(str(Path(__file__).resolve().parents[1]))

from benchmarks.processes import clean_environment

TOKEN = "0123456789abcdef0123456789abcdef"
ROUNDS, ALONE, TOGETHER, CLIENTS = 15, 30, 80, 8
BARE = """
import socket, sys
from mcp.server import MCPServer
server = MCPServer("bare", log_level="ERROR")
@server.tool()
async def echo(text: str) -> str:
    "The text."
    return text
"""
RUN_BARE = (
    BARE
    + """
import uvicorn
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # as asyncio makes it: no delay
listener.bind(("127.0.0.1", 0))
print(f"served at http://127.0.0.1:{listener.getsockname()[1]}/mcp ", file=sys.stderr, flush=True)
app = server.streamable_http_app()
uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run([listener])
"""
)
RUN_OURS = (
    BARE
    + """
import anyio, os
from qwen_localize.mcp_server.counting import counting
from qwen_localize.mcp_server.http.address import Address
from qwen_localize.mcp_server.http.serving import serve_http
from qwen_localize.meter import Meter
from qwen_localize.settings import Settings
meter = Meter()
server._lowlevel_server.middleware.append(counting(meter, {"echo"}))
anyio.run(serve_http, server, Settings.load(), Address("127.0.0.1", 0), meter)
"""
)


@dataclass
class Side:
    """One server and one call of it, with what was measured: seconds of each call, and calls a second together."""

    name: str
    call: Callable[[Client], Awaitable[Any]]
    origin: str
    alone: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)

    async def measure(self) -> None:
        """One round: calls one after the other, then as many clients as there are, all at once."""
        async with client_of(self.origin) as client:
            await self.call(client)
            for _ in range(ALONE):
                began = time.perf_counter()
                await self.call(client)
                self.alone.append(time.perf_counter() - began)
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(client_of(self.origin)) for _ in range(CLIENTS)]
            for client in clients:
                await self.call(client)
            began = time.perf_counter()
            async with anyio.create_task_group() as group:
                for client in clients:
                    group.start_soon(self._several, client)
            self.together.append(TOGETHER / (time.perf_counter() - began))

    async def _several(self, client: Client) -> None:
        for _ in range(TOGETHER // CLIENTS):
            await self.call(client)

    @property
    def figures(self) -> tuple[float, float, float]:
        """Calls a second in the best round, which least fell on anything else; and milliseconds of a call: half of them
        took less, and 99 of 100.
        """
        centiles = statistics.quantiles(self.alone, n=100)
        return max(self.together), centiles[49] * 1000, centiles[98] * 1000


@asynccontextmanager
async def client_of(origin: str) -> AsyncIterator[Client]:
    """A client with a token, which a bare server does not look at."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http,
        Client(streamable_http_client(f"{origin}/mcp", http_client=http)) as client,
    ):
        yield client


@asynccontextmanager
async def process(folder: str, *command: str) -> AsyncIterator[str]:
    """A server in a process; its origin."""
    places = {f"QWEN_LOCALIZE_{name}_DIR": f"{folder}/{name}" for name in ("OUTPUT", "STATE")}
    env = clean_environment(QWEN_LOCALIZE_TOKEN=TOKEN, **places)
    started = await anyio.open_process([sys.executable, *command], env=env)
    try:
        assert started.stderr
        said = b""
        while b"/mcp " not in said:
            said += await started.stderr.receive()
        yield said.decode().partition("served at ")[2].partition("/mcp ")[0]
    finally:
        started.kill()
        with anyio.CancelScope(shield=True):
            await started.aclose()


def _calling(tool: str, **arguments: Any) -> Callable[[Client], Awaitable[Any]]:
    async def call(client: Client) -> None:
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, result

    return call


async def report() -> str:
    """A table: each call, and how it compares with the bare server's."""
    with TemporaryDirectory() as folder:
        async with (
            process(folder, "-c", RUN_BARE) as bare,
            process(folder, "-c", RUN_OURS) as behind,
            process(folder, "-m", "qwen_localize", "serve", "--http", "127.0.0.1:0", "--sandbox") as ours,
        ):
            sides = [
                Side("bare `echo`", _calling("echo", text="hello"), bare),
                Side("`echo` behind ours", _calling("echo", text="hello"), behind),
                Side("`list_jobs`", _calling("list_jobs"), ours),
                Side("`translate_text`, cached", _calling("translate_text", text="hello", target_lang="ru"), ours),
            ]
            for _ in range(ROUNDS):
                for side in sides:
                    await side.measure()
    rows = ["| call | calls/s | ÷ bare | p50 ms | + ms | p99 ms | + ms |", "|---|--:|--:|--:|--:|--:|--:|"]
    rate, half, most = sides[0].figures
    for side in sides:
        found = side.figures
        rows.append(
            f"| {side.name} | {found[0]:.0f} | {found[0] / rate:.2f} | {found[1]:.1f} | {found[1] - half:+.1f} | "
            f"{found[2]:.1f} | {found[2] - most:+.1f} |"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    sys.stdout.write(f"{anyio.run(report)}\n")
