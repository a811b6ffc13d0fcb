"""Who calls a server, and what they share with it."""

from collections.abc import Callable
from typing import Any

from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from ..files import Door
from ..tool import SavedFile
from .progress import Notify


class Callers:
    """The one user of this machine, who shares its disk; `visiting` has those who are elsewhere.

    Attributes:
        link: under what a file of a result is linked, if not under its name as a resource.
    """

    link: Callable[[SavedFile], str] | None = None

    def name(self) -> str:
        """Who makes the call that is being served."""
        return ""

    def door(self) -> Door | None:
        """How that caller's files come in; None for one who shares the disk."""
        return None

    def telling(self, notify: Notify) -> Notify:
        """`notify`, in words for that caller."""
        return notify

    async def receive(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """A middleware: serve a request."""
        return await call_next(ctx)

    def offer_uploads(self, server: MCPServer[Any]) -> None:
        """Let them ask for a place to which a file can be sent; who shares the disk needs none."""
