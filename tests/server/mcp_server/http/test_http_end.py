"""How a server over HTTP ends: in bounded time, with its jobs kept."""

import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import anyio
import httpx2
import pytest
from anyio.abc import TaskGroup
from mcp import Client, MCPError

from qwen_localize.mcp_server.http.serving import GRACE_SECONDS, LEAVE_SECONDS
from qwen_localize.sandbox import SandboxConfig, running
from server.mcp_server.http.stand import LEGACY, Serving, client_of, first_file, introduction, serving
from support import picture, words

pytestmark = pytest.mark.process
_CALLS = 10


@pytest.fixture
async def service() -> AsyncIterator[str]:
    async with running(SandboxConfig(plain=True, task_seconds=4)) as sandbox:
        yield sandbox.origin


def _env(origin: str) -> dict[str, str]:
    return {"DASHSCOPE_BASE_URL": origin, "DASHSCOPE_API_KEY": "sk-sandbox"}


def _call(group: TaskGroup, server: Serving, folder: Path, number: int) -> None:
    path = folder / f"{number}.png"
    path.write_bytes(picture(64 + number))
    mode = "auto" if number % 2 else "legacy"

    async def call() -> None:
        with suppress(MCPError, OSError, ExceptionGroup):  # the server ends before it answers
            async with client_of(server.origin, mode=mode) as client:
                await client.call_tool("translate_image", {"image": str(path), "target_lang": "ru"})

    group.start_soon(call)


async def _jobs(client: Client) -> dict[str, str]:
    listed = (await client.call_tool("list_jobs", {})).structured_content or {}
    return {job["job_id"]: job["status"] for job in listed.get("jobs", ())}


async def _begun(server: Serving, number: int) -> dict[str, str]:
    with anyio.fail_after(30):
        async with client_of(server.origin) as client:
            while len(jobs := await _jobs(client)) < number:  # noqa: ASYNC110 - another process tells no event
                await anyio.sleep(0.1)
    return jobs


async def _deaf(server: Serving) -> None:
    """Return when it accepts no connections any more."""
    with suppress(OSError):
        while True:
            await (await server.connect()).aclose()


async def test_ten_calls_in_flight_at_sigterm_end_in_time_and_their_jobs_go_on(service: str, tmp_path: Path) -> None:
    with anyio.fail_after(120):
        async with serving(tmp_path, **_env(service)) as server, anyio.create_task_group() as group:
            for number in range(_CALLS):
                _call(group, server, tmp_path, number)
            begun = await _begun(server, _CALLS)
            assert await server.ends(signal.SIGTERM, within=GRACE_SECONDS + LEAVE_SECONDS + 2) == 0
            assert "Traceback" not in server.said, server.said
        async with serving(tmp_path, **_env(service)) as server, client_of(server.origin) as client:
            assert {"queued", "running"} & set((await _jobs(client)).values())
            for job in begun:
                result = await client.call_tool("get_job", {"job_id": job, "wait": 60})
                assert result.structured_content, words(result)
                assert result.structured_content["status"] == "succeeded", words(result)
                assert await first_file(result)
            assert set(await _jobs(client)) == set(begun)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_call_that_ends_soon_after_sigterm_is_answered(service: str, tmp_path: Path, mode: str) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(picture())
    async with serving(tmp_path, **_env(service)) as server, client_of(server.origin, mode=mode) as client:
        await client.list_tools()  # whose schemas the client would ask for after the call
        async with anyio.create_task_group() as group:

            async def end() -> None:
                await _begun(server, 1)
                server.process.terminate()

            group.start_soon(end)
            result = await client.call_tool("translate_image", {"image": str(path), "target_lang": "ru"})
        assert (result.structured_content or {})["status"] == "succeeded", words(result)
        assert await server.ends(within=5) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_that_nobody_waits_for_ends_at_once(tmp_path: Path, number: int) -> None:
    async with serving(tmp_path, "--sandbox") as server:
        async with httpx2.AsyncClient(base_url=server.origin, headers=LEGACY, timeout=30) as http:
            opened = await http.post("/mcp", json=introduction())
            session = {"mcp-session-id": opened.headers["mcp-session-id"]}
            # Clients of the older protocol keep a stream of events open, which never ends by itself.
            async with http.stream("GET", "/mcp", headers=session) as events:
                assert events.status_code == 200
                assert await server.ends(number, within=5) == 0
        assert "Traceback" not in server.said, server.said


async def test_a_second_signal_ends_the_server_at_once(service: str, tmp_path: Path) -> None:
    async with serving(tmp_path, **_env(service)) as server, anyio.create_task_group() as group:
        _call(group, server, tmp_path, 0)
        await _begun(server, 1)
        server.process.send_signal(signal.SIGINT)
        await _deaf(server)
        assert await server.ends(signal.SIGTERM, within=2) == 128 + signal.SIGTERM
