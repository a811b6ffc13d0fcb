"""Batches that are given up, wanted again and cancelled in the worst moments, in one server or in two.

What is awaited here in a moment that is usually short is drawn out, so that the other side is surely quicker.
"""

import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
import pytest
import respx

from fakes_analysis import URL, judge
from qwen_localize.errors import StateUnavailable
from qwen_localize.jobs import JobRecord, JobStore
from qwen_localize.jobs.lifecycle import Lifecycle
from server.jobs.batches import CHATS, MANY, Judge, Open, begun, given_up, jobs
from virtual_time import until

pytestmark = pytest.mark.process(time="virtual")  # long stories of several servers

Change = Callable[..., Awaitable[JobRecord | None]]


class Slow:
    """A change of the lifecycle that takes its time, the nth time, before or after it is made."""

    def __init__(self, change: Change, nth: int, before: float = 0.0, after: float = 0.0) -> None:
        self._change, self._nth, self._before, self._after = change, nth, before, after
        self.calls = 0
        self.made = False

    def __get__(self, lifecycle: Lifecycle, _: Any = None) -> Change:
        async def made(job: JobRecord, *arguments: Any) -> JobRecord | None:
            self.calls += 1
            now = self.calls == self._nth
            await anyio.sleep(self._before if now else 0)
            changed = await self._change(lifecycle, job, *arguments)
            self.made = self.made or now
            await anyio.sleep(self._after if now else 0)
            return changed

        return made


def text(answer: dict[str, Any]) -> str:
    return str(answer["content"][0]["text"])


