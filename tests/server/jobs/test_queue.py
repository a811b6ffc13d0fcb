"""The queue of all processes, in virtual time; what is asked of PostgreSQL itself takes no part in that."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import procrastinate.exceptions
import procrastinate.utils
import psycopg
import pytest
from procrastinate.manager import JobManager

from qwen_localize.dashscope import Waiting
from qwen_localize.errors import OverBudget, StateUnavailable
from qwen_localize.jobs import Kind, State, queue
from qwen_localize.jobs.places import CHAT, FEW, MANY, PART
from qwen_localize.jobs.queue import ASK_SECONDS, HANDS, LOOK_SECONDS, SWEEP_SECONDS, TASK, queue_name
from server.jobs.desk import Listed
from server.jobs.machines import Machine, Machines
from server.jobs.records import MODEL, SCOPE, record
from stores import Postgres
from virtual_time import VirtualClock, until

_TAKEN_BY = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = ? WHERE queueing_lock = ?"
_AGED = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => ?)) RETURNING id"
_ANOTHER = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
    SELECT queue_name, task_name, priority, queueing_lock, args FROM procrastinate_jobs WHERE queueing_lock = ?
"""


class Deaf(Listed):
    """A service that takes what is sent to it, and does not answer."""

    async def _taken(self) -> Any:
        await anyio.sleep_forever()


@pytest.fixture
def machines(virtual_postgres: Postgres, tmp_path: Path, clock: VirtualClock) -> Iterator[Machines]:
    made = Machines(virtual_postgres.url, tmp_path, clock)
    yield made
    made.close()


def waiting(name: str, **facts: Any) -> Any:
    """A job that nobody owns."""
    return record(name, **{"owner": ""} | facts)


async def change(machines: Machines, query: str, *values: Any) -> list[dict[str, Any]]:
    """Have something happen in the database."""
    return await machines.database.write(lambda session: [dict(row) for row in _rows(session.execute(query, values))])


def _rows(found: Any) -> Any:
    return found if found.description else []


async def dead(machines: Machines, *jobs: str, silent: float = 3600.0) -> int:
    """The number of a worker that has taken these jobs' places, and left no sign of life for so long."""
    [worker] = await change(machines, _AGED, silent)
    for job in jobs:
        await change(machines, _TAKEN_BY, worker["id"], job)
    return int(worker["id"])


async def queued(machines: Machines, *jobs: str) -> None:
    """Return when the service has these jobs."""
    with anyio.fail_after(600):
        for job in jobs:
            await machines.until(job, State.QUEUED)


async def no_places(machines: Machines) -> None:
    """Return when there is none."""
    with anyio.fail_after(600):
        while await machines.places():  # noqa: ASYNC110 - the database tells nobody
            await anyio.sleep(0.1)


async def test_a_job_that_nobody_owns_has_a_place_as_soon_as_it_is_there(machines: Machines) -> None:
    await machines.add(waiting("a"))
    [place] = await machines.places()
    assert (place["job"], place["queue"], place["priority"]) == ("job-a", queue_name(SCOPE, FEW), CHAT)


async def test_a_job_that_is_refused_leaves_no_place(machines: Machines) -> None:
    with pytest.raises(OverBudget):
        await machines.store.add(waiting("a"), cap=0.001)
    assert not await machines.places()
    assert await machines.store.get("job-a") is None


async def test_a_place_that_cannot_be_written_leaves_no_job(machines: Machines) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError("no place")

    machines.store._place = fails
    with pytest.raises(RuntimeError, match="no place"):
        await machines.store.add(waiting("a"))
    assert await machines.store.get("job-a") is None


async def test_a_database_that_goes_away_while_a_place_is_written_is_told_as_such(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any, **__: Any) -> Any:
        raise procrastinate.exceptions.ConnectorException from psycopg.OperationalError("server closed")

    monkeypatch.setattr(procrastinate.SyncPsycopgConnector, "execute_query_all_with_connection", gone)
    with pytest.raises(StateUnavailable, match=r"cannot be used now \(OperationalError\)"):
        await machines.store.add(waiting("a"))


