"""Submissions whose answers were lost, in an account that others use too, and lists that cannot be trusted."""

import pytest

from qwen_localize.dashscope import Page, Row
from qwen_localize.errors import NoAccess, ServiceFailed
from qwen_localize.jobs import State
from server.jobs.desk import NOW, Desk, Listed
from server.jobs.records import lost_job, record

HOUR = 3600.0
SETTLED = (State.FAILED, State.UNCLEAR, State.QUEUED, State.RUNNING)


async def test_the_task_of_a_job_that_waited_long_for_its_turn_is_not_taken_for_anothers(desk: Desk) -> None:
    late = record("late", state=State.QUEUED, upstream_id="x", created=NOW - 409, sent=NOW - 9)
    async with desk.polling(Listed([Row("x", "RUNNING", NOW - 8.9)]), late, lost_job("gone", NOW - 10, NOW - 8)):
        ended = await desk.until("job-gone", *SETTLED)
    assert (ended.state, ended.upstream_id) == (State.FAILED, None)


async def test_the_task_that_a_lost_submission_with_another_key_may_have_is_not_taken(desk: Desk) -> None:
    theirs = lost_job("theirs", NOW - 10, NOW - 8, scope="another key")
    async with desk.polling(Listed([Row("x", "RUNNING", NOW - 9.9)]), theirs, lost_job("ours", NOW - 9.8, NOW - 8)):
        ended = await desk.until("job-ours", *SETTLED)
    assert ended.state is State.UNCLEAR


@pytest.mark.parametrize(("key_id", "adopted"), [("1001", "x"), ("2002", None)])
async def test_a_task_is_adopted_only_if_it_has_the_key_of_a_known_one(
    desk: Desk, key_id: str, adopted: str | None
) -> None:
    rows = [Row("known", "RUNNING", NOW - 60, "1001"), Row("x", "RUNNING", NOW - 9.9, key_id)]
    known = record("known", state=State.QUEUED, upstream_id="known", created=NOW - 61, sent=NOW - 60)
    async with desk.polling(Listed(rows), known, lost_job("a", NOW - 10, NOW - 8)):
        ended = await desk.until("job-a", *SETTLED)
    assert ended.upstream_id == adopted
    assert (ended.state is State.UNCLEAR) is (adopted is None)


async def test_with_clocks_far_apart_nothing_is_said_to_be_unpaid(desk: Desk) -> None:
    service = Listed([Row("x", "RUNNING", NOW + 330)])
    service.ahead = 331.0
    async with desk.polling(service, lost_job("a", NOW - 2, NOW - 1)):
        ended = await desk.until("job-a", *SETTLED)
    assert ended.state is State.UNCLEAR
    assert "331 s off" in ended.message


async def test_a_lost_submission_is_looked_for_although_the_clock_was_set_back(desk: Desk) -> None:
    before = lost_job("a", NOW + HOUR, NOW + HOUR + 1)
    async with desk.polling(Listed([]), before):
        began = desk.clock.time
        ended = await desk.until("job-a", *SETTLED)
        assert desk.clock.time - began < 60
    assert ended.state is State.FAILED


async def test_a_list_that_is_refused_for_one_model_holds_up_no_other(desk: Desk) -> None:
    class RefusedForOne(Listed):
        async def list_tasks(self, model: str, page: int = 1) -> Page:
            if model == "another":
                raise ServiceFailed("no")
            return await super().list_tasks(model, page)

    stuck = record("stuck", model="another", state=State.QUEUED, upstream_id="s", sent=NOW - 9, created=NOW - 9)
    other = record("other", state=State.QUEUED, upstream_id="o", sent=NOW - 8, created=NOW - 8)
    async with desk.polling(RefusedForOne([Row("o", "CANCELED", NOW - 8)]), stuck, other):
        assert await desk.until("job-other", State.CANCELED)


async def test_tasks_are_asked_for_by_their_ids_if_the_list_is_always_refused(desk: Desk) -> None:
    class Refused(Listed):
        async def list_tasks(self, model: str, page: int = 1) -> Page:
            raise NoAccess("The key has no right to this.")

    job = record(state=State.QUEUED, upstream_id="o", sent=NOW, created=NOW)
    async with desk.polling(Refused([Row("o", "CANCELED", NOW)]), job):
        assert await desk.until("job-a", State.CANCELED)


@pytest.mark.parametrize("status", ["CANCELED", "UNKNOWN"])
async def test_a_task_that_ended_is_collected_although_its_cancellation_is_refused(desk: Desk, status: str) -> None:
    job = record(state=State.QUEUED, upstream_id="s", sent=NOW - 9, created=NOW - 9, cancel=True)
    service = Listed([Row("s", "PENDING", NOW - 9)])
    async with desk.polling(service, job):
        await desk.after(10)
        service.rows = [Row("s", status, NOW - 9)]
        assert await desk.until("job-a", State.CANCELED, State.FAILED)
    assert service.canceled == 1
