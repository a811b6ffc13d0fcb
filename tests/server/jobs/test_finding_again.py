"""Whose a task is: lost submissions are looked for in the list of an account that others use too."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from qwen_localize.dashscope import Gone, Row, TaskList, Waiting
from qwen_localize.dashscope.tasks import TaskState
from qwen_localize.errors import Expired, Spoiled
from qwen_localize.jobs import FilePresence, State
from server.jobs.desk import NOW, TASK, Desk, Listed
from server.jobs.records import MODEL, SETTLED, cut_off, lost_job, record

HOUR = 3600.0
ASKED = "Ask the user before paying again"


# What is never taken for ours.


async def test_another_programs_task_of_the_same_second_is_not_delivered_as_ours(desk: Desk) -> None:
    """Killed between journal and send; somebody else with the same key was quicker than the restart."""
    service = Listed([Row("x", "SUCCEEDED", NOW - 9.8)])
    async with desk.polling(service, cut_off(NOW - 10)):
        job = await desk.until("job-a", *SETTLED)
    assert (job.state, job.upstream_id) == (State.NEEDS_DECISION, None)
    assert ASKED in job.message
    assert not desk.out.exists()


async def test_a_task_made_after_the_process_was_gone_is_not_even_looked_at(desk: Desk, tmp_path: Path) -> None:
    died = FilePresence(tmp_path, NOW)
    died.beat(NOW - 9.9)
    await died.leave()
    service = Listed([Row("x", "SUCCEEDED", NOW - 5)], made_of={"x": "a"})
    job = record(state=State.SUBMITTING, created=NOW - 10, sent=NOW - 10, owner=died.name)
    async with desk.polling(service, job):
        found = await desk.until("job-a", *SETTLED)
    assert found.state is State.NEEDS_DECISION
    assert service.fetched == []


async def test_a_task_of_another_result_size_or_scene_is_never_ours_however_well_its_time_fits(desk: Desk) -> None:
    rows = [Row("x", "SUCCEEDED", NOW - 1.9), Row("y", "SUCCEEDED", NOW - 1.8)]
    async with desk.polling(Listed(rows, made_of={"x": "b"}), lost_job("a", NOW - 2, NOW - 1)):
        job = await desk.until("job-a", *SETTLED)
    assert job.state is State.NEEDS_DECISION


async def test_where_a_result_cannot_be_compared_the_user_is_asked(desk: Desk) -> None:
    behind_a_url = lost_job(
        "a", NOW - 2, NOW - 1, inputs=[{"name": "a", "url": "https://x/a", "digest": "", "mime_type": ""}]
    )
    service = Listed([Row("x", "SUCCEEDED", NOW - 1.9)], made_of={"x": "a"})
    async with desk.polling(service, behind_a_url):
        assert (await desk.until("job-a", *SETTLED)).state is State.NEEDS_DECISION


@pytest.mark.parametrize("trouble", ["gone", "no url"])
async def test_a_candidate_whose_result_cannot_be_had_is_not_taken(desk: Desk, trouble: str) -> None:
    service = Listed([Row("x", "SUCCEEDED", NOW - 1.9)], made_of={"x": trouble})
    service.output = {"nothing": 1} if trouble == "no url" else None
    async with desk.polling(service, lost_job("a", NOW - 2, NOW - 1)):
        assert (await desk.until("job-a", *SETTLED)).state is State.NEEDS_DECISION


async def test_two_tasks_of_the_same_picture_are_told_apart_by_nothing(desk: Desk) -> None:
    rows = [Row("x", "SUCCEEDED", NOW - 1.9), Row("y", "SUCCEEDED", NOW - 1.8)]
    async with desk.polling(Listed(rows, made_of={"x": "a", "y": "a"}), lost_job("a", NOW - 2, NOW - 1)):
        assert (await desk.until("job-a", *SETTLED)).state is State.NEEDS_DECISION


async def test_one_task_that_two_lost_jobs_of_the_same_picture_may_have_is_given_to_neither(desk: Desk) -> None:
    jobs = [lost_job("a", NOW - 2, NOW - 1), lost_job("b", NOW - 2, NOW - 1, inputs=record("a").inputs)]
    async with desk.polling(Listed([Row("x", "SUCCEEDED", NOW - 1.5)], made_of={"x": "a"}), *jobs):
        ended = [await desk.until(job.id, *SETTLED) for job in jobs]
    assert [job.state for job in ended] == [State.NEEDS_DECISION] * 2


@pytest.mark.parametrize("state", [State.NEEDS_DECISION, State.SUBMITTING])
async def test_a_task_that_another_job_may_still_turn_out_to_have_is_not_taken(desk: Desk, state: State) -> None:
    other = record(
        "other", state=state, owner=desk.presence.name, sent=NOW - 2.1, lost=NOW - 1, inputs=record("a").inputs
    )
    service = Listed([Row("x", "SUCCEEDED", NOW - 1.9)], made_of={"x": "a"})
    async with desk.polling(service, other, lost_job("a", NOW - 2, NOW - 1)):
        assert (await desk.until("job-a", *SETTLED)).state is State.NEEDS_DECISION


async def test_a_task_that_one_still_being_sent_may_have_is_not_taken_however_long_its_answer_takes(desk: Desk) -> None:
    other = record("b", state=State.SUBMITTING, owner=desk.presence.name, sent=NOW - 12, inputs=record("a").inputs)
    service = Listed([Row("x", "SUCCEEDED", NOW - 9)], made_of={"x": "a"})
    async with desk.polling(service, other, lost_job("a", NOW - 14, NOW - 6)) as parts:
        await anyio.sleep(15)
        assert (await desk.job()).state is State.UNCONFIRMED
        await parts.env.lifecycle.submitted(other, "x")
        assert (await desk.until("job-a", State.QUEUED, *SETTLED)).upstream_id == "task-1"


async def test_a_task_that_another_may_have_by_a_clock_that_is_off_is_not_taken(desk: Desk) -> None:
    """The service's clock is 2 s behind, so that the task of the second has the time of the first."""
    jobs = [lost_job("a", NOW - 30, NOW - 28), lost_job("b", NOW - 27.5, NOW - 26, inputs=record("a").inputs)]
    service = Listed([Row("x", "SUCCEEDED", NOW - 29.4)], made_of={"x": "a"})
    service.ahead = -2.0
    async with desk.polling(service, *jobs):
        assert (await desk.until("job-a", *SETTLED)).state is State.NEEDS_DECISION


