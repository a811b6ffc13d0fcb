"""Batches where the disk or the service fails: what was answered is paid, and never lost."""

import shutil
import sqlite3
import threading
import time
from typing import Any

import anyio
import httpx
import pytest
import respx

from fakes_analysis import URL, judge
from qwen_localize.jobs.lifecycle import Lifecycle
from qwen_localize.settings import Settings
from qwen_localize.state import CostLedger, SharedRateLimits, database
from server.jobs.batches import CHATS, Judge, Open, begun, jobs

pytestmark = pytest.mark.process(time="virtual")  # long stories of several servers

ALL_DONE = "40 conversations analysed, 0 failed"


def locked(settings: Settings, seconds: float) -> None:
    """Let another program hold the store for a while."""
    held = threading.Event()

    def hold() -> None:
        connection = sqlite3.connect(settings.state_dir / "jobs.sqlite3", isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        held.set()
        time.sleep(seconds)
        connection.close()

    threading.Thread(target=hold).start()
    held.wait()


@pytest.mark.parametrize(
    ("part", "name", "nth"),
    [
        (Lifecycle, "told", 20),
        (CostLedger, "expect", 20),
        (SharedRateLimits, "reserve", 20),
        (Lifecycle, "working", 1),
    ],
)
async def test_a_store_that_is_locked_for_a_while_ends_no_batch(
    model: Judge, server: Open, settings: Settings, monkeypatch: pytest.MonkeyPatch, part: Any, name: str, nth: int
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    real, calls = getattr(part, name), []

    async def met(self: Any, *arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == nth:
            locked(settings, 0.2)
        return await real(self, *arguments)

    monkeypatch.setattr(part, name, met)
    async with server() as peer:
        answer = await peer.call(1, "analyze_conversation", conversation=CHATS)
    assert ALL_DONE in answer["content"][0]["text"]
    assert model.asked == len(CHATS)


async def test_a_batch_whose_folder_fails_at_the_end_is_put_together_later_from_what_is_paid(
    model: Judge, server: Open, settings: Settings
) -> None:
    async with server() as peer:
        await begun(peer, model)
        shutil.rmtree(settings.output_dir)
        settings.output_dir.write_text("in the way")
        told = await peer.answer(1)
        [job] = await jobs(peer, 2)
        settings.output_dir.unlink()
        again = await peer.call(3, "get_job", job_id=job["job_id"], wait=60)
    assert told["isError"]
    assert "What was answered is paid and kept for three days: do not call again" in told["content"][0]["text"]
    assert job.get("estimated_cost") is None
    assert ALL_DONE in again["content"][0]["text"]
    assert model.asked == len(CHATS)


async def test_a_batch_that_could_not_be_put_together_is_tried_again_by_the_next_server_unasked(
    model: Judge, server: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("qwen_localize_tools.analyze_conversation.as_csv", lambda *_: 1 / 0)
        async with server() as peer:
            told = await peer.call(1, "analyze_conversation", conversation=CHATS)
    assert "What was answered is paid and kept" in told["content"][0]["text"]
    async with server() as peer:
        await anyio.sleep(30)
        [job] = await jobs(peer, 2)
    assert job["status"] == "succeeded"
    assert model.asked == len(CHATS)


async def test_a_batch_that_could_not_be_put_together_can_be_cancelled(
    model: Judge, server: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qwen_localize_tools.analyze_conversation.as_csv", lambda *_: 1 / 0)
    async with server() as peer:
        await peer.call(1, "analyze_conversation", conversation=CHATS)
        [job] = await jobs(peer, 2)
        answer = await peer.call(3, "cancel_job", job_id=job["job_id"])
    assert answer["structuredContent"]["status"] == "canceled"


async def test_kept_answers_that_make_no_sense_are_asked_for_anew(httpx2_mock: respx.Router, server: Open) -> None:
    nonsense = [httpx.Response(200, json={"id": "x", "choices": []})] * 8

    async def answer(request: httpx.Request) -> httpx.Response:
        await anyio.sleep(1)
        return nonsense.pop() if nonsense else judge(request)

    route = httpx2_mock.post(URL).mock(side_effect=answer)
    async with server() as peer:
        for number in (1, 2, 3):
            told = await peer.call(number, "analyze_conversation", conversation=CHATS)
    assert ALL_DONE in told["content"][0]["text"]
    assert route.call_count == len(CHATS) + 8


async def test_a_batch_can_be_done_under_a_daily_budget(model: Judge, server: Open) -> None:
    async with server(daily_budget=5.0) as peer:
        answer = await peer.call(1, "analyze_conversation", conversation=CHATS)
    assert ALL_DONE in answer["content"][0]["text"]
