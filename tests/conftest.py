"""Fixtures: a client in front of the whole server."""

import functools
import gc
import inspect
import json
import os
import signal
import sqlite3
import ssl
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import hypothesis
import pytest
import respx
from mcp import Client
from mcp.server.mcpserver.prompts import Prompt as BoundPrompt
from mcp.server.mcpserver.resources import templates
from mcp.server.mcpserver.utilities.func_metadata import func_metadata
from xdist.scheduler import LoadFileScheduling

from buckets import s3, s3_server
from fakes import Service
from qwen_localize.dashscope import Timeouts
from qwen_localize.files import LocalMedia, apart, drawing, pdf
from qwen_localize.mcp_server import build_server, registration
from qwen_localize.settings import Settings
from qwen_localize.state import database
from qwen_localize.waiting_jobs import FILE
from qwen_localize_tools import PROMPTS, TOOLS
from stores import postgres, postgres_server, stored, virtual_postgres
from support import KEY, ORIGIN, Connect
from virtual_time import VirtualClock, VirtualLoop

__all__ = ["postgres", "postgres_server", "s3", "s3_server", "stored", "virtual_postgres"]  # fixtures for everybody

# Their tests take longest, and so they begin first.
_TOWNS = "tests/server/cluster/"

# The same examples each time: what fails does so for everybody. `HYPOTHESIS_PROFILE=search` looks for others.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None, max_examples=50)
hypothesis.settings.register_profile("search", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


# A shell that starts something in the background has it ignore Ctrl-C, and whatever that starts ignores it too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _once(make: Any, of: Callable[[Any], Any]) -> Any:
    """Schemas take longer to be made than most tests: each only once."""
    made: dict[Any, Any] = {}

    @functools.wraps(make)
    def once(first: Any, *args: Any, **kwargs: Any) -> Any:
        if of(first) not in made:
            made[of(first)] = make(first, *args, **kwargs)
        return made[of(first)]

    return once


def _code(function: Any) -> Any:
    """What tells the functions of resources apart, of which each server has its own."""
    return inspect.unwrap(function).__code__


_bound_once = _once(registration.bind, lambda tool: tool.function)
_prompt_once = _once(BoundPrompt.from_function, lambda function: function)
_arguments_once = _once(func_metadata, _code)


@pytest.fixture(autouse=True)
def _quick_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers are set up in a few milliseconds: no certificates where nothing speaks TLS, schemas made only once."""
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: None)
    monkeypatch.setattr(registration, "bind", _bound_once)
    monkeypatch.setattr(BoundPrompt, "from_function", _prompt_once)
    monkeypatch.setattr(templates, "func_metadata", _arguments_once)


def has_real_time(item: pytest.Item) -> bool:
    """Whether a test is marked as starting processes, whose time is the real one, and not as playing all in its own."""
    marker = item.get_closest_marker("process")
    return marker is not None and marker.kwargs.get("time") != "virtual"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that wait for real time come first, so that no worker is left alone with them at the end."""
    items.sort(key=lambda item: (not item.nodeid.startswith(_TOWNS), not has_real_time(item)))


@functools.cache
def _new_store() -> bytes:
    """A store without jobs, which is quicker copied than made."""
    with tempfile.TemporaryDirectory() as folder:
        database.Database(Path(folder), 0.0).close()
        return (Path(folder) / FILE).read_bytes()


@pytest.fixture(autouse=True)
def _quick_disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only tests with processes that can die wait until what is written is safe on the disk."""
    if has_real_time(request.node):
        return
    opened, new = database.connect, _new_store()

    def at_ease(path: Path) -> sqlite3.Connection:
        if not path.stat().st_size:
            path.write_bytes(new)
        connection = opened(path)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    monkeypatch.setattr(database, "connect", at_ease)


_pdfium = threading.Lock()


class _DrawnHere:
    """As `pdf.Worker`, without a process: PDFium is one state for this one."""

    def __init__(self, document: LocalMedia, password: str) -> None:
        self._document = drawing.Document(document.data, password)

    def ask(self, request: str) -> pdf.Reply:
        with _pdfium:
            return pdf.Reply(*self._document.answer(request))

    def end(self) -> None:
        with _pdfium:
            self._document.close()


@pytest.fixture(autouse=True)
def _quick_drawing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only tests with processes draw PDFs in other processes, which take a while to start."""
    if not has_real_time(request.node):
        monkeypatch.setattr(pdf, "Worker", _DrawnHere)


@pytest.fixture(autouse=True)
def _quick_programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only tests with processes read recordings in other processes, which take a while to start."""
    if has_real_time(request.node):
        return
    turns = threading.Lock()

    def answered(_: object, asked: dict[str, Any]) -> dict[str, Any]:
        from qwen_localize_tools._shared.sound import program

        with turns:
            return dict(json.loads(json.dumps(program.answer(asked))))

    monkeypatch.setattr(apart, "_started", lambda _: object())
    monkeypatch.setattr(apart, "_answer", answered)
    monkeypatch.setattr(apart, "end_program", lambda _: None)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxies of the machine that runs the tests are no concern of theirs."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    return "asyncio" if has_real_time(request.node) else ("asyncio", {"loop_factory": VirtualLoop})


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


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
            "QWEN_LOCALIZE_LINKS": "on",
        }
    )


@pytest.fixture
def service(httpx2_mock: respx.Router) -> Service:
    httpx2_mock._assert_all_called = False
    return Service(httpx2_mock)


@pytest.fixture
def connect(settings: Settings, clock: VirtualClock) -> Connect:
    """A client in front of the whole server; only time and the network below are not real."""

    @asynccontextmanager
    async def connected(
        mode: str = "auto", timeouts: Timeouts | None = None, client: Any = None, **changes: Any
    ) -> AsyncIterator[Client]:
        changed = settings.model_copy(update=changes)
        server = build_server(changed, TOOLS, prompts=PROMPTS, clock=clock, timeouts=timeouts)
        with anyio.fail_after(24 * 3600):
            async with Client(server, mode=mode, **client or {}) as speaking:
                yield speaking

    return connected


class _TownsOneByOne(LoadFileScheduling):
    """A file's tests stay together; and so do all those with towns, of which one at a time is enough for a machine."""

    def _split_scope(self, nodeid: str) -> str:
        return _TOWNS if nodeid.startswith(_TOWNS) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return _TownsOneByOne(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """What is imported by now stays; the collector need not look at it again and again."""
    gc.freeze()