async def test_a_task_that_one_which_was_given_up_may_have_is_not_taken(desk: Desk) -> None:
    other = lost_job("b", NOW - 30, NOW - 28, inputs=record("a").inputs)
    service = Listed([Row("x", "SUCCEEDED", NOW - 29)], made_of={"x": "a"})
    async with desk.parts(service, other, lost_job("a", NOW - 30, NOW - 28)) as parts:
        await parts.env.lifecycle.needs_decision(other, "Ask the user.")
        await parts.runner.cancel("job-b")
        parts.group.start_soon(parts.poller.run)
        job = await desk.until("job-a", *SETTLED)
    assert (job.state, job.upstream_id) == (State.NEEDS_DECISION, None)


async def test_a_job_whose_task_is_known_has_no_claim_to_another(desk: Desk) -> None:
    other = record("b", state=State.NEEDS_DECISION, upstream_id="y", sent=NOW - 2.1, inputs=record("a").inputs)
    service = Listed([Row("x", "SUCCEEDED", NOW - 1.9)], made_of={"x": "a"})
    async with desk.polling(service, other, lost_job("a", NOW - 2, NOW - 1)):
        assert (await desk.until("job-a", *SETTLED)).upstream_id == "x"


async def test_the_task_of_a_job_that_waited_long_for_its_turn_is_known_to_be_its_own(desk: Desk) -> None:
    late = record("late", state=State.QUEUED, upstream_id="x", created=NOW - 409, sent=NOW - 9)
    service = Listed([Row("x", "RUNNING", NOW - 8.9)])
    async with desk.polling(service, late, lost_job("gone", NOW - 40, NOW - 8)):
        await anyio.sleep(60)
        assert (await desk.job("job-gone")).upstream_id != "x"


