"""Counts the calls that end, by tool and by how they end."""

from collections.abc import Collection
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp_types import CallToolResult

from ..meter import Meter


def counting(meter: Meter, tools: Collection[str]) -> ServerMiddleware[Any]:
    """A middleware that counts on `meter` the calls of these tools, and of all others as `unknown`."""

    async def count(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.method != "tools/call":
            return await call_next(ctx)
        name = (ctx.params or {}).get("name")
        outcome = "canceled"  # by the client, with its connection, or with the server
        try:
            result = await call_next(ctx)
        except Exception:
            outcome = "failed"
            raise
        else:
            outcome = "error" if _is_error(result) else "ok"
            return result
        finally:
            meter.ended(str(name) if name in tools else "unknown", outcome)

    return count


def _is_error(result: HandlerResult) -> bool:
    if isinstance(result, CallToolResult):
        return bool(result.is_error)
    return isinstance(result, dict) and bool(result.get("isError"))
