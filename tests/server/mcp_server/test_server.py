"""The server as a client sees it: keys, words, progress, and both eras of the protocol."""

import itertools
import json
import logging
import math
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import anyio
import httpx
import httpx2
import pytest
import respx
from anyio.abc import SocketStream
from mcp import Client, MCPError
from pydantic import SecretStr

from fakes import Service, listed
from qwen_localize.dashscope import Timeouts
from qwen_localize.mcp_server import build_server
from qwen_localize.mcp_server.progress import BEAT_SECONDS, Progress
from qwen_localize.mcp_server.wait_limits import wait_limit
from qwen_localize.settings import Settings
from qwen_localize.state import database
from qwen_localize.tool import Context, Result, Tool
from qwen_localize_tools import TOOLS
from support import KEY, ORIGIN, Connect, listening, words
from virtual_time import VirtualClock

CHAT = f"{ORIGIN}/compatible-mode/v1/chat/completions"
HELLO = {"text": "hello", "target_lang": "ru"}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_tools_are_listed_without_a_key_and_without_a_network_in_both_eras(
    httpx2_mock: respx.Router, connect: Connect, mode: str
) -> None:
    async with connect(mode=mode, api_key=None) as client:
        tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == [tool.name for tool in TOOLS]
    assert not httpx2_mock.calls


async def test_a_missing_key_says_how_to_get_one_and_how_to_do_without(connect: Connect) -> None:
    async with connect(api_key=None) as client:
        result = await client.call_tool("translate_text", HELLO)
    assert result.is_error
    assert "DASHSCOPE_API_KEY" in words(result)
    assert "--sandbox" in words(result)


