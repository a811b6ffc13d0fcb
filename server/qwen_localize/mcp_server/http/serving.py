"""MCP over HTTP as a process: it listens, serves, and ends in bounded time with its jobs kept."""

import os
import signal
import socket
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any

import anyio
import uvicorn
from mcp.server import MCPServer
from starlette.routing import Route

from ...errors import BadSetting
from ...finishing import end_within
from ...jobs import LONGEST_GRACE_SECONDS
from ...meter import Meter
from ...settings import Settings
from .address import Address, Listeners, bracketed, listen
from .app import App, build_app
from .connections import MOST_CONNECTIONS, BoundedConnection
from .edge import MOST_HEAD_BYTES

# How long calls may go on after the first signal, and what is left of the process after that.
GRACE_SECONDS = 10.0
LEAVE_SECONDS = 5.0
_KEEP_ALIVE_SECONDS = 75


async def serve_http(
    server: MCPServer[Any], settings: Settings, address: Address, meter: Meter, routes: Sequence[Route] = ()
) -> None:
    """Serve until a signal comes.

    Raises:
        BadSetting: it cannot listen there, or must not.
    """
    with ExitStack() as opened:
        listeners = listen(address)
        opened.callback(listeners.close)
        hosts = [] if address.is_everywhere else [bracketed(address.host)]
        app = build_app(server, settings, routes=routes, hosts=hosts, meter=meter)
        _check(app, address, listeners)
        async with app.running():
            # What a replica has out is finished: another one could only find out what has become of it.
            leave = LONGEST_GRACE_SECONDS if settings.database_url else LEAVE_SECONDS
            await _Server(app, lambda: _say_where(address, listeners), leave).serve(listeners.sockets)


def _check(app: App, address: Address, listeners: Listeners) -> None:
    if not (listeners.are_local or app.is_gated):
        raise BadSetting(
            f"At {address} everybody could call at your expense. Set QWEN_LOCALIZE_TOKEN, or "
            "QWEN_LOCALIZE_OAUTH_ISSUER and QWEN_LOCALIZE_OAUTH_RESOURCE, or listen at 127.0.0.1."
        )


def _say_where(address: Address, listeners: Listeners) -> None:
    sys.stderr.write(f"MCP is served at http://{Address(address.host, listeners.port)}/mcp (Ctrl-C stops it).\n")
    sys.stderr.flush()


def configured(app: App) -> uvicorn.Config:
    """How uvicorn serves the application."""
    return uvicorn.Config(
        app,
        http=BoundedConnection,
        ws="none",
        lifespan="off",  # it is entered around the whole, where what it raises is heard
        log_config=None,
        log_level="error",
        access_log=False,  # addresses and what is asked for are nobody's business
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(GRACE_SECONDS + 2),
        limit_concurrency=MOST_CONNECTIONS + 1,
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
    )


class _Server(uvicorn.Server):
    """Uvicorn, with an end that is bounded."""

    def __init__(self, app: App, on_start: Callable[[], None], leave_seconds: float) -> None:
        self._edge, self._on_start, self._leave_seconds = app.edge, on_start, leave_seconds
        super().__init__(configured(app))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self._on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what is going on, the calls after a while."""
        end_within(GRACE_SECONDS + self._leave_seconds)
        async with anyio.create_task_group() as group:
            group.start_soon(self._edge.leave, GRACE_SECONDS)
            await super().shutdown(sockets)
            group.cancel_scope.cancel()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Listen for signals; what one has asked for is done when this process ends."""

        # No method of ours: what streams events looks for a server behind the handler, and cuts calls off if it ends.
        def heard(number: int, frame: FrameType | None) -> None:
            self.handle_exit(number, frame)

        self._before = {number: signal.signal(number, heard) for number in uvicorn.server.HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number in self._before:
                signal.signal(number, self._at_once)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End at the first signal, and at the second at once."""
        if self.should_exit:
            self._at_once(sig, frame)
        self.should_exit = True

    def _at_once(self, sig: int, frame: FrameType | None) -> None:
        before = self._before.get(signal.SIGTERM)
        if callable(before):  # the sandbox leaves nothing behind
            before(sig, frame)
        os._exit(128 + sig)