async def test_only_what_nobody_owns_and_does_not_rest_has_a_place(machines: Machines) -> None:
    await machines.add(record("owned", owner="another"), waiting("rests", state=State.PAUSED, kind=Kind.BATCH))
    assert not await machines.places()
    await machines.store.change("job-owned", 0.0, only={State.PREPARED}, owner="")
    assert [place["job"] for place in await machines.places()] == ["job-owned"]


async def test_a_job_that_is_given_back_twice_has_one_place(machines: Machines) -> None:
    await machines.add(waiting("a"))
    await machines.store.change("job-a", 0.0, only={State.PREPARED}, owner="")
    assert len(await machines.places()) == 1


async def test_a_job_from_the_queue_is_sent_and_its_place_is_gone(machines: Machines) -> None:
    service = Listed()
    await machines.add(waiting("a"))
    async with machines.one(service) as machine:
        machine.sends()
        await queued(machines, "job-a")
        await no_places(machines)
    assert len(service.sent) == 1


async def test_a_place_that_is_there_twice_sends_its_job_once(machines: Machines) -> None:
    service = Listed()
    await machines.add(waiting("a"))
    await dead(machines, "job-a")
    await change(machines, _ANOTHER, "job-a")
    async with machines.one(service) as machine:
        machine.sends()
        await no_places(machines)
    assert len(service.sent) == 1


async def test_of_several_machines_one_sends_each_job(machines: Machines) -> None:
    service = Listed()
    await machines.add(*[waiting(f"{number}") for number in range(12)])
    async with machines.one(service) as one, machines.one(service) as other:
        one.sends()
        other.sends()
        await queued(machines, *[f"job-{number}" for number in range(12)])
        await no_places(machines)
    assert len(service.sent) == 12


async def test_the_places_of_a_worker_that_is_gone_are_taken_by_others(machines: Machines) -> None:
    await machines.add(waiting("a"), waiting("b"))
    await dead(machines, "job-a", "job-b")
    async with machines.one(Listed()) as machine:
        machine.sends()
        await queued(machines, "job-a", "job-b")


async def test_the_places_of_a_worker_that_lives_are_left_to_it(machines: Machines) -> None:
    service = Listed()
    await machines.add(waiting("a"))
    await dead(machines, "job-a", silent=0.0)
    async with machines.one(service) as machine:
        machine.sends()
        await anyio.sleep(3 * SWEEP_SECONDS)
    assert not service.sent


