"""Run a sandbox on loopback inside the current event loop."""

import os
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from email.utils import formatdate
from typing import Any

import anyio
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .app import build
from .clock import Clock, ServiceClock
from .config import SandboxConfig
from .service import Sandbox


@asynccontextmanager
async def running(
    config: SandboxConfig | None = None, port: int = 0, *, clock: Clock | None = None
) -> AsyncGenerator[Sandbox]:
    """A sandbox that accepts connections on 127.0.0.1 until the block ends.

    Args:
        config: how it behaves.
        port: where it listens; 0 takes any free port. OSError if the port is taken.
        clock: service time, for tests that move it themselves.
    """
    config = config or SandboxConfig()
    listener = _listen(port)
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        async with anyio.create_task_group() as group:
            server = _Server()
            sandbox = Sandbox(config, clock or ServiceClock(config.speed), origin, group, server.hang_up)
            server.edge.app = build(sandbox)
            server.edge.clock = sandbox.clock
            group.start_soon(server.run_on, listener)
            try:
                await server.accepting.wait()
                yield sandbox
            finally:
                await server.stop()
                group.cancel_scope.cancel()
    except BaseExceptionGroup as failures:
        # What the caller's own block raised is theirs to catch, without our wrapping.
        raise _only(failures) from None
    finally:
        listener.close()


def _listen(port: int) -> socket.socket:
    # The protocol is named because asyncio turns Nagle's delay off only where it is: 40 ms a request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere the option would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _only(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    return failures.exceptions[0] if len(failures.exceptions) == 1 else failures


_BEGINNINGS = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})


class _Edge:
    """The outermost layer: marks every answer as the sandbox's, and ends what is still going on."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.clock: Clock | None = None
        self._serving: set[anyio.CancelScope] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] in _BEGINNINGS:
                message["headers"] = [*message.get("headers", []), (b"x-sandbox", b"qwen-localize"), *self._date()]
            await send(message)

        if self.app is None or scope["type"] not in ("http", "websocket"):
            return
        with anyio.CancelScope() as serving:
            self._serving.add(serving)
            try:
                await self.app(scope, receive, marked)
            finally:
                self._serving.discard(serving)

    def _date(self) -> list[tuple[bytes, bytes]]:
        """The service's time, which clients compare with their own."""
        return [(b"date", formatdate(self.clock.wall(self.clock.now()), usegmt=True).encode())] if self.clock else []

    def end(self) -> None:
        """Stop serving every request at once."""
        for serving in tuple(self._serving):
            serving.cancel()


class _Server(uvicorn.Server):
    """Uvicorn as a guest in somebody else's event loop and process."""

    def __init__(self) -> None:
        self.edge = _Edge()
        self.accepting = anyio.Event()
        self._stopping = anyio.Event()
        self._stopped = anyio.Event()
        super().__init__(
            uvicorn.Config(
                self.edge,
                http="h11",
                ws="wsproto",
                ws_ping_interval=None,  # the service is not known to ping, and a stalled session shall be silent
                ws_per_message_deflate=False,
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=75,
            )
        )

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to the host process."""
        yield

    async def run_on(self, listener: socket.socket) -> None:
        """Serve until stopped. Shielded, so that a cancelled caller still gets a clean stop."""
        with anyio.CancelScope(shield=True):
            await self.serve([listener])
            self._stopped.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.accepting.set()

    async def main_loop(self) -> None:
        """Wait to be stopped; uvicorn's own loop would look ten times a second."""
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Hang up on everybody at once; a stalled request must not hold us."""
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        while self.server_state.connections or self.server_state.tasks:
            for connection in self._connections():
                connection.transport.abort()
            self.edge.end()
            await anyio.sleep(0.001)

    async def stop(self) -> None:
        """Stop, and return when nothing is left."""
        with anyio.CancelScope(shield=True):
            self._stopping.set()
            await self._stopped.wait()

    def hang_up(self, client: tuple[str, int]) -> None:
        """Close the connection to one client once what was written to it is on its way."""
        for connection in self._connections():
            if connection.client == client:
                connection.transport.close()

    def _connections(self) -> list[Any]:
        return list(self.server_state.connections)
