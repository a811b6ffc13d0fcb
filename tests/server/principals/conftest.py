"""Fixtures: one server that several principals call."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from qwen_localize.mcp_server.visiting import shared_server
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from server.principals.callers import BASE, Callers, data_uri
from support import KEY, ORIGIN, picture
from virtual_time import VirtualClock

Shared = Callable[..., AbstractAsyncContextManager[Callers]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of a server over HTTP: no folder is named for reading."""
    return Settings.load(
        {
            "DASHSCOPE_API_KEY": KEY,
            "DASHSCOPE_BASE_URL": ORIGIN,
            "QWEN_LOCALIZE_OUTPUT_DIR": str(tmp_path / "out"),
            "QWEN_LOCALIZE_STATE_DIR": str(tmp_path / "state"),
            "QWEN_LOCALIZE_WAIT": "3600",
            "QWEN_LOCALIZE_LINKS": "on",
            "QWEN_LOCALIZE_PUBLIC_URL": BASE,
        }
    )


@pytest.fixture
def poster(tmp_path: Path) -> str:
    path = tmp_path / "poster.png"
    path.write_bytes(picture())
    return data_uri(path)


@pytest.fixture
def shared(settings: Settings, clock: VirtualClock) -> Shared:
    @asynccontextmanager
    async def opened(**changes: Any) -> AsyncIterator[Callers]:
        server = shared_server(settings.model_copy(update=changes), TOOLS, clock=clock)
        with anyio.fail_after(24 * 3600):
            async with Client(server) as client:
                yield Callers(client)

    return opened
