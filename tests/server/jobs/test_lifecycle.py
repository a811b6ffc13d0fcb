"""A job's whole life: from where each change is possible, what it costs, and what must not be lost."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import qwen_localize.jobs
from qwen_localize.errors import StateUnavailable
from qwen_localize.jobs import Ending, JobRecord, JobStore, Kind, State
from qwen_localize.jobs.lifecycle import Lifecycle
from qwen_localize.jobs.records import FINAL
from qwen_localize.state import CostLedger
from server.jobs.desk import Desk, Listed
from server.jobs.records import SCOPE, input_of, record

Change = Callable[[Lifecycle, JobRecord], Awaitable[JobRecord | None]]
P, S, U, D, Q, R = (
    State.PREPARED,
    State.SUBMITTING,
    State.UNCONFIRMED,
    State.NEEDS_DECISION,
    State.QUEUED,
    State.RUNNING,
)
END = Ending("done", {}, [], {}, 0.5)

# Each change, from where it is possible, where it leads, and what the job costs then, of 0.003 expected.
CHANGES: dict[str, tuple[Change, set[State], State, float | None]] = {
    "submitting": (lambda life, job: life.submitting(job), {P, S}, S, 0.003),
    "submitted": (lambda life, job: life.submitted(job, "t"), {S, U}, Q, 0.003),
    "unconfirmed": (lambda life, job: life.unconfirmed(job, "lost", 1.0), {S}, U, 0.003),
    "send again": (lambda life, job: life.send_again(job, "me"), {U}, P, 0.003),
    "needs decision": (lambda life, job: life.needs_decision(job, "?"), {S, U, Q, R}, D, 0.003),
    "running": (lambda life, job: life.running(job), {Q}, R, 0.003),
    "ready": (
        lambda life, job: life.ready(job, ["u"], usage={}, request_id="", details={}),
        {S, Q, R},
        State.READY,
        0.003,
    ),
    "undelivered": (lambda life, job: life.undelivered(job, "no"), {State.READY}, State.UNDELIVERED, 0.003),
    "fetch again": (lambda life, job: life.fetch_again(job), {State.UNDELIVERED}, State.READY, 0.003),
    "working": (lambda life, job: life.working(job, "me"), {P, R}, R, 0.003),
    "pausing": (lambda life, job: life.pausing(job), {R}, State.PAUSING, 0.003),
    "wanted": (lambda life, job: life.wanted(job), {State.PAUSING}, R, 0.003),
    "paused": (lambda life, job: life.paused(job), {State.PAUSING}, State.PAUSED, 0.003),
    "broken off": (lambda life, job: life.broken_off(job, "no"), {R, State.PAUSING}, State.UNDELIVERED, 0.003),
    "resumed": (lambda life, job: life.resumed(job, "me"), {State.PAUSED, State.UNDELIVERED}, P, 0.003),
    "succeeded": (lambda life, job: life.succeeded(job), {State.READY}, State.SUCCEEDED, 0.003),
    "completed": (lambda life, job: life.completed(job, END), {R, State.PAUSING}, State.SUCCEEDED, 0.5),
    "refused": (lambda life, job: life.refused(job, "no"), {P, S}, State.FAILED, 0.0),
    "failed": (lambda life, job: life.failed(job, "no"), {U, Q, R}, State.FAILED, 0.0),
    "gone": (lambda life, job: life.gone(job, "no"), {Q, R, State.READY}, State.FAILED, 0.003),
    "withdrawn": (lambda life, job: life.withdrawn(job), {P}, State.CANCELED, 0.0),
    "canceled": (lambda life, job: life.canceled(job, "no"), {Q, R, U}, State.CANCELED, 0.0),
    "given up": (lambda life, job: life.given_up(job), {D}, State.CANCELED, 0.003),
    "stopped": (
        lambda life, job: life.stopped(job),
        {P, R, State.PAUSING, State.PAUSED, State.UNDELIVERED},
        State.CANCELED,
        0.003,
    ),
}
BATCH = frozenset({"working", "pausing", "wanted", "paused", "broken off", "resumed", "completed", "stopped"})


def job_for(name: str, state: State, key: str = "a") -> JobRecord:
    """A job of the kind that a change is made for."""
    return record(key, state=state, kind=Kind.BATCH if name in BATCH else Kind.TASK)


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_is_made_from_the_states_that_allow_it_and_from_no_other(desk: Desk, name: str) -> None:
    change, origins, after, _ = CHANGES[name]
    async with desk.parts(Listed(), *(job_for(name, state, state) for state in State)) as parts:
        changed = {state for state in State if await change(parts.env.lifecycle, await desk.job(f"job-{state}"))}
        states = {state: (await desk.job(f"job-{state}")).state for state in State}
    assert changed == origins
    assert states == {state: after if state in origins else state for state in State}


def test_nothing_leaves_an_end() -> None:
    assert not FINAL & {origin for _, origins, _, _ in CHANGES.values() for origin in origins}


def test_every_change_of_a_job_is_made_in_the_lifecycle() -> None:
    folder = Path(qwen_localize.jobs.__file__).parent.parent
    elsewhere = [
        path.name
        for path in folder.rglob("*.py")
        if ".change(" in path.read_text("utf-8") and path.name != "lifecycle.py"
    ]
    assert elsewhere == [], "make the change a named one of jobs/lifecycle.py"


@pytest.mark.parametrize("name", CHANGES)
async def test_only_what_was_never_sent_or_stated_to_be_refused_is_free(desk: Desk, name: str) -> None:
    change, origins, _, cost = CHANGES[name]
    async with desk.parts(Listed(), job_for(name, sorted(origins)[0])) as parts:
        changed = await change(parts.env.lifecycle, await desk.job())
    assert changed
    assert changed.cost == cost
    spent = await CostLedger(desk.database).by_day(SCOPE)
    assert sum(row["cny"] for row in spent) == (0.0 if cost == 0.0 else 0.003)


@pytest.mark.parametrize(
    ("urls", "pieces", "cost"),
    [(["a"], 1, 0.3), (["a"], 3, 0.1), (["a", "b"], 3, 0.2), ([], 3, 0.3), (["a"] * 9, 3, 0.3)],
)
async def test_as_many_results_are_paid_as_there_are_and_all_if_there_are_none(
    desk: Desk, urls: list[str], pieces: int, cost: float
) -> None:
    async with desk.parts(Listed(), record(state=S, cost=0.3, pieces=pieces)) as parts:
        job = await parts.env.lifecycle.ready(await desk.job(), urls, usage={}, request_id="", details={})
    assert job
    assert job.cost == pytest.approx(cost)


MUST_NOT_BE_LOST = [
    *("submitted", "unconfirmed", "needs decision", "ready", "paused", "broken off", "succeeded", "completed"),
    *("refused", "failed", "gone", "withdrawn", "canceled", "given up", "stopped"),
]


@pytest.mark.parametrize("name", MUST_NOT_BE_LOST)
async def test_what_must_not_be_lost_is_tried_until_the_disk_takes_it(
    desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, origins, after, _ = CHANGES[name]
    write, refusals = JobStore.change, [StateUnavailable("The disk is full.")] * 3

    async def refusing(store: JobStore, *arguments: Any, **facts: Any) -> JobRecord | None:
        if refusals:
            raise refusals.pop()
        return await write(store, *arguments, **facts)

    async with desk.parts(Listed(), job_for(name, sorted(origins)[0])) as parts:
        job = await desk.job()
        monkeypatch.setattr(JobStore, "change", refusing)
        changed = await change(parts.env.lifecycle, job)
    assert changed
    assert changed.state is after


@pytest.mark.parametrize("end", ["succeeded", "failed", "withdrawn"])
async def test_the_inputs_of_a_job_are_kept_until_it_has_ended(desk: Desk, end: str) -> None:
    change, origins, _, _ = CHANGES[end]
    digest = input_of("a").mark
    async with desk.parts(Listed(), record(state=sorted(origins)[0])) as parts:
        assert desk.inputs.has(digest)
        await change(parts.env.lifecycle, await desk.job())
    assert not desk.inputs.has(digest)


async def test_an_input_that_another_job_still_needs_is_kept(desk: Desk) -> None:
    other = record("b", inputs=record("a").inputs)
    async with desk.parts(Listed(), record("a"), other) as parts:
        await parts.env.lifecycle.withdrawn(await desk.job("job-a"))
        assert desk.inputs.has(input_of("a").mark)
        await parts.env.lifecycle.withdrawn(await desk.job("job-b"))
    assert not desk.inputs.has(input_of("a").mark)


@pytest.mark.parametrize("name", ["pausing", "resumed", "stopped"])
async def test_what_is_for_batches_leaves_pictures_alone(desk: Desk, name: str) -> None:
    change, origins, _, _ = CHANGES[name]
    async with desk.parts(Listed(), *(record(state, state=state) for state in origins)) as parts:
        assert not any([await change(parts.env.lifecycle, await desk.job(f"job-{state}")) for state in origins])


async def test_a_batch_that_runs_in_another_process_can_be_told_to_stop_and_a_picture_cannot(desk: Desk) -> None:
    picture, batch = record("a", state=R), record("b", state=R, kind=Kind.BATCH)
    async with desk.parts(Listed(), picture, batch) as parts:
        assert await parts.env.lifecycle.cancel_wanted(picture) is None
        assert await parts.env.lifecycle.cancel_wanted(batch)
