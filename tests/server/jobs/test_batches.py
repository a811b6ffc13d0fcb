"""Batches: many paid calls behind one job, which pause, go on, are cancelled, and survive their process."""

import shutil

import anyio
import pytest

from peer import speaking_to
from qwen_localize.mcp_server import build_server
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from server.jobs.batches import CHATS, Judge, Open, begun, given_up, jobs
from support import ORIGIN
from virtual_time import VirtualClock, until

pytestmark = pytest.mark.process(time="virtual")  # long stories of several servers

# As clients write it (clients of three kinds, and one that says nothing of time).
TIMED_OUT = ["timed out after 5s", "McpError: MCP error -32001: Request timed out", "SdkError: Request timed out"]


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


@pytest.mark.parametrize("how", ["get_job", "the same call", "cancel_job and the same call"])
async def test_a_batch_that_goes_on_elsewhere_does_not_pay_again_for_what_is_still_out(
    model: Judge, server: Open, how: str
) -> None:
    async with server() as peer, server() as other:
        await begun(peer, model)
        await until(lambda: model.answered >= 10)
        await peer.cancel(1, None)
        await anyio.sleep(1)
        [job] = await jobs(other, 2)
        assert "Pausing, since its call was given up" in job["message"]
        if how == "get_job":
            await other.call(3, "get_job", job_id=job["job_id"], wait=600)
        else:
            if how != "the same call":
                await other.call(4, "cancel_job", job_id=job["job_id"])
            await other.call(3, "analyze_conversation", conversation=CHATS)
        await anyio.sleep(30)
        [job, *_] = await jobs(other, 5)
    assert job["status"] == "succeeded"
    assert model.asked == len(CHATS)


async def test_a_batch_that_was_pausing_when_its_server_died_is_paused(
    model: Judge, server: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server() as peer:
        await begun(peer, model)
        await peer.cancel(1, None)
        await anyio.sleep(1)
    asked = model.asked
    async with server() as peer:
        await anyio.sleep(60)
        [job] = await jobs(peer, 2)
    assert "Paused, since its call was given up" in job["message"]
    assert model.asked == asked < len(CHATS)


async def test_a_paused_batch_of_another_key_is_not_done_with_ours(
    model: Judge, server: Open, settings: Settings
) -> None:
    async with server() as peer:
        job = await given_up(peer, model)
    asked = model.asked
    folders = {
        "QWEN_LOCALIZE_OUTPUT_DIR": str(settings.output_dir),
        "QWEN_LOCALIZE_STATE_DIR": str(settings.state_dir),
    }
    other = Settings.load({"DASHSCOPE_API_KEY": "sk-another-0123456789abcdef", "DASHSCOPE_BASE_URL": ORIGIN} | folders)
    async with speaking_to(build_server(other, TOOLS, clock=VirtualClock())) as peer:
        answer = await peer.call(3, "get_job", job_id=job["job_id"], wait=600)
    assert model.asked == asked
    assert "It was begun with another API key" in answer["content"][0]["text"]


async def test_a_batch_pauses_when_the_last_caller_has_given_up_wherever_each_was(model: Judge, server: Open) -> None:
    async with server() as peer, server() as other:
        await begun(peer, model)
        await other.begin(1, "analyze_conversation", conversation=CHATS)
        await peer.cancel(1, None)
        await other.cancel(1, None)
        await anyio.sleep(300)
        [job] = await jobs(peer, 2)
    assert "Paused" in job["message"]
    assert model.asked < len(CHATS)


async def test_a_caller_that_left_long_ago_does_not_keep_a_batch_going(model: Judge, server: Open) -> None:
    async with server() as peer, server() as other:
        await begun(peer, model)
        await other.begin(1, "analyze_conversation", conversation=CHATS)
        await other.cancel(1, None)
        await anyio.sleep(0.3)
        await peer.cancel(1, None)
        await anyio.sleep(300)
    assert model.asked < len(CHATS)


async def test_a_get_job_that_is_given_up_pauses_the_batch_that_it_had_resumed(model: Judge, server: Open) -> None:
    async with server() as peer:
        job = await given_up(peer, model)
        asked = model.asked
        await peer.begin(3, "get_job", job_id=job["job_id"], wait=600)
        await anyio.sleep(0.2)
        await peer.cancel(3, None)
        await anyio.sleep(300)
    assert asked < model.asked < len(CHATS)


async def test_a_process_that_lives_is_not_taken_for_dead_although_its_sign_was_removed(
    model: Judge, server: Open, settings: Settings
) -> None:
    async with server() as peer, server():
        await begun(peer, model)
        shutil.rmtree(settings.state_dir / "processes")
        await peer.answer(1)
        await anyio.sleep(100)
    assert model.asked == len(CHATS)