async def test_a_store_that_cannot_be_read_while_a_batch_pauses_leaves_it_paused_and_not_hanging(
    model: Judge, server: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = JobStore.get
    failed: list[str] = []

    async def get(store: JobStore, job_id: str) -> JobRecord | None:
        if model.asked > 20 and len(failed) < 3 and any(frame.name == "_do" for frame in traceback.extract_stack()):
            failed.append(job_id)
            raise StateUnavailable("disk I/O error")
        return await real(store, job_id)

    monkeypatch.setattr(JobStore, "get", get)
    async with server() as peer:
        job = await given_up(peer, model)
        assert failed
        answer = await peer.call(3, "get_job", job_id=job["job_id"], wait=600)
    assert "Paused" in job["message"]
    assert answer["structuredContent"]["status"] == "succeeded"


async def test_a_batch_that_is_wanted_and_given_up_again_while_it_pauses_pauses_and_can_go_on(
    model: Judge, server: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused = Slow(Lifecycle.paused, 1, after=1)
    monkeypatch.setattr(Lifecycle, "paused", paused)
    async with server() as peer:
        await begun(peer, model)
        await peer.cancel(1, None)
        await anyio.sleep(1)
        [job] = await jobs(peer, 2)
        await peer.begin(3, "get_job", job_id=job["job_id"], wait=600)
        await until(lambda: paused.made)
        await peer.cancel(3, None)
        await anyio.sleep(300)
        answer = await peer.call(6, "get_job", job_id=job["job_id"], wait=600)
    assert answer["structuredContent"]["status"] == "succeeded"
    assert model.asked == len(CHATS)


async def test_a_batch_that_is_given_up_while_another_server_takes_it_up_pauses_and_can_go_on(
    model: Judge, server: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    working = Slow(Lifecycle.working, 2, before=1.5)
    monkeypatch.setattr(Lifecycle, "working", working)
    async with server() as other:
        async with server() as peer:
            await begun(peer, model)
            await other.begin(1, "analyze_conversation", conversation=CHATS)
            await anyio.sleep(1)
        await until(lambda: working.calls >= 2)
        await other.cancel(1, None)
        await anyio.sleep(300)
        [job] = await jobs(other, 2)
        answer = await other.call(6, "get_job", job_id=job["job_id"], wait=600)
    assert "Paused" in job["message"]
    assert answer["structuredContent"]["status"] == "succeeded"


@pytest.mark.parametrize("how", ["get_job", "the same call"])
async def test_a_call_that_is_given_up_at_once_does_not_leave_a_batch_going(
    model: Judge, server: Open, how: str
) -> None:
    async with server() as peer:
        job = await given_up(peer, model, chats=MANY)
        if how == "get_job":
            await peer.begin(3, "get_job", job_id=job["job_id"], wait=600)
        else:
            await peer.begin(3, "analyze_conversation", conversation=MANY)
        await peer.cancel(3, None)
        await anyio.sleep(300)
        [job] = await jobs(peer, 5)
    assert "Paused" in job["message"]
    assert model.asked < len(MANY)


async def test_what_is_turned_away_while_its_batch_pauses_does_not_go_out_again(
    httpx2_mock: respx.Router, server: Open
) -> None:
    asked, refused, failing = [0], [0], [False]

    async def answer(request: httpx.Request) -> httpx.Response:
        asked[0] += 1
        number = asked[0]
        await anyio.sleep(10 if number % 2 else 4)
        if failing[0] and not number % 2 and refused[0] < 3:
            refused[0] += 1
            error = {"error": {"code": "ServiceUnavailable", "message": "x"}}
            return httpx.Response(503, json=error, headers={"retry-after": "8"})
        return judge(request)

    httpx2_mock.post(URL).mock(side_effect=answer)
    async with server() as peer, server() as other:
        await peer.begin(1, "analyze_conversation", conversation=CHATS)
        await until(lambda: asked[0] >= 8)
        failing[0] = True
        await peer.cancel(1, None)
        await anyio.sleep(30)
        [job] = await jobs(other, 2)
        assert "Paused" in job["message"]
        await other.call(3, "analyze_conversation", conversation=CHATS)
        await anyio.sleep(100)
    assert asked[0] == len(CHATS) + refused[0]


async def test_a_batch_that_was_begun_before_is_not_said_to_be_unpaid_when_it_is_cancelled(
    model: Judge, server: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lifecycle, "working", Slow(Lifecycle.working, 2, before=2))
    async with server() as peer:
        job = await given_up(peer, model)
        await peer.begin(3, "get_job", job_id=job["job_id"], wait=600)
        await anyio.sleep(1)
        answer = await peer.call(4, "cancel_job", job_id=job["job_id"])
    assert "What was answered before is paid" in answer["structuredContent"]["message"]


async def test_a_cancellation_is_not_lost_to_a_batch_that_goes_on_in_the_same_moment(
    model: Judge, server: Open
) -> None:
    async with server() as peer:
        job = await given_up(peer, model, chats=MANY)
        await peer.begin(3, "get_job", job_id=job["job_id"], wait=600)
        await peer.call(4, "cancel_job", job_id=job["job_id"])
        await anyio.sleep(300)
        [job] = await jobs(peer, 5)
    assert job["status"] == "canceled"
    assert model.asked < len(MANY)


async def test_a_batch_that_is_cancelled_while_another_server_goes_on_with_it_stops(
    model: Judge, server: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lifecycle, "stopped", Slow(Lifecycle.stopped, 1, before=2))
    async with server() as peer, server() as other:
        job = await given_up(peer, model, chats=MANY)
        await peer.begin(4, "cancel_job", job_id=job["job_id"])
        await anyio.sleep(0.5)
        await other.begin(3, "get_job", job_id=job["job_id"], wait=600)
        answer = await peer.answer(4)
        asked = model.asked
        await anyio.sleep(300)
    assert answer["structuredContent"]["status"] == "canceled"
    assert model.asked == asked < len(MANY)


async def test_a_batch_that_is_cancelled_in_the_moment_in_which_it_pauses_is_cancelled(
    model: Judge, server: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused = Slow(Lifecycle.paused, 1, before=1)
    monkeypatch.setattr(Lifecycle, "paused", paused)
    async with server() as peer:
        await begun(peer, model)
        [job] = await jobs(peer, 2)
        await peer.cancel(1, None)
        await until(lambda: paused.calls > 0)
        answer = await peer.call(4, "cancel_job", job_id=job["job_id"])
    assert answer["structuredContent"]["status"] == "canceled"


async def test_a_batch_that_breaks_off_waits_for_what_is_out(
    model: Judge, server: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, told = Lifecycle.told, []

    async def broken(lifecycle: Lifecycle, job: JobRecord, words: str) -> None:
        told.append(words)
        if len(told) == 4:
            raise RuntimeError("nobody foresaw this")
        await real(lifecycle, job, words)

    monkeypatch.setattr(Lifecycle, "told", broken)
    async with server() as peer, server() as other:
        answer = await peer.call(1, "analyze_conversation", conversation=CHATS)
        [job] = await jobs(other, 2)
        again = await other.call(3, "get_job", job_id=job["job_id"], wait=600)
    assert "pays only for the rest" in text(answer)
    assert "40 conversations analysed, 0 failed" in text(again)
    assert model.asked == len(CHATS)


async def test_nonsense_that_nobody_waited_for_is_asked_for_anew(httpx2_mock: respx.Router, server: Open) -> None:
    asked = [0]

    async def answer(request: httpx.Request) -> httpx.Response:
        asked[0] += 1
        number = asked[0]
        await anyio.sleep(5)
        return httpx.Response(200, json={"id": "x", "choices": []}) if number <= 8 else judge(request)

    httpx2_mock.post(URL).mock(side_effect=answer)
    async with server() as peer:
        await peer.begin(1, "analyze_conversation", conversation=CHATS)
        await until(lambda: asked[0] >= 3)
        await peer.cancel(1, None)
        await anyio.sleep(60)
        told = await peer.call(3, "analyze_conversation", conversation=CHATS)
    assert "40 conversations analysed, 0 failed" in text(told)
    assert asked[0] == len(CHATS) + 8
