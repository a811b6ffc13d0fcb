"""Batches: many paid calls behind one job, which pause, go on, are cancelled, and survive their process."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import anyio
import httpx
import pytest
import respx

from fakes_analysis import URL, judge
from peer import Peer, speaking_to
from qwen_localize.mcp_server import build_server
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from virtual_time import VirtualClock, until

CHATS = [f"客户：第{number}个" for number in range(40)]
# As clients write it (clients of three kinds, and one that says nothing of time).
TIMED_OUT = ["timed out after 5s", "McpError: MCP error -32001: Request timed out", "SdkError: Request timed out"]

Open = Callable[..., AbstractAsyncContextManager[Peer]]


class Judge:
    """A model that takes five seconds for each chat."""

    def __init__(self, router: respx.Router) -> None:
        self.route = router.post(URL).mock(side_effect=self._judged)
        self.answered = 0

    async def _judged(self, request: httpx.Request) -> httpx.Response:
        await anyio.sleep(5)
        self.answered += 1
        return judge(request)

    @property
    def asked(self) -> int:
        return self.route.call_count


@pytest.fixture
def model(httpx2_mock: respx.Router) -> Judge:
    return Judge(httpx2_mock)


@pytest.fixture
def server(settings: Settings, clock: VirtualClock) -> Open:
    @asynccontextmanager
    async def opened(**changes: Any) -> AsyncIterator[Peer]:
        async with speaking_to(build_server(settings.model_copy(update=changes), TOOLS, clock=clock)) as peer:
            yield peer

    return opened


async def jobs(peer: Peer, number: int) -> list[dict[str, Any]]:
    answer = await peer.call(number, "list_jobs")
    return list(answer["structuredContent"]["jobs"])


async def begun(peer: Peer, model: Judge) -> None:
    """A batch of which some is answered, and some is out."""
    await peer.begin(1, "analyze_conversation", conversation=CHATS)
    await until(lambda: model.answered >= 3)


async def given_up(peer: Peer, model: Judge, reason: str | None = None) -> dict[str, Any]:
    """A batch whose call was given up, a while later."""
    await begun(peer, model)
    await peer.cancel(1, reason)
    await anyio.sleep(30)
    [job] = await jobs(peer, 2)
    return job


@pytest.mark.parametrize("reason", [None, "", "The user pressed stop", "AbortError: This operation was aborted"])
async def test_a_batch_whose_caller_has_given_up_pauses_and_keeps_what_was_out(
    model: Judge, server: Open, reason: str | None
) -> None:
    async with server() as peer:
        job = await given_up(peer, model, reason)
        asked = model.asked
        assert "Paused, since its call was given up" in job["message"]
        assert model.answered == asked < len(CHATS)
        await anyio.sleep(100)
        assert model.asked == asked


@pytest.mark.parametrize("reason", TIMED_OUT)
async def test_a_client_that_ran_out_of_time_neither_cancels_nor_pauses_a_batch(
    model: Judge, server: Open, reason: str
) -> None:
    async with server() as peer:
        await begun(peer, model)
        await peer.cancel(1, reason)
        await until(lambda: model.answered == len(CHATS))
        await anyio.sleep(10)
        [job] = await jobs(peer, 2)
    assert job["status"] == "succeeded"
    assert model.asked == len(CHATS)


@pytest.mark.parametrize("how", ["the same call", "get_job"])
async def test_a_paused_batch_goes_on_when_it_is_asked_for_and_pays_for_nothing_again(
    model: Judge, server: Open, how: str
) -> None:
    async with server() as peer:
        job = await given_up(peer, model)
        if how == "get_job":
            answer = await peer.call(3, "get_job", job_id=job["job_id"], wait=600)
        else:
            answer = await peer.call(3, "analyze_conversation", conversation=CHATS)
    assert answer["structuredContent"]["status"] == "succeeded"
    assert answer["structuredContent"]["job_id"] == job["job_id"]
    assert "40 conversations analysed, 0 failed" in answer["content"][0]["text"]
    assert model.asked == len(CHATS)


async def test_a_paused_batch_can_be_cancelled(model: Judge, server: Open) -> None:
    async with server() as peer:
        job = await given_up(peer, model)
        answer = await peer.call(3, "cancel_job", job_id=job["job_id"])
        assert answer["structuredContent"]["status"] == "canceled"
        assert "What was answered before is paid" in answer["structuredContent"]["message"]


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_batch_that_is_cancelled_stops_wherever_it_was_begun(
    model: Judge, server: Open, *, elsewhere: bool
) -> None:
    async with server() as peer, server() as other:
        await begun(peer, model)
        [job] = await jobs(other, 2)
        answer = await (other if elsewhere else peer).call(3, "cancel_job", job_id=job["job_id"])
        assert answer["structuredContent"]["status"] == "canceled"
        told = await peer.answer(1)
        await anyio.sleep(60)
        asked = model.asked
        await anyio.sleep(100)
    assert told["isError"]
    assert model.asked == model.answered == asked < len(CHATS)


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_batch_for_which_somebody_else_waits_does_not_pause(
    model: Judge, server: Open, *, elsewhere: bool
) -> None:
    async with server() as peer, server() as other:
        await begun(peer, model)
        joining = other if elsewhere else peer
        await joining.begin(2, "analyze_conversation", conversation=CHATS)
        await anyio.sleep(1)
        await peer.cancel(1, None)
        answer = await joining.answer(2)
    assert answer["structuredContent"]["status"] == "succeeded"
    assert model.asked == len(CHATS)


async def test_a_batch_whose_server_ended_goes_on_by_itself_with_the_next(model: Judge, server: Open) -> None:
    async with server() as peer:
        await begun(peer, model)
    asked = model.asked
    assert asked < len(CHATS)
    async with server() as peer:
        await until(lambda: model.asked == len(CHATS))
        await anyio.sleep(10)
        [job] = await jobs(peer, 2)
    assert job["status"] == "succeeded"
    assert model.asked == len(CHATS)
    assert "40 conversations analysed, 0 failed" in job["message"]


async def test_a_batch_whose_server_ended_is_taken_up_by_another_that_runs_already(model: Judge, server: Open) -> None:
    async with server() as other:
        async with server() as peer:
            await begun(peer, model)
        await until(lambda: model.asked == len(CHATS))
        await anyio.sleep(10)
        [job] = await jobs(other, 2)
    assert job["status"] == "succeeded"
    assert model.asked == len(CHATS)
