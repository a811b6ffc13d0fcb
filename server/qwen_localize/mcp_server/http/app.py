"""The ASGI application: /mcp behind the gate, what operators ask for, and all of it behind the edge."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from mcp.server import MCPServer
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ...clock import Clock, RealClock
from ...meter import Meter
from ...settings import Settings
from .edge import Edge
from .gate import Authentication
from .health import Health
from .metrics import Metrics
from .observed import ObservedStore, observed_store
from .visitors import Visitors

MOST_BODY_BYTES = 8 * 1024 * 1024
# Each session of a client of the older protocol is a task, some buffers, and perhaps an open connection.
_MOST_SESSIONS = 2000


class App:
    """Everything that is served over HTTP.

    Args:
        edge: the ASGI application.
        server: what /mcp is.
        store: what health and metrics look at.
        is_gated: whether nobody may call without a token.
    """

    def __init__(self, edge: Edge, server: MCPServer[Any], store: ObservedStore, *, is_gated: bool) -> None:
        self.edge, self._server, self._store, self.is_gated = edge, server, store, is_gated

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self.edge(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The server's lifetime: requests are served inside, and jobs go on."""
        try:
            async with self._server.session_manager.run():
                yield
        finally:
            self._store.close()


def build_app(
    server: MCPServer[Any],
    settings: Settings,
    *,
    routes: Sequence[Route] = (),
    hosts: Sequence[str] = (),
    clock: Clock | None = None,
    meter: Meter | None = None,
) -> App:
    """The application. Nothing is open until it is `running`.

    Sessions are kept for clients of the older protocol: only then can they cancel a call, and be asked something while
    it runs. Clients of the newer one need none.

    Args:
        server: what /mcp is.
        settings: what the user decides.
        routes: what is served besides, without a token: links that are signed.
        hosts: names of this server besides those in the settings.
        clock: what time it is.
        meter: what was counted.

    Raises:
        BadSetting: the settings do not allow it.
    """
    clock = clock or RealClock()
    authentication = Authentication.of(settings, clock)
    store = observed_store(settings, clock)
    inner = Starlette(
        routes=[
            Route("/mcp", authentication.gated(_mcp(server))),
            Route("/metrics", authentication.gated(Metrics(meter or Meter(), store)), methods=["GET"]),
            *Health(settings, store, clock).routes(),
            *authentication.routes(),
            *routes,
        ]
    )
    inner.router.redirect_slashes = False
    named = (*hosts, *settings.allowed_hosts, *authentication.hosts)
    edge = Edge(inner, Visitors(named, settings.allowed_origins))
    return App(edge, server, store, is_gated=bool(authentication.verifiers))


def _mcp(server: MCPServer[Any]) -> StreamableHTTPASGIApp:
    server.streamable_http_app(
        max_request_body_size=MOST_BODY_BYTES,
        max_sessions=_MOST_SESSIONS,
        # The edge has looked at the names already, for every route.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    return StreamableHTTPASGIApp(server.session_manager)