@pytest.mark.parametrize(("key_id", "found"), [("1001", "x"), ("2002", None)])
async def test_only_a_task_with_the_key_of_a_known_one_is_a_candidate(
    desk: Desk, key_id: str, found: str | None
) -> None:
    rows = [Row("known", "RUNNING", NOW - 60, "1001"), Row("x", "SUCCEEDED", NOW - 9.9, key_id)]
    known = record("known", state=State.QUEUED, upstream_id="known", created=NOW - 61, sent=NOW - 60)
    async with desk.polling(Listed(rows, made_of={"x": "a"}), known, lost_job("a", NOW - 10, NOW - 8)):
        ended = await desk.until("job-a", *SETTLED)
    assert ended.upstream_id == found
    assert (ended.state is State.NEEDS_DECISION) is (found is None)


# What is found again.


async def test_the_task_of_a_process_that_died_while_sending_is_found_even_much_later(desk: Desk) -> None:
    service = Listed([Row("x", "SUCCEEDED", NOW - HOUR + 0.2)], made_of={"x": "a"})
    async with desk.polling(service, cut_off(NOW - HOUR)):
        job = await desk.until("job-a", State.SUCCEEDED, State.NEEDS_DECISION)
    assert (job.state, job.upstream_id) == (State.SUCCEEDED, "x")


async def test_among_the_tasks_of_others_ours_is_known_by_its_result(desk: Desk) -> None:
    rows = [Row(name, "SUCCEEDED", NOW - 1.9) for name in ("x", "y", "z")]
    async with desk.polling(Listed(rows, made_of={"y": "a"}), lost_job("a", NOW - 2, NOW - 1)):
        job = await desk.until("job-a", *SETTLED)
    assert job.upstream_id == "y"


async def test_two_that_were_lost_together_each_get_their_own(desk: Desk) -> None:
    jobs = [lost_job("a", NOW - 3, NOW - 1), lost_job("b", NOW - 2, NOW - 1)]
    rows = [Row("x", "SUCCEEDED", NOW - 1.9), Row("y", "SUCCEEDED", NOW - 1.8)]
    async with desk.polling(Listed(rows, made_of={"x": "b", "y": "a"}), *jobs):
        found = [(await desk.until(job.id, *SETTLED)).upstream_id for job in jobs]
    assert found == ["y", "x"]


async def test_of_two_of_the_same_picture_one_is_known_once_the_other_is(desk: Desk) -> None:
    jobs = [lost_job("b", NOW - 20, NOW - 15, inputs=record("a").inputs), lost_job("a", NOW - 22, NOW - 15)]
    rows = [Row("x", "SUCCEEDED", NOW - 21.9), Row("y", "SUCCEEDED", NOW - 19.5)]
    async with desk.polling(Listed(rows, made_of={"x": "a", "y": "a"}), *jobs):
        assert (await desk.until("job-a", *SETTLED)).upstream_id == "x"
        assert (await desk.until("job-b", *SETTLED)).upstream_id == "y"


async def test_of_two_that_were_lost_together_the_one_that_never_arrived_is_sent_again(desk: Desk) -> None:
    jobs = [lost_job("a", NOW - 30, NOW - 28), lost_job("b", NOW - 29.9, NOW - 28)]
    service = Listed([Row("x", "SUCCEEDED", NOW - 29.8)], made_of={"x": "a"})
    async with desk.polling(service, *jobs):
        assert (await desk.until("job-a", *SETTLED)).upstream_id == "x"
        assert (await desk.until("job-b", State.QUEUED, *SETTLED)).upstream_id == "task-1"
    assert len(service.sent) == 1


