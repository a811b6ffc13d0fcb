"""Settings and tools make an MCP server: registration, lifetime, and what the model may read of a failure."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.resources import ResourceSecurity

from .. import __version__
from ..clock import Clock, RealClock
from ..dashscope import Timeouts
from ..principals import Principals
from ..settings import Settings
from ..tool import Tool
from ..tool.runtime import Runtime
from .cancellation import Cancellations, note_cancellation
from .file_resources import TEMPLATE, read_file
from .http.identity import current_principal
from .registration import Serving, bind
from .signed_links import Links
from .visiting import Visits, current_door, offer_uploads

INSTRUCTIONS = (
    "Translates texts, pictures, recordings and videos, edits and reads pictures, and judges chats with Alibaba Model "
    "Studio. Calls are billed to the user: pass many strings or chats in one call, and do not repeat a call that "
    "succeeded. An answer with status queued or running goes on by itself: ask get_job, do not call again."
)


def build_server(
    settings: Settings,
    tools: Sequence[Tool],
    *,
    clock: Clock | None = None,
    timeouts: Timeouts | None = None,
    over_http: bool = False,
) -> MCPServer[Serving]:
    """The server. Opens no connection and needs no key until a tool is called.

    Args:
        settings: what the user decides.
        tools: what is offered.
        clock: what time it is.
        timeouts: of the connection to the service.
        over_http: whether callers are elsewhere: each is a principal, who does not share this machine's disk.

    Raises:
        BadSetting: there is a file of principals, and it cannot be used.
    """
    clock = clock or RealClock()
    settings = settings.over_http() if over_http else settings
    runtime = Runtime(
        settings,
        tools,
        clock,
        timeouts,
        principals=Principals.load(settings),
        caller=current_principal,
        door=current_door,
    )
    visits = [Visits(settings, Links(settings), runtime, clock).receive] if over_http else []

    @asynccontextmanager
    async def lifespan(_: MCPServer[Serving]) -> AsyncIterator[Serving]:
        async with runtime.running():
            yield Serving(runtime, Cancellations())

    server = MCPServer(
        "qwen-localize",
        title="Qwen Localize",
        version=__version__,
        instructions=INSTRUCTIONS,
        tools=[bind(tool) for tool in tools],
        lifespan=lifespan,
        middleware=[note_cancellation, *visits],
        log_level="WARNING",
    )

    @server.resource("qwen-localize://usage", name="usage", title="Costs", mime_type="application/json")
    async def usage() -> str:
        """Estimated costs in CNY by day, tool and model."""
        return json.dumps(await runtime.costs(), ensure_ascii=False, indent=1)

    @server.resource(
        TEMPLATE,
        name="files",
        title="Finished files",
        mime_type="application/octet-stream",
        security=ResourceSecurity(exempt_params={"path"}),
    )
    async def files(path: str) -> bytes:
        """What tools have saved, by the links in their results."""
        return await read_file(path, runtime.settings.output_dir)

    if over_http:
        offer_uploads(server)
    return server


async def describe_tools(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """The tools as `tools/list` shows them."""
    listed = await build_server(Settings.load({}), tools).list_tools()
    return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed]
