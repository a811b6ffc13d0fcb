"""What is served besides /mcp: routes of others, without a token, and with the same bounds."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import anyio
import anyio.lowlevel
import httpx2
import pytest
from mcp.server import MCPServer
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from qwen_localize.mcp_server.http import connections, edge
from qwen_localize.mcp_server.http.app import build_app
from qwen_localize.settings import Settings
from server.mcp_server.http.stand import TOKEN, guest

pytestmark = pytest.mark.process


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load({"QWEN_LOCALIZE_STATE_DIR": str(tmp_path), "QWEN_LOCALIZE_TOKEN": TOKEN})


async def test_a_route_of_others_needs_no_token_but_a_name_that_is_ours(settings: Settings) -> None:
    async def linked(request: Request) -> Response:
        return PlainTextResponse(request.path_params["name"])

    app = build_app(MCPServer("none"), settings, routes=[Route("/files/{name}", linked)])
    async with guest(app) as origin, httpx2.AsyncClient(base_url=origin) as http:
        assert (await http.get("/files/a.png")).text == "a.png"
        assert (await http.get("/files/a.png", headers={"host": "evil.example"})).status_code == 421
        assert (await http.get("/files/a.png", headers={"origin": "http://evil.example"})).status_code == 403


async def test_a_long_upload_may_take_its_time_as_long_as_it_comes_fast_enough(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(edge, "BODY_RATE", 1000)
    received: list[int] = []

    async def taken(request: Request) -> Response:
        received.append(len(await request.body()))
        return PlainTextResponse("ok")

    async def pieces(size: int) -> AsyncIterator[bytes]:
        for _ in range(8):
            yield b"x" * size
            await anyio.sleep(0.1)

    app = build_app(MCPServer("none"), settings, routes=[Route("/uploads", taken, methods=["PUT"])])
    async with guest(app) as origin, httpx2.AsyncClient(base_url=origin) as http:
        assert (await http.put("/uploads", content=pieces(1000))).status_code == 200
        with suppress(httpx2.NetworkError):  # if it was still writing when it was hung up on
            assert (await http.put("/uploads", content=pieces(10))).status_code == 408
        assert received == [8000]


async def test_who_does_not_take_what_it_asked_for_is_hung_up_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "STALLED_SECONDS", 0.3)
    ended = anyio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 65_536
                await anyio.lowlevel.checkpoint()
        finally:
            ended.set()

    async def file(_: Request) -> Response:
        return StreamingResponse(endless())

    app = build_app(MCPServer("none"), settings, routes=[Route("/file", file)])
    with anyio.fail_after(10):
        async with guest(app) as origin:
            stream = await anyio.connect_tcp("127.0.0.1", int(origin.rpartition(":")[2]))
            async with stream:
                await stream.send(b"GET /file HTTP/1.1\r\nHost: localhost\r\n\r\n")
                await ended.wait()