async def test_what_never_arrived_is_not_asked_about_while_the_task_of_another_lost_one_still_runs(desk: Desk) -> None:
    jobs = [lost_job("a", NOW - 60, NOW - 58), lost_job("b", NOW - 30, NOW - 28)]
    service = Listed([Row("x", "RUNNING", NOW - 29.8)], made_of={"x": "b"})
    async with desk.polling(service, *jobs):
        await anyio.sleep(60)
        assert [(await desk.job(job.id)).state for job in jobs] == [State.UNCONFIRMED] * 2
        service.rows = [Row("x", "SUCCEEDED", NOW - 29.8)]
        assert (await desk.until("job-b", *SETTLED)).upstream_id == "x"
        assert (await desk.until("job-a", State.QUEUED, *SETTLED)).upstream_id == "task-1"
    assert len(service.sent) == 1


async def test_what_never_arrived_does_not_wait_for_a_job_whose_key_nobody_has_any_more(desk: Desk) -> None:
    other = record("other", state=State.SUBMITTING, scope="another", sent=NOW - 30, created=NOW - 30)
    service = Listed([Row("x", "RUNNING", NOW - 29.8)])
    async with desk.polling(service, other, lost_job("a", NOW - 60, NOW - 58)):
        assert (await desk.until("job-a", *SETTLED)).state is State.NEEDS_DECISION


async def test_what_never_arrived_waits_for_a_task_with_another_key_that_still_runs(desk: Desk) -> None:
    known = [
        record(name, state=State.SUCCEEDED, upstream_id=name, created=NOW - 200, sent=NOW - 200, scope=scope)
        for name, scope in (("ours", "scope"), ("theirs", "another"))
    ]
    rows = [Row("ours", "SUCCEEDED", NOW - 199.9, "1001"), Row("theirs", "SUCCEEDED", NOW - 199.9, "2002")]
    other = lost_job("b", NOW - 30, NOW - 28, scope="another")
    service = Listed([*rows, Row("x", "RUNNING", NOW - 29.8, "2002")])
    async with desk.polling(service, *known, other, lost_job("a", NOW - 60, NOW - 58)) as parts:
        await anyio.sleep(60)
        assert (await desk.job()).state is State.UNCONFIRMED
        await parts.env.lifecycle.submitted(other, "x")
        assert (await desk.until("job-a", State.QUEUED, *SETTLED)).upstream_id == "task-1"


async def test_a_job_in_doubt_does_not_wait_for_what_is_sent_long_after_it(desk: Desk) -> None:
    new = record("b", state=State.SUBMITTING, owner=desk.presence.name, sent=NOW - 1, created=NOW - 1)
    service = Listed([Row("x", "SUCCEEDED", NOW - HOUR + 100)])
    async with desk.polling(service, new, lost_job("a", NOW - HOUR, NOW - HOUR + 2)):
        with anyio.fail_after(60):
            assert (await desk.until("job-a", *SETTLED)).state is State.NEEDS_DECISION


async def test_two_in_doubt_do_not_wait_for_each_other(desk: Desk) -> None:
    theirs = lost_job("theirs", NOW - 60, NOW - 50, state=State.NEEDS_DECISION)
    jobs = [lost_job(name, NOW - 58, NOW - 57) for name in ("a", "b")]
    rows = [Row("x", "SUCCEEDED", NOW - 57.9), Row("far", "SUCCEEDED", NOW - 20)]
    async with desk.polling(Listed(rows, made_of={"x": "theirs"}), theirs, *jobs):
        with anyio.fail_after(60):
            assert [(await desk.until(job.id, *SETTLED)).state for job in jobs] == [State.NEEDS_DECISION] * 2


