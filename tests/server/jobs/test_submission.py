"""The moment of paying: what is said, and what is kept, when it goes wrong."""

from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest
import respx

from fakes import RESULT_URL, TASK, Service, listed
from qwen_localize.dashscope import Limit
from qwen_localize.errors import StateUnavailable
from qwen_localize.jobs import Ending, JobRecord, Kind, Order, Runner, State, Store, Tell
from qwen_localize.jobs.submission import Submission
from server.jobs.desk import Desk, Listed
from server.jobs.records import record
from server.jobs.world import assert_nothing_lost, draw, world
from support import Connect, FastClock, words


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("debt@submit", "The account cannot pay for this call"), ("nokey@submit", "refused the API key")],
)
async def test_a_refused_submission_is_told_in_the_services_words(tmp_path: Path, fault: str, expected: str) -> None:
    async with world(tmp_path, [fault]) as w:
        [outcome] = await w.translate(1)
    assert outcome.is_error
    assert expected in outcome.words
    assert not w.sandbox.ledger.paid


@pytest.mark.parametrize("answer", [{}, {"output": {}}, {"output": {"task_id": TASK, "task_status": "SUSPENDED"}}])
async def test_an_accepted_submission_whose_answer_makes_no_sense_is_looked_for_in_the_list(
    httpx2_mock: respx.Router, connect: Connect, fast: FastClock, tmp_path: Path, answer: dict[str, Any]
) -> None:
    service, made = Service(httpx2_mock), []

    def accepted(_: httpx.Request) -> httpx.Response:
        made.append(fast.wall())
        return httpx.Response(200, json=answer | {"request_id": "r"})

    service.submit.side_effect = accepted
    service.list.side_effect = lambda _: listed("SUCCEEDED", gmt_create=made[0] * 1000)
    service.query.return_value = httpx.Response(
        200, json={"output": {"task_id": TASK, "task_status": "SUCCEEDED", "image_url": RESULT_URL}}
    )
    async with connect() as client:
        result = await client.call_tool("translate_image", {"image": str(draw(tmp_path, 0)), "target_lang": "ru"})
    assert "Saved" in words(result)
    assert service.submit.call_count == 1


async def test_the_id_of_a_paid_task_is_written_down_as_soon_as_the_disk_takes_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [StateUnavailable("The job store cannot be used (database or disk is full).")] * 3
    change = Store.change

    async def changed(store: Store, job_id: str, at: float, **values: Any) -> JobRecord | None:
        if values.get("state") is State.QUEUED and refusals:
            raise refusals.pop()
        return await change(store, job_id, at, **values)

    monkeypatch.setattr(Store, "change", changed)
    async with world(tmp_path) as w:
        outcomes = await w.translate(1)
    assert_nothing_lost(w, outcomes, unpaid=0)


FAILURE = {"code": "RequestTimeOut", "message": "Request timed out."}


async def test_a_task_that_the_service_accepted_in_spite_of_its_error_is_found_and_not_paid_again(
    httpx2_mock: respx.Router, connect: Connect, fast: FastClock, tmp_path: Path
) -> None:
    service, made = Service(httpx2_mock), []

    def failed(_: httpx.Request) -> httpx.Response:
        made.append(fast.wall())
        return httpx.Response(500, json=FAILURE)

    service.submit.side_effect = failed
    service.list.side_effect = lambda _: listed("SUCCEEDED", gmt_create=made[0] * 1000)
    async with connect() as client:
        result = await client.call_tool("translate_image", {"image": str(draw(tmp_path, 0)), "target_lang": "ru"})
    assert "Saved" in words(result)
    assert service.submit.call_count == 1


async def test_a_submission_that_failed_and_is_not_listed_is_told_in_the_services_words_and_is_free(
    httpx2_mock: respx.Router, connect: Connect, tmp_path: Path
) -> None:
    service = Service(httpx2_mock)
    service.submit.side_effect = lambda _: httpx.Response(500, json=FAILURE)
    service.list.side_effect = lambda _: httpx.Response(200, json={"data": [], "total_page": 1})
    httpx2_mock._assert_all_called = False
    async with connect() as client:
        result = await client.call_tool("translate_image", {"image": str(draw(tmp_path, 0)), "target_lang": "ru"})
        spent = await client.read_resource("qwen-localize://usage")
    assert result.is_error
    assert "Request timed out." in words(result)
    assert "lists no such task, so nothing was paid" in words(result)
    assert spent.contents[0].model_dump()["text"] == "[]"


async def test_a_submission_that_was_turned_away_before_it_was_lost_is_looked_for_by_its_last_time(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, ["burst@submit:3", "drop@submit:1"]) as w:
        [outcome] = await w.translate(1)
    assert outcome.files
    assert w.submissions() == 1


async def test_a_job_whose_caller_left_while_it_was_written_down_is_sent_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, add = anyio.Event(), Store.add

    async def added(store: Store, record: JobRecord, cap: float | None = None) -> JobRecord:
        found = await add(store, record, cap)
        if not written.is_set():
            written.set()
            await anyio.lowlevel.checkpoint()
        return found

    monkeypatch.setattr(Store, "add", added)
    async with world(tmp_path) as w:
        async with anyio.create_task_group() as group:
            group.start_soon(w.translate, 1)
            await written.wait()
            group.cancel_scope.cancel()
        outcomes = await w.translate(1)
    assert_nothing_lost(w, outcomes, unpaid=0)


async def test_a_failure_that_the_disk_does_not_take_at_first_is_written_down_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = StateUnavailable("The job store cannot be used (database or disk is full).")
    refusals = {State.SUBMITTING: [full], State.FAILED: [full] * 2}
    change = Store.change

    async def changed(store: Store, job_id: str, at: float, **values: Any) -> JobRecord | None:
        if refusals.get(values.get("state", State.READY)):
            raise refusals[values["state"]].pop()
        return await change(store, job_id, at, **values)

    monkeypatch.setattr(Store, "change", changed)
    async with world(tmp_path) as w:
        [outcome] = await w.translate(1)
        again = await w.translate(1)
    assert "The job store cannot be used" in outcome.words
    assert_nothing_lost(w, again, unpaid=0)


async def test_a_batch_that_is_cancelled_before_it_begins_does_nothing(desk: Desk) -> None:
    worked = False

    async def work(_: Tell) -> Ending:
        nonlocal worked
        worked = True
        return Ending("done", {}, [], {}, None)

    async with desk.polling(Listed([])) as poller, anyio.create_task_group() as group:
        job = await desk.store.add(record(kind=Kind.BATCH, owner=desk.presence.name))
        await Runner(poller, group).cancel(job.id)
        order = Order("t", "l", "d", "m", Limit(60), "", "/nowhere", "", None, None, Kind.BATCH, work=work)
        await Submission(poller).run(job, order)
    assert not worked
