"""What the poller makes of the service's list."""

import json
from typing import Any

import anyio
import pytest

from qwen_localize.dashscope import Row, TaskList
from qwen_localize.errors import NoAccess, ServiceFailed, StateUnavailable
from qwen_localize.jobs import FileLeader, State
from qwen_localize.jobs.poller import FAULT_SECONDS
from qwen_localize.jobs.schedule import MOST_SLOWDOWN
from server.jobs.desk import NOW, Desk, Listed
from server.jobs.records import MODEL, lost_job, record

DAY = 24 * 3600.0

ENDED = (State.SUCCEEDED, State.FAILED, State.NEEDS_DECISION, State.CANCELED)


async def test_a_cancellation_that_the_service_refuses_holds_up_no_other_job(desk: Desk) -> None:
    stuck = record("stuck", state=State.QUEUED, upstream_id="s", sent=NOW - 9, created=NOW - 9, cancel=True)
    other = record("other", state=State.QUEUED, upstream_id="o", sent=NOW - 8, created=NOW - 8)
    service = Listed([Row("s", "PENDING", NOW - 9), Row("o", "CANCELED", NOW - 8)])
    async with desk.polling(service, stuck, other):
        await desk.until("job-other", State.CANCELED)
        so_far = service.canceled
        await anyio.sleep(30)
    # Nor is it asked for again and again without a pause.
    assert service.canceled - so_far <= 30


@pytest.mark.parametrize("state", [State.READY, State.QUEUED, State.PREPARED, State.SUBMITTING])
async def test_a_job_of_a_tool_that_this_version_lacks_waits_and_holds_up_no_other_job(
    desk: Desk, caplog: pytest.LogCaptureFixture, state: State
) -> None:
    alien = record("alien", tool="sing", state=state, upstream_id="s", urls=["http://x/y"], created=NOW - 9)
    other = record("other", state=State.QUEUED, upstream_id="o", sent=NOW - 8, created=NOW - 8)
    async with desk.polling(Listed([Row("o", "CANCELED", NOW - 8)]), alien, other):
        await desk.until("job-other", State.CANCELED)
        await anyio.sleep(600)
        assert (await desk.job("job-alien")).state is state
    assert not caplog.records


async def test_a_task_missing_from_the_list_is_asked_for_by_its_id(desk: Desk) -> None:
    job = record(state=State.QUEUED, upstream_id="u", sent=NOW - DAY, created=NOW - DAY, model=MODEL)
    service = Listed()
    async with desk.polling(service, job):
        ended = await desk.until("job-a", State.FAILED)
    assert "no longer knows this task" in ended.message
    assert ended.cost == 0.003
    assert service.queried == ["u"]


async def test_a_young_task_that_the_service_says_it_does_not_know_is_asked_for_again(desk: Desk) -> None:
    service = Listed([Row("t", "UNKNOWN", NOW - 4)])
    async with desk.polling(service, record(state=State.QUEUED, upstream_id="t", created=NOW - 5, sent=NOW - 5)):
        await anyio.sleep(60)
        service.rows = [Row("t", "SUCCEEDED", NOW - 4)]
        await desk.until("job-a", State.SUCCEEDED)


async def test_a_task_that_was_denied_once_long_ago_is_not_given_up_when_it_is_denied_once_more(desk: Desk) -> None:
    service = Listed([Row("t", "UNKNOWN", NOW - 4)])
    async with desk.polling(service, record(state=State.QUEUED, upstream_id="t", created=NOW - 5, sent=NOW - 5)):
        for status, seconds in (("UNKNOWN", 5), ("RUNNING", 1000), ("UNKNOWN", 8), ("SUCCEEDED", 60)):
            service.rows = [Row("t", status, NOW - 4)]
            await anyio.sleep(seconds)
        assert (await desk.job()).state is State.SUCCEEDED


async def test_of_a_young_task_that_the_service_denies_again_and_again_the_user_is_asked(desk: Desk) -> None:
    job = record(state=State.QUEUED, upstream_id="u", sent=NOW, created=NOW, model=MODEL)
    service = Listed()
    async with desk.polling(service, job):
        ended = await desk.until("job-a", State.NEEDS_DECISION)
        assert 600 < desk.clock.wall() - NOW < 1200
    assert "it may be paid for. Ask the user" in ended.message
    assert ended.cost == 0.003


async def test_a_list_that_is_refused_for_one_model_holds_up_no_other(desk: Desk) -> None:
    class RefusedForOne(Listed):
        async def list_tasks(self, model: str, page: int = 1) -> TaskList:
            if model == "another":
                raise ServiceFailed("no")
            return await super().list_tasks(model, page)

    stuck = record("stuck", model="another", state=State.QUEUED, upstream_id="s", sent=NOW - 9, created=NOW - 9)
    other = record("other", state=State.QUEUED, upstream_id="o", sent=NOW - 8, created=NOW - 8)
    async with desk.polling(RefusedForOne([Row("o", "CANCELED", NOW - 8)]), stuck, other):
        await desk.until("job-other", State.CANCELED)


async def test_tasks_are_asked_for_by_their_ids_if_the_list_is_always_refused(desk: Desk) -> None:
    class Refused(Listed):
        async def list_tasks(self, model: str, page: int = 1) -> TaskList:
            raise NoAccess("The key has no right to this.")

    job = record(state=State.QUEUED, upstream_id="o", sent=NOW, created=NOW)
    async with desk.polling(Refused([Row("o", "CANCELED", NOW)]), job):
        await desk.until("job-a", State.CANCELED)


