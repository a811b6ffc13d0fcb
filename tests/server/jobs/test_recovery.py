"""Jobs whose process died, and submissions that never arrived, or of which the list does not tell."""

import shutil
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from qwen_localize.dashscope import Row, TaskList
from qwen_localize.jobs import FilePresence, Kind, State
from qwen_localize.jobs.recovery import MOST_TRIES
from server.jobs.desk import NOW, TASK, Desk, Listed
from server.jobs.records import MODEL, SETTLED, cut_off, lost_job, record
from server.jobs.world import until, world
from virtual_time import VirtualClock

HOUR = 3600.0
ASKED = "Ask the user before paying again"


# What never arrived.


async def test_a_submission_that_the_list_does_not_have_is_sent_again_by_itself(desk: Desk) -> None:
    service = Listed()
    async with desk.polling(service, lost_job("a", NOW - 2, NOW - 1)):
        job = await desk.until("job-a", State.QUEUED)
    assert (job.tries, job.upstream_id, len(service.sent)) == (1, "task-1", 1)
    assert service.sent[0] == {"model": MODEL, "input": {"url": "oss://a.png", "target_lang": "ru"}}


async def test_a_job_that_was_killed_before_it_was_sent_is_sent_by_the_next_process(desk: Desk) -> None:
    service = Listed()
    async with desk.polling(service, record(created=NOW - HOUR)):
        job = await desk.until("job-a", State.QUEUED)
    assert (job.owner, len(service.sent)) == (desk.presence.name, 1)


async def test_what_may_be_on_its_way_is_not_sent_again_yet(desk: Desk) -> None:
    service = Listed()
    async with desk.polling(service, lost_job("a", NOW, NOW + 0.1)):
        await anyio.sleep(14)
        assert service.sent == []
        await desk.until("job-a", State.QUEUED)


@pytest.mark.parametrize("status", ["FAILED", "CANCELED"])
async def test_candidates_that_ended_for_free_are_as_good_as_none(desk: Desk, status: str) -> None:
    service = Listed([Row("x", status, NOW - 29.9)])
    async with desk.polling(service, lost_job("a", NOW - 30, NOW - 20)):
        await desk.until("job-a", State.QUEUED)
    assert len(service.sent) == 1


async def test_a_task_of_about_that_time_that_ended_for_free_leaves_no_doubt(desk: Desk) -> None:
    service = Listed([Row("x", "FAILED", NOW - 100)])
    async with desk.polling(service, lost_job("a", NOW - 60, NOW - 58)):
        assert (await desk.until("job-a", State.QUEUED, *SETTLED)).upstream_id == "task-1"


async def test_what_never_arrives_is_given_up_in_words_and_was_free(desk: Desk) -> None:
    service = Listed()
    async with desk.polling(service, lost_job("a", NOW - 30, NOW - 20, tries=MOST_TRIES)):
        job = await desk.until("job-a", State.FAILED)
    assert job.message.startswith("No answer came. It was sent 3 times, and the service lists no such task")
    assert (job.cost, service.sent) == (0.0, [])


async def test_a_lost_submission_that_nobody_wants_any_more_is_not_sent_again(desk: Desk) -> None:
    service = Listed()
    async with desk.polling(service, lost_job("a", NOW - 30, NOW - 20, cancel=True)):
        job = await desk.until("job-a", State.CANCELED, State.QUEUED)
    assert (job.state, job.cost, service.sent) == (State.CANCELED, 0.0, [])


# What the list cannot tell.


async def test_a_task_made_long_after_a_process_died_is_asked_about(desk: Desk) -> None:
    async with desk.polling(Listed([Row("x", "RUNNING", NOW - HOUR + 120)]), cut_off(NOW - HOUR)):
        job = await desk.until("job-a", *SETTLED)
    assert (job.state, job.upstream_id) == (State.NEEDS_DECISION, None)
    assert ASKED in job.message


@pytest.mark.parametrize("near", ["FAILED", "SUCCEEDED"])
async def test_a_task_of_about_that_time_may_be_it_although_a_nearer_one_is_not(desk: Desk, near: str) -> None:
    """The service's clock is 2 s ahead, so that the task of the one before has the time of this one."""
    jobs = [lost_job("a", NOW - 60, NOW - 58.4), lost_job("b", NOW - 58, NOW - 56.5)]
    rows = [Row("x", near, NOW - 57.9), Row("y", "SUCCEEDED", NOW - 55.7)]
    service = Listed(rows, made_of={"x": "a", "y": "b"})
    async with desk.polling(service, *jobs):
        job = await desk.until("job-b", State.QUEUED, *SETTLED)
    assert (job.state, service.sent) == (State.NEEDS_DECISION, [])


async def test_what_the_list_no_longer_shows_is_not_said_to_be_unpaid(desk: Desk) -> None:
    async with desk.polling(Listed(), cut_off(NOW - 25 * HOUR)):
        job = await desk.until("job-a", *SETTLED)
    assert job.state is State.NEEDS_DECISION
    assert "may be paid" in job.message