async def test_a_known_task_at_the_edge_of_the_time_that_is_looked_at_leaves_no_doubt(desk: Desk) -> None:
    known = record("known", state=State.SUCCEEDED, upstream_id="x", created=NOW - 361, sent=NOW - 360.3)
    service = Listed([Row("x", "SUCCEEDED", NOW - 359.9)])
    async with desk.polling(service, known, lost_job("a", NOW - 60, NOW - 58)):
        assert (await desk.until("job-a", State.QUEUED, *SETTLED)).upstream_id == "task-1"


async def test_a_candidate_that_still_runs_is_waited_for(desk: Desk) -> None:
    service = Listed([Row("x", "RUNNING", NOW - 1.9)], made_of={"x": "a"})
    async with desk.polling(service, lost_job("a", NOW - 2, NOW - 1)):
        await anyio.sleep(60)
        assert (await desk.job()).state is State.UNCONFIRMED
        service.rows = [Row("x", "SUCCEEDED", NOW - 1.9)]
        assert (await desk.until("job-a", *SETTLED)).upstream_id == "x"


@pytest.mark.parametrize("trouble", ["spoiled", "expired", "waiting", "unknown"])
async def test_a_result_that_cannot_be_had_for_a_while_is_asked_for_again(desk: Desk, trouble: str) -> None:
    class Away(Listed):
        async def download(self, url: str, consume: Any) -> Any:
            if trouble in ("spoiled", "expired") and desk.clock.wall() < NOW + 100:
                raise Spoiled("HTTP 500") if trouble == "spoiled" else Expired("HTTP 403")
            return await super().download(url, consume)

        async def query(self, task_id: str) -> TaskState:
            if trouble in ("waiting", "unknown") and desk.clock.wall() < NOW + 100:
                return Waiting(task_id, running=True) if trouble == "waiting" else Gone(task_id, "UNKNOWN")
            return await super().query(task_id)

    service = Away([Row("x", "SUCCEEDED", NOW - 1.9)], made_of={"x": "a"})
    async with desk.polling(service, lost_job("a", NOW - 2, NOW - 1)):
        assert (await desk.until("job-a", *SETTLED)).upstream_id == "x"
    assert len(service.fetched) + len(service.queried) < 20


async def test_a_lost_submission_is_not_judged_by_a_list_that_was_not_read(desk: Desk) -> None:
    class SlowForOthers(Listed):
        async def list_tasks(self, model: str, page: int = 1) -> TaskList:
            if model != MODEL:
                await anyio.sleep(60)
            return await super().list_tasks(model, page)

    other = record("other", model="another", state=State.QUEUED, upstream_id="o", sent=NOW, created=NOW)
    service = SlowForOthers([Row("x", "SUCCEEDED", NOW - 1.9)], made_of={"x": "a"})
    async with desk.polling(service, other, lost_job("a", NOW - 2, NOW - 1)):
        assert (await desk.until("job-a", *SETTLED)).upstream_id == "x"


async def test_a_submission_is_not_judged_by_a_list_that_was_read_before_it_was_sent_again(desk: Desk) -> None:
    class SlowForOthers(Listed):
        async def list_tasks(self, model: str, page: int = 1) -> TaskList:
            found = await super().list_tasks(model, page)
            if model != MODEL and self.lists < 4:
                await anyio.sleep(100)
            return found

    desk.works["translate_image"] = replace(TASK, models={**TASK.models, "z": TASK.models[MODEL]})
    other = record("other", model="z", state=State.QUEUED, upstream_id="o", sent=NOW, created=NOW)
    job, service = lost_job("a", NOW - 60, NOW - 59), SlowForOthers()
    async with desk.polling(service, other, job) as parts:
        await anyio.sleep(20)  # another process leads meanwhile, on another machine
        again = await parts.env.lifecycle.send_again(job, "another")
        out = again and await parts.env.lifecycle.submitting(again)
        assert out
        service.rows = [Row("y", "RUNNING", NOW + 20.5)]
        await parts.env.lifecycle.unconfirmed(out, "No answer came.", NOW + 21)
        await anyio.sleep(200)
        assert service.sent == []
