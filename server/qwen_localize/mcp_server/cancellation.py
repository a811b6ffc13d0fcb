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
    """The last requests that the client has cancelled, each with the reason that it gave.

    Attributes:
        patience: the fewest seconds after which it has given a request up, where it has told how many.
    """

    def __init__(self) -> None:
        self.patience = math.inf
        self._reasons: OrderedDict[str, str] = OrderedDict()

    def note(self, request_id: str, reason: str) -> None:
        """The client has said that it waits for a request no more."""
        self._reasons[request_id] = reason
        if told := _AFTER.search(reason):
            self.patience = min(self.patience, float(told[1]))
        if len(self._reasons) > _MOST_KEPT:
            self._reasons.popitem(last=False)

    def given_up(self, request_id: str) -> bool:
        """Whether the client has given a request up, as somebody does who does not want it any more.

        A time-out is not that, nor is a connection that ends, of which nothing is said.
        """
        reason = self._reasons.get(request_id)
        return reason is not None and not _OUT_OF_TIME.search(reason)


async def note_cancellation(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Write down which request the client has cancelled: one that ends with its connection looks the same inside."""
    if ctx.method == "notifications/cancelled" and ctx.params:
        reason = ctx.params.get("reason")
        request_id = str(ctx.params.get("requestId"))
        ctx.lifespan_context.cancellations.note(request_id, reason if isinstance(reason, str) else "")
    return await call_next(ctx)