async def test_a_refused_key_names_the_region_asked_and_shows_no_key(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    httpx2_mock.post("https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions").respond(
        401, json={"error": {"code": "invalid_api_key", "message": f"Incorrect API key provided: {KEY}"}}
    )
    async with connect(base_url=None) as client:
        result = await client.call_tool("translate_text", HELLO)
    assert result.is_error
    assert "cn-beijing (https://dashscope.aliyuncs.com) was asked" in words(result)
    assert "DASHSCOPE_REGION" in words(result)
    assert KEY not in result.model_dump_json()


async def test_a_key_that_the_service_repeats_is_in_no_part_of_an_answer_and_not_in_the_store(
    httpx2_mock: respx.Router, connect: Connect, tmp_path: Path
) -> None:
    key = "odd/key+with=no.prefix"
    refusal = {"code": "InvalidParameter", "message": f"You sent {key} and {key}"}
    httpx2_mock.post(CHAT).respond(400, json={"error": refusal})
    httpx2_mock.post(f"{ORIGIN}/api/v1/services/aigc/image2image/image-synthesis").respond(400, json=refusal)
    async with connect(api_key=SecretStr(key)) as client:
        results = [
            await client.call_tool("translate_text", HELLO),
            await client.call_tool("translate_image", {"image": "https://shop.example/a.png", "target_lang": "ru"}),
            await client.call_tool("list_jobs", {}),
        ]
    assert all(key not in result.model_dump_json() for result in results)
    assert "InvalidParameter" in words(results[1])
    assert all(key.encode() not in path.read_bytes() for path in (tmp_path / "state").iterdir() if path.is_file())


async def test_no_network_is_said_and_nothing_was_sent(httpx2_mock: respx.Router, connect: Connect) -> None:
    httpx2_mock.post(CHAT).mock(side_effect=httpx2.ConnectError("no route to host"))
    async with connect() as client:
        result = await client.call_tool("translate_text", HELLO)
    assert "cannot be reached (ConnectError); nothing was sent. Check the network" in words(result)


async def test_a_host_that_never_answers_is_given_up(connect: Connect) -> None:
    async def silent(stream: SocketStream) -> None:
        async with stream:
            await anyio.sleep_forever()

    async with (
        listening(silent) as origin,
        connect(base_url=origin, timeouts=Timeouts(paid=0.1, other=0.1)) as client,
    ):
        result = await client.call_tool("translate_text", HELLO)
    assert "did not answer within 0.1 s" in words(result)
    assert "may have been carried out and billed" in words(result)


async def test_the_proxy_of_the_environment_is_used(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    async def proxy(stream: SocketStream) -> None:
        async with stream:
            seen.append(await stream.receive())
            await stream.send(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    async with listening(proxy) as origin:
        monkeypatch.setenv("HTTP_PROXY", origin)
        async with connect(base_url="http://model-studio.example") as client:
            await client.call_tool("translate_text", HELLO)
    assert seen[0].startswith(b"POST http://model-studio.example/compatible-mode/v1/chat/completions HTTP/1.1")


async def test_a_service_on_this_machine_is_reached_without_the_proxy(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refusing(stream: SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 20\r\n\r\n" + b'{"code":"Arrearage"}')

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with listening(refusing) as origin, connect(base_url=origin) as client:
        assert "Arrearage" in words(await client.call_tool("translate_text", HELLO))


class FakeResult(Result):
    """A result for tools that exist in tests only."""

    def blocks(self) -> list[str]:
        return ["done"]


async def broken(context: Context) -> FakeResult:
    """Fails in a way nobody foresaw."""
    raise RuntimeError(f"secret {KEY}")


async def test_a_fault_of_ours_shows_neither_a_traceback_nor_its_text(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async with Client(build_server(settings, [Tool(broken, "Broken")])) as client:
        with caplog.at_level(logging.ERROR):
            result = await client.call_tool("broken", {})
    assert result.is_error
    assert words(result) == "This server failed by a fault of its own. Its log (stderr) has the details."
    assert "RuntimeError" in caplog.text


async def test_progress_goes_out_at_least_every_five_seconds_and_always_grows(clock: VirtualClock) -> None:
    told: list[tuple[float, float]] = []

    async def send(value: float, total: float | None, message: str | None) -> None:
        told.append((clock.now(), value / (total or 1)))
        if clock.now() > 1400:
            raise anyio.get_cancelled_exc_class()

    progress = Progress(send, clock)
    await progress.report(20, 100, "queued")
    await progress.report(10, 100, "a step back")
    with pytest.raises(anyio.get_cancelled_exc_class()):
        await progress.beat()
    moments, shares = [time for time, _ in told], [share for _, share in told]
    assert all(later - earlier <= 5 for earlier, later in pairwise(moments))
    assert shares == sorted(set(shares))
    assert max(shares) < 0.25
    assert BEAT_SECONDS < 5


async def test_a_burst_of_calls_keeps_to_the_models_pace(
    httpx2_mock: respx.Router, connect: Connect, clock: VirtualClock
) -> None:
    moments: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        moments.append(clock.now())
        choice = {"message": {"content": "x"}, "finish_reason": "stop"}
        return httpx.Response(200, json={"id": "1", "model": "m", "choices": [choice]})

    httpx2_mock.post(CHAT).mock(side_effect=answer)
    begun = clock.now()
    async with connect() as client, anyio.create_task_group() as group:
        for index in range(10):
            group.start_soon(client.call_tool, "translate_text", HELLO | {"text": f"text {index}"})
    assert len(moments) == 10
    assert max(moments) - begun >= 9


async def test_without_a_usable_store_tools_are_listed_and_a_call_says_why(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with connect(state_dir=tmp_path / "file" / "state") as client:
        assert (await client.list_tools()).tools
        result = await client.call_tool("translate_text", HELLO)
    assert result.is_error
    assert "QWEN_LOCALIZE_STATE_DIR" in words(result)


async def test_a_server_that_starts_while_the_store_is_locked_works_once_it_is_not(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.01)
    async with connect() as client:
        await client.call_tool("list_jobs", {})
    with closing(sqlite3.connect(tmp_path / "state" / "jobs.sqlite3")) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        async with connect() as client:
            locked = await client.call_tool("list_jobs", {})
            other.close()
            free = await client.call_tool("list_jobs", {})
    assert "if another program holds it, try again" in words(locked)
    assert words(free) == "There are no jobs yet."


async def test_a_store_that_lacks_a_table_is_said_to_be_unusable(connect: Connect, tmp_path: Path) -> None:
    async with connect() as client:
        await client.list_tools()
    with closing(sqlite3.connect(tmp_path / "state" / "jobs.sqlite3")) as database:
        database.execute("DROP TABLE spending")
    async with connect() as client:
        assert "QWEN_LOCALIZE_STATE_DIR" in words(await client.call_tool("translate_text", HELLO))


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("claude-code", 240),
        ("Claude-Code", 240),
        ("claude-ai", 45),
        ("gemini-cli-mcp-client", 240),
        ("qwen-cli-mcp-client-my-server", 240),
        ("codex-mcp-client", 100),
        ("opencode", 100),
        ("copilot-cli", 45),
        ("mcp", 3),
        ("mcp-inspector", 45),
        (None, 45),
    ],
)
def test_each_client_is_kept_waiting_as_long_as_it_allows(name: str | None, seconds: float) -> None:
    assert wait_limit(name, None) == seconds
    assert wait_limit(name, 7.0) == 7


@pytest.mark.parametrize(("patience", "seconds"), [(5.0, 4.0), (45.0, 44.0), (1.0, 0.5), (0.0, 0.0), (math.inf, 45.0)])
def test_a_client_that_was_seen_to_give_up_is_answered_before_that(patience: float, seconds: float) -> None:
    assert wait_limit("unknown", None, patience) == seconds
    assert wait_limit("unknown", 7.0, patience) == 7


async def test_get_job_waits_no_longer_than_its_client_was_seen_to_wait(
    service: Service, connect: Connect, poster: Path, clock: VirtualClock
) -> None:
    service.list.side_effect = itertools.repeat(listed("RUNNING"))
    async with connect("legacy", wait=None) as client:
        begun = (
            await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"})
        ).structured_content
        assert begun
        asked, moment = {"job_id": begun["job_id"], "wait": 45}, clock.now()
        with pytest.raises(MCPError):
            await client.call_tool("get_job", asked, read_timeout_seconds=20)
        assert clock.now() - moment == pytest.approx(20, abs=0.5)
        moment = clock.now()
        answer = await client.call_tool("get_job", asked, read_timeout_seconds=20)
    assert begun["status"] in ("queued", "running")
    assert "get_job with this job_id" in words(answer)
    assert clock.now() - moment == pytest.approx(19, abs=0.6)


async def test_lists_say_how_long_they_hold(connect: Connect) -> None:
    async with connect() as client:
        for answer in (
            await client.list_tools(),
            await client.list_prompts(),
            await client.list_resources(),
            await client.list_resource_templates(),
        ):
            assert (answer.ttl_ms, answer.cache_scope) == (3_600_000, "public")


async def test_costs_are_shown_by_day_tool_and_model(httpx2_mock: respx.Router, connect: Connect) -> None:
    choice = {"message": {"content": "x"}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 0}
    httpx2_mock.post(CHAT).respond(json={"id": "1", "model": "m", "choices": [choice], "usage": usage})
    async with connect() as client:
        await client.call_tool("translate_text", HELLO)
        shown = await client.read_resource("qwen-localize://usage")
    (row,) = json.loads(shown.contents[0].model_dump()["text"])
    assert (row["tool"], row["model"], row["calls"], row["cny"]) == ("translate_text", "qwen-mt-flash", 1, 0.7)