@pytest.mark.parametrize("status", ["CANCELED", "UNKNOWN"])
async def test_a_task_that_ended_is_collected_although_its_cancellation_is_refused(desk: Desk, status: str) -> None:
    job = record(state=State.QUEUED, upstream_id="s", sent=NOW - 9, created=NOW - 9, cancel=True)
    service = Listed([Row("s", "PENDING", NOW - 9)])
    async with desk.polling(service, job):
        await anyio.sleep(10)
        service.rows = [Row("s", status, NOW - 9)]
        await desk.until("job-a", State.CANCELED, State.NEEDS_DECISION)


async def test_a_lost_submission_that_is_to_be_cancelled_is_looked_for_all_the_same(desk: Desk) -> None:
    class Cancelling(Listed):
        async def cancel(self, task_id: str) -> None:
            self.canceled += 1

    service = Cancelling([Row("x", "SUCCEEDED", NOW - 1.9)], made_of={"x": "a"})
    async with desk.polling(service, lost_job("a", NOW - 2, NOW - 1, cancel=True)):
        ended = await desk.until("job-a", *ENDED)
    assert ended.upstream_id == "x"


async def test_after_refusals_the_list_is_read_slowly_and_soon_as_often_as_before_once_it_answers(desk: Desk) -> None:
    """A poller that never speeds up again keeps everybody waiting for the rest of the day."""

    class Busy(Listed):
        busy = False

        async def list_tasks(self, model: str, page: int = 1) -> TaskList:
            page_of = await super().list_tasks(model, page)
            if self.busy:
                raise ServiceFailed("no")
            return page_of

    service = Busy([Row("o", "RUNNING", NOW)])

    async def reads(seconds: float) -> int:
        before = service.lists
        await anyio.sleep(seconds)
        return service.lists - before

    async with desk.polling(service, record(state=State.QUEUED, upstream_id="o", sent=NOW + 1000, created=NOW)):
        usual = await reads(20)
        service.busy = True
        await reads(120)
        slow = await reads(20 * MOST_SLOWDOWN)
        service.busy = False
        await reads(60)
        again = await reads(20)
    assert slow <= 40
    assert again == pytest.approx(usual, abs=2)
    assert usual >= 15


@pytest.mark.parametrize("output", [{}, {"url": 7}, {"url": None}, {"url": ""}, {"url": ["x"]}, {"other": 1}])
async def test_a_task_whose_answer_is_not_understood_is_paid_kept_and_asked_about(
    desk: Desk, caplog: pytest.LogCaptureFixture, output: dict[str, object]
) -> None:
    service = Listed([Row("o", "SUCCEEDED", NOW)], made_of={"o": "a"})
    service.output = {"task_id": "o"} | output
    async with desk.polling(service, record(state=State.QUEUED, upstream_id="o", sent=NOW, created=NOW)):
        job = await desk.until("job-a", *ENDED)
    assert (job.state, job.cost) == (State.NEEDS_DECISION, 0.003)
    assert "It counts as paid, and what the service said is kept with the job" in job.message
    assert json.loads(job.answer) == service.output


async def test_a_fault_of_ours_is_met_again_only_after_a_while_and_holds_up_nobody(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    class Faulty(Listed):
        async def query(self, task_id: str) -> object:  # type: ignore[override]
            if task_id == "s" and len(self.queried) < 3:
                self.queried.append(task_id)
                raise ZeroDivisionError
            return await super().query(task_id)

    rows = [Row("s", "CANCELED", NOW), Row("o", "CANCELED", NOW)]
    jobs = [record(name, state=State.QUEUED, upstream_id=name, sent=NOW, created=NOW) for name in "so"]
    async with desk.polling(Faulty(rows), *jobs):
        await desk.until("job-o", State.CANCELED)
        assert (await desk.job("job-s")).state is State.QUEUED
        await desk.until("job-s", State.CANCELED)
        assert desk.clock.wall() - NOW > FAULT_SECONDS
    assert "cannot be followed for a reason nobody foresaw; it is tried again" in caplog.text


async def test_while_the_store_is_away_polling_pauses_in_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looked, within = list[str](), desk.store.within

    async def away(*args: Any) -> Any:
        looked.append("")
        if len(looked) in (3, 4):  # the poller leads by then, and is on its way to lead again
            raise StateUnavailable("The database is away.")
        return await within(*args)

    monkeypatch.setattr(desk.store, "within", away)
    service = Listed([Row("a", "RUNNING", NOW)])
    async with desk.polling(service, record(state=State.QUEUED, upstream_id="a", sent=NOW, created=NOW)):
        await anyio.sleep(30)
        service.rows = [Row("a", "CANCELED", NOW)]
        await desk.until("job-a", State.CANCELED)
    assert [entry.getMessage() for entry in caplog.records] == ["Polling pauses: The database is away."] * 2
    assert not any(entry.exc_info for entry in caplog.records)


async def test_a_process_that_leads_no_more_lets_the_others_lead(desk: Desk) -> None:
    """The leader's lock is let go of as soon as nothing is open."""
    async with desk.polling(Listed([Row("o", "CANCELED", NOW)])) as parts:
        for name in "ab":
            await desk.add(record(name, state=State.QUEUED, upstream_id="o", sent=NOW, created=NOW, digest=name))
            parts.env.woken.happened()
            await desk.until(f"job-{name}", State.CANCELED)
            await anyio.sleep(5)
            other = FileLeader(desk.folder / "poller.lock")
            assert await other.take()
            await other.release()
