"""`cancel_job`, and a client that ends its call."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import MCPError
from mcp_types import CallToolResult

from fakes import API, RESULT_URL, TASK, Service, listed, task
from qwen_localize.jobs import JobRecord, Runner
from qwen_localize.jobs.runner import GRACE_SECONDS
from support import Connect, words
from virtual_time import VirtualClock, until

CANCEL = f"{API}/tasks/{TASK}/cancel"
REFUSED = httpx.Response(400, json={"code": "UnsupportedOperation", "message": "not pending"})


async def called(client: Any, poster: Path) -> CallToolResult:
    result: CallToolResult = await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"})
    return result


async def begun(client: Any, poster: Path, service: Service) -> str:
    """The id of a job that the service has."""
    result = await called(client, poster)
    assert result.structured_content
    await until(lambda: service.list.called)
    return str(result.structured_content["job_id"])


async def ended(call: Callable[..., Awaitable[Any]], *arguments: Any) -> None:
    """Make a call, and take it as it comes that the connection ends before the answer."""
    with suppress(MCPError):
        await call(*arguments)


async def seen(service: Service, rounds: int) -> None:
    """Until the list was read so many times more."""
    before = service.list.call_count
    await until(lambda: service.list.call_count >= before + rounds)


@pytest.fixture
def queued(service: Service) -> Service:
    service.list.side_effect = lambda _: listed("PENDING")
    return service


async def test_a_job_that_is_still_queued_is_cancelled_at_the_service_and_costs_nothing(
    queued: Service, connect: Connect, poster: Path
) -> None:
    cancel = queued.router.post(CANCEL).respond(json={"request_id": "r"})
    queued.query.return_value = task("CANCELED")
    async with connect(wait=5.0) as client:
        job_id = await begun(client, poster, queued)
        result = await client.call_tool("cancel_job", {"job_id": job_id})
        spent = await client.read_resource("qwen-localize://usage")
    assert result.structured_content
    assert result.structured_content["status"] == "canceled"
    assert cancel.call_count == 1
    assert spent.contents[0].model_dump()["text"] == "[]"


async def test_a_job_that_already_runs_is_finished_and_kept(queued: Service, connect: Connect, poster: Path) -> None:
    queued.router.post(CANCEL).mock(return_value=REFUSED)
    async with connect(wait=5.0) as client:
        job_id = await begun(client, poster, queued)
        result = await client.call_tool("cancel_job", {"job_id": job_id})
        assert result.structured_content
        assert result.structured_content["status"] == "running"
        queued.list.side_effect = lambda _: listed("SUCCEEDED")
        ended = await client.call_tool("get_job", {"job_id": job_id, "wait": 60})
    assert ended.structured_content
    assert ended.structured_content["status"] == "succeeded"


async def test_a_finished_job_stays_as_it_is(service: Service, connect: Connect, poster: Path) -> None:
    async with connect() as client:
        job_id = await begun(client, poster, service)
        result = await client.call_tool("cancel_job", {"job_id": job_id})
    assert "Saved" in words(result)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_that_ends_its_call_cancels_nothing_and_the_picture_arrives(
    queued: Service, connect: Connect, poster: Path, mode: str
) -> None:
    cancel = queued.router.post(CANCEL).respond(json={"request_id": "r"})
    async with connect(mode=mode) as client:
        async with anyio.create_task_group() as group:
            group.start_soon(called, client, poster)
            await seen(queued, 3)
            group.cancel_scope.cancel()
        await seen(queued, 3)
        queued.list.side_effect = lambda _: listed("SUCCEEDED")
        jobs = (await client.call_tool("list_jobs", {})).structured_content
        assert jobs
        result = await client.call_tool("get_job", {"job_id": jobs["jobs"][0]["job_id"], "wait": 60})
    assert "Saved" in words(result)
    assert not cancel.called
    assert queued.submit.call_count == 1


async def test_a_client_that_ends_its_question_about_a_job_cancels_nothing(
    queued: Service, connect: Connect, poster: Path
) -> None:
    cancel = queued.router.post(CANCEL).respond(json={"request_id": "r"})
    async with connect(mode="legacy", wait=0.0) as client:
        job_id = await begun(client, poster, queued)
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "get_job", {"job_id": job_id, "wait": 600})
            await seen(queued, 3)
            group.cancel_scope.cancel()
        await seen(queued, 3)
    assert not cancel.called


async def test_a_connection_that_is_long_in_closing_cancels_nothing_at_the_service(
    queued: Service, connect: Connect, clock: VirtualClock, poster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancel = queued.router.post(CANCEL).respond(json={"request_id": "r"})
    recent, busy = Runner.recent, anyio.Event()

    async def slow(runner: Runner, limit: int) -> list[JobRecord]:
        busy.set()
        with anyio.CancelScope(shield=True):
            await clock.sleep(20 * GRACE_SECONDS)
        return await recent(runner, limit)

    monkeypatch.setattr(Runner, "recent", slow)
    async with anyio.create_task_group() as group, connect(mode="legacy") as client:
        group.start_soon(ended, client.call_tool, "translate_image", {"image": str(poster), "target_lang": "ru"})
        await seen(queued, 3)
        group.start_soon(ended, client.call_tool, "list_jobs", {})
        await busy.wait()
    assert not cancel.called


async def test_a_connection_that_closes_cancels_nothing_at_the_service(
    queued: Service, connect: Connect, poster: Path
) -> None:
    cancel = queued.router.post(CANCEL).respond(json={"request_id": "r"})
    async with anyio.create_task_group() as group, connect() as client:
        group.start_soon(called, client, poster)
        await seen(queued, 3)
    assert not cancel.called


@pytest.mark.parametrize("answer", [{}, {"request_id": "r", "output": {"task_id": TASK, "task_status": "RUNNING"}}])
async def test_a_cancellation_is_believed_only_when_the_task_is_cancelled(
    queued: Service, connect: Connect, poster: Path, answer: dict[str, Any]
) -> None:
    queued.router.post(CANCEL).respond(json=answer)
    queued.query.return_value = task("RUNNING")
    async with connect(wait=5.0) as client:
        job_id = await begun(client, poster, queued)
        told = await client.call_tool("cancel_job", {"job_id": job_id})
        queued.list.side_effect = lambda _: listed("SUCCEEDED")
        queued.query.return_value = task("SUCCEEDED", image_url=RESULT_URL)
        last = await client.call_tool("get_job", {"job_id": job_id, "wait": 60})
    assert told.structured_content["status"] == "running"
    assert last.structured_content["status"] == "succeeded"