async def test_a_worker_whose_sign_of_life_could_not_be_written_goes_on_to_leave_signs(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    beaten, written = list[int](), JobManager.update_heartbeat

    async def beat(self: JobManager, worker_id: int) -> None:
        beaten.append(worker_id)
        if len(beaten) <= len(HANDS):
            raise procrastinate.exceptions.ConnectorException
        await written(self, worker_id)

    monkeypatch.setattr(JobManager, "update_heartbeat", beat)
    async with machines.one(Listed()) as machine:
        machine.sends()
        await anyio.sleep(30)
    assert all(beaten.count(worker_id) > 3 for worker_id in beaten)


async def test_a_place_that_cannot_be_given_back_keeps_no_other_from_it(machines: Machines) -> None:
    names = ["a", "b", "c"]
    await machines.add(*[waiting(name) for name in names])
    await dead(machines, *[f"job-{name}" for name in names])
    for name in names[:2]:
        await change(machines, _ANOTHER, f"job-{name}")
    await change(
        machines, "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 day' WHERE status = 'todo'"
    )
    async with machines.one(Listed()) as machine:
        machine.sends()
        await queued(machines, "job-c")
        await until(lambda: not machine.queue._left)
    assert sorted(place["job"] for place in await machines.places()) == ["job-a", "job-b"]


async def test_a_job_whose_place_was_lost_gets_another_one(machines: Machines) -> None:
    await machines.add(waiting("a"))
    await change(machines, "DELETE FROM procrastinate_jobs")
    async with machines.one(Listed()) as machine:
        machine.sends()
        await anyio.sleep(ASK_SECONDS + 2 * SWEEP_SECONDS)
        await queued(machines, "job-a")


async def test_one_of_all_machines_looks_for_jobs_without_a_place(machines: Machines) -> None:
    async with machines.one(Listed()) as one, machines.one(Listed()) as other:
        for machine in (one, other):
            machine.sends()
        await anyio.sleep(ASK_SECONDS + 2 * SWEEP_SECONDS)
        [row] = await machines.asked("SELECT until FROM leaders WHERE name = 'search'")
        await anyio.sleep(3 * ASK_SECONDS)
        assert [row] == await machines.asked("SELECT until FROM leaders WHERE name = 'search'")


async def _waits_for_another_version(machines: Machines) -> None:
    service = Listed()
    async with machines.one(service) as machine:
        machine.sends()
        with anyio.fail_after(600):
            while not (await machines.places())[0]["attempts"]:  # noqa: ASYNC110 - the database tells nobody
                await anyio.sleep(0.1)
        await anyio.sleep(2 * LOOK_SECONDS)
    [place] = await machines.places()
    left = place["scheduled_at"] - datetime.now(UTC)
    assert place["status"] == "todo"
    assert timedelta(seconds=30) < left < timedelta(seconds=61)
    assert not service.sent


async def test_a_job_of_a_tool_that_this_version_lacks_waits_for_one_that_has_it(machines: Machines) -> None:
    await machines.add(waiting("a", tool="translate_smells"))
    await _waits_for_another_version(machines)
    assert (await machines.until("job-a", State.PREPARED)).owner == ""


async def test_a_job_that_a_newer_version_has_brought_further_waits_for_one_like_it(machines: Machines) -> None:
    await machines.add(waiting("a"))
    await change(machines, "UPDATE jobs SET state = 'dreaming'")
    await _waits_for_another_version(machines)
    [row] = await machines.asked("SELECT state, owner FROM jobs")
    assert row == {"state": "dreaming", "owner": ""}


async def test_a_clock_an_hour_off_has_nothing_wait_for_an_hour(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = lambda: datetime.now(UTC) + timedelta(hours=1)  # noqa: E731
    monkeypatch.setattr(procrastinate.utils, "utcnow", ahead)
    monkeypatch.setattr(queue, "utcnow", ahead)
    await machines.add(waiting("a", tool="translate_smells"))
    await _waits_for_another_version(machines)


async def test_parts_of_batches_never_take_the_hands_of_what_a_chat_has_ordered(machines: Machines) -> None:
    await machines.add(record("batch", kind=Kind.BATCH, state=State.RUNNING, owner="another"))
    parts = [waiting(f"part-{number}", parent="job-batch") for number in range(HANDS[MANY] + 10)]
    await machines.add(*parts)
    async with machines.one(Deaf()) as machine:
        machine.sends()
        await _owned(machines, machine, HANDS[MANY])
        await machines.add(waiting("chat"))
        await _owned(machines, machine, HANDS[MANY] + 1)
        chat = await machines.until("job-chat", State.PREPARED)
        assert chat.owner == machine.leases.name


async def _owned(machines: Machines, machine: Machine, count: int) -> None:
    """Return when a machine has so many jobs in hand; it then has no more."""
    query = "SELECT count(*) AS count FROM jobs WHERE owner = ?"
    with anyio.fail_after(600):
        while (await machines.asked(query, machine.leases.name))[0]["count"] < count:  # noqa: ASYNC110
            await anyio.sleep(0.1)
    await anyio.sleep(2 * LOOK_SECONDS)
    assert (await machines.asked(query, machine.leases.name))[0]["count"] == count


async def test_batches_are_begun_first_and_parts_sent_last(machines: Machines) -> None:
    await machines.add(
        waiting("part", parent="job-batch"),
        waiting("chat"),
        waiting("batch", kind=Kind.BATCH),
        waiting("later"),
    )
    places = await machines.places()
    assert [place["job"] for place in places] == ["job-batch", "job-chat", "job-later", "job-part"]
    assert {place["queue"] for place in places[:3]} == {queue_name(SCOPE, FEW)}
    assert (places[3]["queue"], places[3]["priority"]) == (queue_name(SCOPE, MANY), PART)


async def test_the_places_of_other_accounts_are_left_to_those_who_have_their_keys(machines: Machines) -> None:
    service = Listed()
    await machines.add(waiting("a", scope="another"))
    async with machines.one(service) as machine:
        machine.sends()
        await anyio.sleep(3 * LOOK_SECONDS)
    [place] = await machines.places()
    assert place["status"] == "todo"
    assert not service.sent


async def test_what_is_in_hand_when_a_machine_ends_is_sent_by_another(machines: Machines) -> None:
    await machines.add(waiting("a"))
    service = Listed()
    service.acquire = service.upload = anyio.sleep_forever  # type: ignore[assignment,method-assign]
    async with machines.one(Listed()) as machine:
        machine.env.inputs.get = lambda _: anyio.sleep_forever()  # type: ignore[method-assign,assignment,return-value]
        machine.sends()
        await _owned(machines, machine, 1)
    await change(machines, "UPDATE processes SET has_left = true")
    async with machines.one(Listed()) as machine:
        machine.sends()
        machine.group.start_soon(machine.poller.run)
        await queued(machines, "job-a")


async def test_a_job_that_comes_back_to_the_machine_that_was_taken_to_be_gone_is_sent_once(machines: Machines) -> None:
    """It was silent for as long as a database stood still; what it has begun goes on nevertheless."""
    service = Listed()

    async def reply() -> Any:
        await anyio.sleep(5)
        return Waiting("task-1", running=False)

    service.reply = reply
    shut = "INSERT INTO gates (name, holder, until, opens) VALUES (?, 'another', ?, 0)"
    await change(machines, shut, f"{SCOPE}:{MODEL}", machines.own_clock.wall() + 20)
    await machines.add(waiting("a"))
    async with machines.one(service) as machine:
        machine.sends()
        with anyio.fail_after(10):
            while not (job := await machines.until("job-a", State.PREPARED)).owner:  # noqa: ASYNC110 - see above
                await anyio.sleep(0.1)
        await machine.env.lifecycle.taken_over(job, "")
        await queued(machines, "job-a")
        await no_places(machines)
        await anyio.sleep(30)
    assert len(service.sent) == 1


async def test_a_job_that_is_cancelled_before_the_gate_leaves_it_to_others(machines: Machines) -> None:
    gate = f"{SCOPE}:{MODEL}"
    taken = "INSERT INTO gates (name, holder, until, opens) VALUES (?, 'another', 'infinity', 0)"
    await machines.add(waiting("a"))
    await change(machines, taken, gate)
    async with machines.one(Listed()) as machine:
        machine.sends()
        await _turns(machines, "job-a")
        await machines.add(waiting("b"))
        await machine.env.lifecycle.withdrawn(await machines.until("job-a", State.PREPARED))
        await change(machines, "UPDATE gates SET until = 0")
        await queued(machines, "job-b")
        await no_places(machines)


async def _turns(machines: Machines, *jobs: str) -> None:
    """Return when these jobs wait before a gate."""
    with anyio.fail_after(600):
        while {row["job"] for row in await machines.asked("SELECT job FROM turns")} != {*jobs}:  # noqa: ASYNC110
            await anyio.sleep(0.1)
    await anyio.sleep(1)


def test_a_place_says_only_whose_job_is_to_be_advanced() -> None:
    place = queue._place(waiting("a"))
    assert (place.task_name, place.task_kwargs) == (TASK, {"scope": SCOPE, "job_id": "job-a"})