@pytest.mark.parametrize("broken", [False, True])
async def test_a_list_that_cannot_be_read_whole_does_not_prove_that_nothing_was_paid(desk: Desk, broken: bool) -> None:
    class Broken(Listed):
        async def list_tasks(self, model: str, page: int = 1) -> TaskList:
            return TaskList(self.rows, 1, is_whole=False)

    others = [Row(f"x{number}", "SUCCEEDED", NOW - number) for number in range(400, 900)]
    service = Broken(others) if broken else Listed(others, pages=99)
    async with desk.polling(service, lost_job("a", NOW - 9 * HOUR, NOW - 9 * HOUR + 1)):
        job = await desk.until("job-a", *SETTLED)
    assert job.state is State.NEEDS_DECISION


async def test_with_clocks_far_apart_nothing_is_said_to_be_unpaid(desk: Desk) -> None:
    service = Listed([Row("x", "RUNNING", NOW + 330)])
    service.ahead = 331.0
    async with desk.polling(service, lost_job("a", NOW - 20, NOW - 19)):
        job = await desk.until("job-a", *SETTLED)
    assert job.state is State.NEEDS_DECISION
    assert "331 s off" in job.message


async def test_a_lost_submission_is_looked_for_although_the_clock_was_set_back(desk: Desk) -> None:
    service = Listed()
    async with desk.polling(service, lost_job("a", NOW + HOUR, NOW + HOUR + 1)):
        with anyio.fail_after(60):
            job = await desk.until("job-a", State.QUEUED, State.NEEDS_DECISION)
    assert job.state is State.NEEDS_DECISION
    assert "this machine's clock was changed since" in job.message


# Who goes on.


async def test_of_two_processes_that_find_the_same_job_only_one_goes_on_with_it(desk: Desk) -> None:
    job = record(created=NOW)
    async with desk.parts(Listed(), job) as parts:
        one = await parts.env.lifecycle.taken_over(job, "one")
        two = await parts.env.lifecycle.taken_over(job, "two")
    assert one
    assert two is None


async def test_of_two_processes_that_send_the_same_job_again_only_one_does(desk: Desk) -> None:
    job = lost_job("a", NOW - 60, NOW - 59)
    async with desk.parts(Listed(), job) as parts:
        lifecycle = parts.env.lifecycle
        again = await lifecycle.send_again(job, job.owner)
        out = again and await lifecycle.submitting(again)
        assert out
        assert await lifecycle.unconfirmed(out, "No answer came.", NOW)
        assert await lifecycle.send_again(job, job.owner) is None


async def test_a_part_that_a_process_was_about_to_send_again_is_sent_although_its_batch_lives_elsewhere(
    desk: Desk, tmp_path: Path
) -> None:
    alive = FilePresence(tmp_path, NOW)
    batch = record("batch", kind=Kind.BATCH, state=State.RUNNING, owner=alive.name, created=NOW - 60, sent=NOW - 60)
    part = record("a", tries=1, created=NOW - 50, parent=batch.id)
    async with desk.polling(Listed(), batch, part):
        with anyio.fail_after(60):
            await desk.until("job-a", State.QUEUED)
    await alive.leave()


async def test_a_job_whose_process_lives_is_left_to_it(desk: Desk, tmp_path: Path) -> None:
    other = FilePresence(tmp_path, NOW)
    service = Listed()
    async with desk.polling(service, record(created=NOW, owner=other.name)):
        await anyio.sleep(60)
        assert service.sent == []
        await other.leave()
        await desk.until("job-a", State.QUEUED)


async def test_the_job_of_a_model_that_this_version_lacks_fails_in_words_and_is_free(desk: Desk) -> None:
    async with desk.polling(Listed(), record(created=NOW, model="qwen-mt-image-9")):
        job = await desk.until("job-a", State.FAILED)
    assert "has no model qwen-mt-image-9" in job.message
    assert job.cost == 0.0


async def test_without_evidence_a_lost_task_is_asked_about(desk: Desk) -> None:

    desk.works["translate_image"] = replace(TASK, evidence=None)
    async with desk.polling(Listed([Row("x", "SUCCEEDED", NOW - 1.9)]), lost_job("a", NOW - 2, NOW - 1)):
        assert (await desk.until("job-a", *SETTLED)).state is State.NEEDS_DECISION


async def test_a_lost_submission_whose_input_is_gone_is_asked_about(desk: Desk) -> None:
    service = Listed([Row("x", "SUCCEEDED", NOW - 1.9)], made_of={"x": "a"})
    async with desk.parts(service, lost_job("a", NOW - 2, NOW - 1)) as parts:
        shutil.rmtree(desk.folder / "inputs")
        parts.group.start_soon(parts.poller.run)
        await desk.until("job-a", State.NEEDS_DECISION)


@pytest.mark.parametrize("off", [HOUR, -HOUR])
async def test_a_submission_lost_while_the_clock_was_put_right_is_asked_about(tmp_path: Path, off: float) -> None:
    clock = VirtualClock()
    async with world(tmp_path, ["drop@submit:1"], task_seconds=3.0, clock=clock) as w:
        clock.set_calendar(off)
        async with anyio.create_task_group() as group:
            group.start_soon(w.translated, 0, w.clients[0])
            await until(lambda: w.submissions() == 1)
            await anyio.sleep(1)
            clock.set_calendar(-off)
        await w.idle()
        [job] = await w.ended()
    assert ASKED in job["message"]
    assert len(w.sandbox.ledger.paid) == w.submissions() == 1
