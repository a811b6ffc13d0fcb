"""Sessions of the older protocol: clients that number their requests alike are not mixed up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp.server import MCPServer
from mcp.server.mcpserver import Context

from qwen_localize.mcp_server.cancellation import Cancellations, known_as, note_cancellation
from qwen_localize.mcp_server.http.app import build_app
from qwen_localize.settings import Settings
from server.mcp_server.http.stand import LEGACY, guest, introduction, rpc

pytestmark = pytest.mark.process


@dataclass
class Heard:
    """What a server has been told."""

    cancellations: Cancellations


async def test_a_call_that_one_client_gives_up_is_not_given_up_by_another_with_the_same_number(tmp_path: Path) -> None:
    heard, begun, ended = Heard(Cancellations()), list[str](), anyio.Event()

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[Heard]:
        yield heard

    server = MCPServer("slow", lifespan=lifespan, middleware=[note_cancellation])

    @server.tool()
    async def slow(context: Context[Heard, Any]) -> str:
        """Take as long as the caller lets it."""
        begun.append(known_as(context.request_context, context.request_id))
        try:
            await anyio.sleep_forever()
        finally:
            ended.set()
        return ""

    app = build_app(server, Settings.load({"QWEN_LOCALIZE_STATE_DIR": str(tmp_path)}))
    said = {"jsonrpc": "2.0", "method": "notifications/cancelled"}
    reason = {"params": {"requestId": 7, "reason": "the user pressed stop"}}
    with anyio.fail_after(20):
        async with guest(app) as origin, httpx2.AsyncClient(base_url=origin, headers=LEGACY) as http:
            first, second = [await _session(http) for _ in range(2)]
            async with anyio.create_task_group() as group:
                for number, session in enumerate((first, second), 1):
                    group.start_soon(_call, http, session)
                    while len(begun) < number:  # noqa: ASYNC110 - over a socket nothing tells
                        await anyio.sleep(0.01)
                await http.post("/mcp", json=said | reason, headers=first)
                await ended.wait()
                group.cancel_scope.cancel()
    assert [heard.cancellations.given_up(request) for request in begun] == [True, False]


async def _session(http: httpx2.AsyncClient) -> dict[str, str]:
    opened = await http.post("/mcp", json=introduction())
    return {"mcp-session-id": opened.headers["mcp-session-id"]}


async def _call(http: httpx2.AsyncClient, session: dict[str, str]) -> None:
    await http.post("/mcp", json=rpc("tools/call", name="slow", arguments={}) | {"id": 7}, headers=session)
