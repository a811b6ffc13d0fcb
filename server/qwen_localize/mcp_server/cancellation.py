"""What a client says of a request that it ends: one that merely ran out of time still wants the work done."""

import math
import re
from collections import OrderedDict
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

_MOST_KEPT = 200
# As clients write it: "timed out after 5s", "McpError: MCP error -32001: Request timed out", "SdkError: Request timed
# out", "timeout", "deadline exceeded".
_AFTER = re.compile(r"timed out after (\d{1,6}(?:\.\d{1,6})?) ?s", re.IGNORECASE)
_OUT_OF_TIME = re.compile(r"tim(?:ed?|ing)[\s_-]*out|-32001|deadline", re.IGNORECASE)


class Cancellations:
    """The last requests that clients have cancelled, each with the reason that was given.

    Each client numbers its requests itself: over HTTP a request is known by its session and its number.

    Attributes:
        patience: the fewest seconds after which one was given up, where that was told.
    """

    def __init__(self) -> None:
        self.patience = math.inf
        self._reasons: OrderedDict[str, str] = OrderedDict()

    def note(self, request: str, reason: str) -> None:
        """The client has said that it waits for a request no more."""
        self._reasons[request] = reason
        if told := _AFTER.search(reason):
            self.patience = min(self.patience, float(told[1]))
        if len(self._reasons) > _MOST_KEPT:
            self._reasons.popitem(last=False)

    def given_up(self, request: str) -> bool:
        """Whether the client has given a request up, as somebody does who does not want it any more.

        A time-out is not that, nor is a connection that ends, of which nothing is said.
        """
        reason = self._reasons.get(request)
        return reason is not None and not _OUT_OF_TIME.search(reason)


def known_as(ctx: ServerRequestContext[Any, Any], request_id: Any) -> str:
    """A request of the client that is being served, told from those of others with the same number."""
    session = ctx.request.headers.get("mcp-session-id", "") if ctx.request else ""
    return f"{session} {request_id}"


async def note_cancellation(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Write down which request the client has cancelled: one that ends with its connection looks the same inside."""
    if ctx.method == "notifications/cancelled" and ctx.params:
        reason = ctx.params.get("reason")
        request = known_as(ctx, ctx.params.get("requestId"))
        ctx.lifespan_context.cancellations.note(request, reason if isinstance(reason, str) else "")
    return await call_next(ctx)
