"""The SDK's server, where it tells less than is known here."""

from collections.abc import Iterable
from typing import Any

from mcp.server import MCPServer
from mcp.server.caching import CacheHint
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context as McpContext
from mcp_types import GetPromptResult, InputRequiredResult
from mcp_types.methods import CacheableMethod

from .prompts import check_prompt
from .registration import Serving
from .resources import FILES, read_file

_AN_HOUR = CacheHint(ttl_ms=3_600_000, scope="public")
# What is the same for everybody, as long as this version runs.
CACHE_HINTS: dict[CacheableMethod, CacheHint] = {
    "prompts/list": _AN_HOUR,
    "resources/list": _AN_HOUR,
    "resources/templates/list": _AN_HOUR,
    "server/discover": _AN_HOUR,
    "tools/list": _AN_HOUR,
}


class LocalizeServer(MCPServer[Serving]):
    """The server: a file has its own type, and an unknown prompt is told from a fault."""

    async def read_resource(
        self, uri: Any, context: McpContext[Serving, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """A resource; the SDK would give every file of a template the template's type."""
        if context and str(uri).startswith(FILES):
            return [await read_file(str(uri), context.request_context.lifespan_context.runtime)]
        return await super().read_resource(uri, context)

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: McpContext[Serving, Any] | None = None
    ) -> GetPromptResult | InputRequiredResult:
        """A prompt; the SDK would answer an unknown name, or a missing argument, as a fault of its own."""
        known = {prompt.name: prompt for prompt in await self.list_prompts()}
        check_prompt(known.get(name), name, arguments or {}, known)
        return await super().get_prompt(name, arguments, context)
