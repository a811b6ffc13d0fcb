"""Tasks through their states, the queue, cancelling, and expiry (docs/model-studio.md 2)."""

import re
from typing import Any

import anyio
import pytest

from qwen_localize.sandbox.catalogue import MODELS, ImageModel
from qwen_localize.sandbox.errors import Refusal
from qwen_localize.sandbox.tasks import QUEUE, State, Task, Tasks
from sandbox.stand import Caller, ManualClock

STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}")


async def test_two_tasks_run_at_once_and_the_third_waits(timed: Caller, clock: ManualClock, blank: bytes) -> None:
    for _ in range(3):
        await timed.submitted(timed.host(blank))
        clock.moment += 0.5
    await clock.until_sleeping(2)

    async def states() -> list[str]:
        rows = (await timed.http.get("/api/v1/tasks")).json()["data"]
        return [row["status"] for row in reversed(rows)]

    assert await states() == ["RUNNING", "RUNNING", "PENDING"]
    await clock.advance(3)
    await clock.until_sleeping(1)
    assert await states() == ["SUCCEEDED", "SUCCEEDED", "RUNNING"]
    await clock.advance(3)
    assert (await states())[2] == "SUCCEEDED"


async def test_times_appear_as_they_happen_and_as_documented(timed: Caller, clock: ManualClock, blank: bytes) -> None:
    task = await timed.submitted(timed.host(blank))
    await clock.until_sleeping(1)
    running = (await timed.query(task))["output"]
    assert set(running) == {"task_id", "task_status", "submit_time", "scheduled_time"}
    await clock.advance(3)
    done = (await timed.query(task))["output"]
    assert STAMP.fullmatch(done["end_time"])
    assert (done["submit_time"], done["end_time"]) == ("2027-01-15 16:00:00.000", "2027-01-15 16:00:03.000")


async def test_a_task_id_with_a_trailing_slash_is_the_same_task(timed: Caller, blank: bytes) -> None:
    task = await timed.submitted(timed.host(blank))
    answer = await timed.http.get(f"/api/v1/tasks/{task}/")
    assert (answer.status_code, answer.json()["output"]["task_status"]) == (200, "RUNNING")


async def test_an_unknown_task_is_unknown_and_not_an_error(timed: Caller) -> None:
    report = await timed.query("no-such-task")
    assert report["output"] == {"task_id": "no-such-task", "task_status": "UNKNOWN"}


async def test_a_task_is_forgotten_after_a_day(timed: Caller, clock: ManualClock, blank: bytes) -> None:
    task = await timed.submitted(timed.host(blank))
    await clock.until_sleeping(1)
    await clock.advance(24 * 3600 - 1)
    assert await timed.state(task) == "SUCCEEDED"
    await clock.advance(1)
    assert await timed.state(task) == "UNKNOWN"
    assert (await timed.http.get("/api/v1/tasks")).json()["total"] == 0


async def test_only_a_waiting_task_can_be_cancelled(timed: Caller, clock: ManualClock, blank: bytes) -> None:
    tasks = []
    for _ in range(3):
        tasks.append(await timed.submitted(timed.host(blank)))
        clock.moment += 0.5
    cancelled = await timed.http.post(f"/api/v1/tasks/{tasks[2]}/cancel")
    assert (cancelled.status_code, set(cancelled.json())) == (200, {"request_id"})
    assert await timed.state(tasks[2]) == "CANCELED"
    for task in (tasks[0], tasks[2], "no-such-task"):
        refused = await timed.http.post(f"/api/v1/tasks/{task}/cancel/")
        assert (refused.status_code, refused.json()["code"]) == (400, "UnsupportedOperation")


async def test_a_cancelled_task_never_runs_and_costs_nothing(timed: Caller, clock: ManualClock, blank: bytes) -> None:
    for _ in range(3):
        task = await timed.submitted(timed.host(blank))
        clock.moment += 0.5
    await timed.http.post(f"/api/v1/tasks/{task}/cancel")
    await clock.until_sleeping(2)
    await clock.advance(60)
    assert await timed.state(task) == "CANCELED"
    assert len(timed.sandbox.ledger.paid) == 2


async def _nothing(task: Task) -> dict[str, Any]:
    return {}


async def test_the_five_hundred_and_first_waiting_task_is_refused(clock: ManualClock) -> None:
    model = MODELS["qwen-mt-image"]
    assert isinstance(model, ImageModel)
    async with anyio.create_task_group() as group:
        tasks = Tasks(clock, 3, group, lambda task: None)
        for _ in range(2 + QUEUE):
            tasks.submit(model, "request", _nothing)
        with pytest.raises(Refusal) as refused:
            tasks.submit(model, "request", _nothing)
        assert (refused.value.status, refused.value.over_limit) == (429, True)
        assert [task.state for task in tasks.all()].count(State.PENDING) == QUEUE
        group.cancel_scope.cancel()
