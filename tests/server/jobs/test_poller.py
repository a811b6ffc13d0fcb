"""What the poller makes of the service's list."""

import pytest

from qwen_localize.dashscope import Page, Row
from qwen_localize.jobs import JobRecord, State
from server.jobs.desk import NOW, Desk, Listed
from server.jobs.records import MODEL, lost_job, record

HOUR = 3600.0


def cut_off(sent: float) -> JobRecord:
    """A job whose process died right after it had begun to submit it."""
    return record(state=State.SUBMITTING, created=sent, changed=sent, sent=sent)


async def test_a_task_made_long_after_a_process_died_is_not_taken_for_what_it_was_sending(desk: Desk) -> None:
    somebody_elses = Row("x", "RUNNING", NOW - HOUR + 120)
    async with desk.polling(Listed([somebody_elses]), cut_off(NOW - HOUR)):
        job = await desk.until("job-a", State.UNCLEAR, State.QUEUED, State.RUNNING)
    assert (job.state, job.upstream_id) == (State.UNCLEAR, None)
    assert "Ask the user before paying again" in job.message


async def test_the_task_of_a_process_that_died_while_sending_is_found_even_much_later(desk: Desk) -> None:
    async with desk.polling(Listed([Row("x", "RUNNING", NOW - HOUR + 0.2)]), cut_off(NOW - HOUR)):
        job = await desk.until("job-a", State.UNCLEAR, State.QUEUED, State.RUNNING)
    assert job.upstream_id == "x"


async def test_a_task_of_a_submission_that_is_still_out_is_not_taken_for_anothers(desk: Desk) -> None:
    gone = lost_job("gone", NOW - 16, NOW - 6)
    out = record("out", state=State.SUBMITTING, owner=desk.presence.name, sent=NOW - 14, created=NOW - 15)
    async with desk.polling(Listed([Row("x", "RUNNING", NOW - 13.9)]), gone, out):
        await desk.after(60)
        assert [(await desk.until(job.id, *State)).upstream_id for job in (gone, out)] == [None, None]
        await desk.store.change("job-out", NOW, state=State.QUEUED, upstream_id="x")
        ended = await desk.until("job-gone", State.FAILED, State.UNCLEAR, State.QUEUED)
    assert ended.state is State.FAILED
    assert "nothing was paid" in ended.message


async def test_a_task_that_the_user_is_asked_about_is_not_taken_for_that_of_the_next_lost_submission(
    desk: Desk,
) -> None:
    jobs = [lost_job("first", NOW - 8, NOW - 2), lost_job("second", NOW - 7, NOW - 2)]
    async with desk.polling(Listed([Row("x", "RUNNING", NOW - 6.9)]), *jobs):
        ended = [await desk.until(job.id, State.UNCLEAR, State.QUEUED, State.RUNNING) for job in jobs]
    assert [job.state for job in ended] == [State.UNCLEAR, State.UNCLEAR]


async def test_a_lost_submission_is_not_judged_by_a_list_that_was_not_read(desk: Desk) -> None:
    class SlowForOthers(Listed):
        async def list_tasks(self, model: str, page: int = 1) -> Page:
            if model != MODEL:
                desk.clock.time += 60
            return await super().list_tasks(model, page)

    other = record("other", model="another", state=State.QUEUED, upstream_id="o", sent=NOW, created=NOW)
    job = lost_job("a", NOW - 2, NOW - 1)
    async with desk.polling(SlowForOthers([Row("x", "RUNNING", NOW - 1.9)]), other, job):
        found = await desk.until("job-a", State.FAILED, State.UNCLEAR, State.QUEUED, State.RUNNING)
    assert found.upstream_id == "x"


async def test_a_lost_submission_that_is_to_be_cancelled_is_looked_for_all_the_same(desk: Desk) -> None:
    class Cancelling(Listed):
        async def cancel(self, task_id: str) -> None:
            self.canceled += 1

    service = Cancelling([Row("x", "PENDING", NOW - 1.9)])
    async with desk.polling(service, lost_job("a", NOW - 2, NOW - 1, cancel=True)):
        ended = await desk.until("job-a", State.FAILED, State.UNCLEAR, State.CANCELED)
    assert (ended.state, ended.upstream_id, service.canceled) == (State.CANCELED, "x", 1)


async def test_what_the_list_no_longer_shows_is_not_said_to_be_unpaid(desk: Desk) -> None:
    async with desk.polling(Listed([]), cut_off(NOW - 25 * HOUR)):
        job = await desk.until("job-a", State.FAILED, State.UNCLEAR)
    assert job.state is State.UNCLEAR
    assert "may be paid" in job.message


async def test_a_list_too_long_to_be_read_whole_does_not_prove_that_nothing_was_paid(desk: Desk) -> None:
    others = [Row(f"x{number}", "SUCCEEDED", NOW - number) for number in range(400, 900)]
    async with desk.polling(Listed(others, pages=99), lost_job("a", NOW - 9 * HOUR, NOW - 9 * HOUR + 1)):
        job = await desk.until("job-a", State.FAILED, State.UNCLEAR)
    assert job.state is State.UNCLEAR


async def test_of_two_lost_submissions_the_one_that_never_arrived_is_told_apart_once_the_other_is_found(
    desk: Desk,
) -> None:
    never, arrived = lost_job("never", NOW - 8, NOW - 7.9), lost_job("arrived", NOW - 6, NOW - 2)
    async with desk.polling(Listed([Row("x", "RUNNING", NOW - 5.9)]), never, arrived):
        found = await desk.until("job-arrived", State.QUEUED, State.RUNNING, State.UNCLEAR)
        ended = await desk.until("job-never", State.FAILED, State.UNCLEAR)
    assert found.upstream_id == "x"
    assert "nothing was paid" in ended.message


async def test_a_cancellation_that_the_service_refuses_holds_up_no_other_job(desk: Desk) -> None:
    stuck = record("stuck", state=State.QUEUED, upstream_id="s", sent=NOW - 9, created=NOW - 9, cancel=True)
    other = record("other", state=State.QUEUED, upstream_id="o", sent=NOW - 8, created=NOW - 8)
    service = Listed([Row("s", "PENDING", NOW - 9), Row("o", "CANCELED", NOW - 8)])
    async with desk.polling(service, stuck, other):
        assert (await desk.until("job-other", State.CANCELED)).state is State.CANCELED
        began, so_far = desk.clock.time, service.canceled
        await desk.after(30)
    # Nor is it asked for again and again without a pause.
    assert service.canceled - so_far <= desk.clock.time - began


async def test_a_job_of_a_tool_that_this_version_lacks_holds_up_no_other_job(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    alien = record("alien", tool="sing", state=State.READY, upstream_id="s", urls=["http://x/y"], created=NOW - 9)
    other = record("other", state=State.QUEUED, upstream_id="o", sent=NOW - 8, created=NOW - 8)
    async with desk.polling(Listed([Row("o", "CANCELED", NOW - 8)]), alien, other):
        assert (await desk.until("job-other", State.CANCELED)).state is State.CANCELED
        await desk.after(60)
    assert [record.message for record in caplog.records] == ["job-alien cannot be followed for a reason nobody foresaw"]


async def test_a_task_missing_from_the_list_is_asked_for_by_its_id(desk: Desk) -> None:
    job = record(state=State.QUEUED, upstream_id="u", sent=NOW, created=NOW, model=MODEL)
    service = Listed([])
    async with desk.polling(service, job):
        ended = await desk.until("job-a", State.FAILED)
    assert "no longer knows this task" in ended.message
    assert service.queried == ["u"]
    assert desk.clock.time - NOW > 30
