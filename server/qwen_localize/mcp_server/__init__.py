"""Settings and tools make an MCP server: registration, lifetime, and what the model may read of a failure."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from mcp.server import MCPServer

from .. import __version__
from ..clock import Clock, RealClock
from ..dashscope import Timeouts
from ..meter import Meter
from ..settings import Settings
from ..tool import Prompt, Registry, Tool
from ..tool.runtime import Runtime
from .asking import sealing
from .callers import Callers
from .cancellation import note_cancellation
from .counting import counting
from .prompts import add_prompts
from .registration import BoundTools, Serving
from .resources import add_resources
from .roots import note_roots
from .server import CACHE_HINTS, LocalizeServer

INSTRUCTIONS = (
    "Translates texts, pictures, recordings and videos, edits and reads pictures, and judges chats with Alibaba Model "
    "Studio. Calls are billed to the user: pass many strings or chats in one call, and do not repeat a call that "
    "succeeded. An answer with status queued or running goes on by itself: ask get_job, do not call again."
)


def build_server(
    settings: Settings,
    tools: Sequence[Tool],
    *,
    prompts: Sequence[Prompt] = (),
    clock: Clock | None = None,
    timeouts: Timeouts | None = None,
    meter: Meter | None = None,
    callers: Callers | None = None,
) -> MCPServer[Serving]:
    """The server. Opens no connection and needs no key until a tool is called.

    Args:
        settings: what the user decides.
        tools: what is offered.
        prompts: words to start with.
        clock: what time it is.
        timeouts: of the connection to the service.
        meter: what is counted.
        callers: who calls; by default, the user of this machine.

    Raises:
        BadSetting: there is a file of principals, and it cannot be used.
    """
    registry, callers, clock = Registry.of(tools), callers or Callers(), clock or RealClock()
    runtime = Runtime(settings, registry, clock, timeouts, meter, caller=callers.name, door=callers.door)

    @asynccontextmanager
    async def lifespan(_: MCPServer[Serving]) -> AsyncIterator[Serving]:
        async with runtime.running():
            yield Serving(runtime, callers)

    counted = [counting(meter, registry.names)] if meter else []
    server = LocalizeServer(
        "qwen-localize",
        title="Qwen Localize",
        version=__version__,
        instructions=INSTRUCTIONS,
        lifespan=lifespan,
        middleware=[note_cancellation, note_roots, *counted, callers.receive],
        cache_hints=CACHE_HINTS,
        log_level="WARNING",
        request_state_security=sealing(settings),
    )
    # The SDK's own manager wants every tool at once; `test_server` notices if this name goes.
    server._tool_manager = BoundTools(registry)  # noqa: SLF001
    add_resources(server, runtime, tools)
    add_prompts(server, prompts, tools)
    callers.offer_uploads(server)
    return server


async def describe_tools(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """The tools as `tools/list` shows them."""
    listed = await build_server(Settings.load({}), tools).list_tools()
    return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed]
