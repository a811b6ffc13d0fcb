"""Fixtures: a client in front of the whole server."""

import functools
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from qwen_localize import app
from qwen_localize.app import build_server
from qwen_localize.dashscope import Timeouts
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from support import KEY, ORIGIN, Connect, FakeClock, FastClock

_bind = functools.cache(app.bind)


@pytest.fixture(autouse=True)
def _quick_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers are set up in a few milliseconds: no certificates where nothing speaks TLS, schemas made only once."""
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: None)
    monkeypatch.setattr(app, "bind", _bind)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxies of the machine that runs the tests are no concern of theirs."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(
        {
            "DASHSCOPE_API_KEY": KEY,
            "DASHSCOPE_BASE_URL": ORIGIN,
            "QWEN_LOCALIZE_OUTPUT_DIR": str(tmp_path / "out"),
            "QWEN_LOCALIZE_ALLOWED_DIRS": str(tmp_path),
            "QWEN_LOCALIZE_STATE_DIR": str(tmp_path / "state"),
            "QWEN_LOCALIZE_WAIT": "3600",
        }
    )


@pytest.fixture
def fast() -> FastClock:
    return FastClock()


@pytest.fixture
def connect(settings: Settings, fast: FastClock) -> Connect:
    """A client in front of the whole server; only time and the network below are not real."""

    @asynccontextmanager
    async def connected(mode: str = "auto", timeouts: Timeouts | None = None, **changes: Any) -> AsyncIterator[Client]:
        changed = settings.model_copy(update=changes)
        server = build_server(changed, TOOLS, clock=fast, timeouts=timeouts)
        with anyio.fail_after(30):
            async with Client(server, mode=mode) as client:
                yield client

    return connected
