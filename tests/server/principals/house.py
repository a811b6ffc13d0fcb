"""A server over HTTP, on a real socket of this process: callers say who they are by their token, which is believed."""

import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio
import httpx2
import uvicorn
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from qwen_localize.clock import Clock
from qwen_localize.mcp_server.http.transfers import transfer_routes
from qwen_localize.mcp_server.visiting import shared_server
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS


class _Believing:
    """A gate that takes everybody at their word."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = AuthContextMiddleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if name := Headers(scope=scope).get("authorization", "").removeprefix("Bearer "):
            scope["user"] = AuthenticatedUser(AccessToken(token="", client_id=name, scopes=[]))
        await self._app(scope, receive, send)


class _Guest(uvicorn.Server):
    """Uvicorn in somebody else's event loop."""

    def __init__(self, app: ASGIApp) -> None:
        self.ready, self.leave = anyio.Event(), anyio.Event()
        super().__init__(uvicorn.Config(app, lifespan="off", log_config=None, timeout_graceful_shutdown=1))

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self.leave.wait()


@asynccontextmanager
async def house(settings: Settings, clock: Clock) -> AsyncIterator[str]:
    """The server's origin."""
    server = shared_server(settings, TOOLS, clock=clock)
    server.streamable_http_app()
    mcp = _Believing(StreamableHTTPASGIApp(server.session_manager))
    guest = _Guest(Starlette(routes=[Route("/mcp", mcp), *transfer_routes(settings, clock)]))
    listener = socket.create_server(("127.0.0.1", 0))
    async with server.session_manager.run(), anyio.create_task_group() as group:
        group.start_soon(guest.serve, [listener])
        await guest.ready.wait()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        guest.leave.set()


@asynccontextmanager
async def caller(origin: str, name: str, mode: str = "auto", **more: Any) -> AsyncIterator[Client]:
    """Somebody who calls over HTTP."""
    headers = {"Authorization": f"Bearer {name}"} if name else {}
    async with httpx2.AsyncClient(headers=headers, timeout=3600) as http:
        transport = streamable_http_client(f"{origin}/mcp", http_client=http)
        async with Client(transport, mode=mode, **more) as client:
            yield client
