"""What differs where client and server share no disk, and the server has many clients."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
import uvicorn
from mcp import Client
from mcp.client.session import ClientRequestContext
from mcp_types import ElicitResult, ListRootsResult, Root
from pydantic import FileUrl

from qwen_localize.mcp_server import build_server
from qwen_localize.settings import Settings
from qwen_localize_tools import PROMPTS, TOOLS
from support import picture, words

pytestmark = pytest.mark.process


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[str]:
    """The server on loopback; its address."""
    app = build_server(settings, TOOLS, prompts=PROMPTS).streamable_http_app()
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listener, anyio.fail_after(60):
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listener])
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
            server.should_exit = True


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_clients_folders_are_not_ours(settings: Settings, tmp_path: Path, mode: str) -> None:
    asked: list[str] = []

    async def roots(context: ClientRequestContext) -> ListRootsResult:
        asked.append("roots")
        return ListRootsResult(roots=[Root(uri=FileUrl(tmp_path.as_uri()))])

    (tmp_path / "poster.png").write_bytes(picture())
    narrow = settings.model_copy(update={"allowed_dirs": (tmp_path / "out",)})
    async with served(narrow) as origin, Client(origin, mode=mode, list_roots_callback=roots) as client:
        result = await client.call_tool("view_image", {"image": str(tmp_path / "poster.png")})
    assert "outside the folders that may be read" in words(result)
    assert not asked


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_user_is_asked_over_http_too(settings: Settings, mode: str) -> None:
    asked: list[str] = []

    async def user(context: ClientRequestContext, params: Any) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="decline")

    poor = settings.model_copy(update={"daily_budget": 0.0})
    async with served(poor) as origin, Client(origin, mode=mode, elicitation_callback=user) as client:
        result = await client.call_tool("translate_text", {"text": "hello", "target_lang": "ru"})
    assert "daily budget of 0 CNY" in words(result)
    assert len(asked) == 1
