"""A request may land on any replica: each knows every job, whoever does it, and whatever its own watch says."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import anyio
import pytest

from server.cluster.machines import Machines
from server.cluster.pictures import Customers, never_paid, paid_twice
from server.cluster.town import Town, town, until
from support import words

pytestmark = pytest.mark.process
SPEED, HOUR = 4.0, 3600.0
PRICE = 0.003
JOBS, UNWANTED = 6, range(6, 8)


@dataclass(frozen=True)
class Anywhere:
    """What came of jobs that were ordered from one replica, and asked for from the others.

    Attributes:
        ready: what `/readyz` of each replica said, which had all opened an empty database at once.
        told: the progress that another replica told of a job, and its state at the end of that call.
        seen: the state of each job by each replica.
        delivered: of how many jobs every replica hands out the picture.
        canceled: the states of jobs that another replica has cancelled, as told by a third.
        unpaid: how many of those the service has never worked on.
        spread: how many seconds lie between the first and the last moment that is written down in jobs.
        seconds: how long all took.
    """

    ready: list[int]
    told: list[str]
    state: str
    seen: list[set[str]]
    delivered: int
    canceled: list[str]
    unpaid: int
    twice: int
    passed: int
    spread: float
    seconds: float


async def _asked_anywhere(folder: Path, shared: Machines) -> Anywhere:
    """Three replicas, two of them with watches that are an hour off, and a worker whose watch is so as well."""
    async with town(folder, shared.start, shared.new(), speed=SPEED, task_seconds=12.0) as place:
        async with anyio.create_task_group() as group:
            group.start_soon(place.replica, "right", 0.0)
            group.start_soon(place.replica, "ahead", HOUR)
            group.start_soon(place.replica, "behind", -HOUR)
            group.start_soon(place.worker, "worker", HOUR)
        named = {replica.name: replica for replica in place.replicas}
        began = place.pace.wall()
        ready = [(await replica.get("/readyz")).status_code for replica in place.replicas]
        customers = Customers(place, Random(1))
        jobs = await customers.order_all(range(JOBS))
        canceled = [await customers.order(number) for number in UNWANTED]
        for job_id in canceled:
            await named["ahead"].call("cancel_job", job_id=job_id)
        told, state = await _followed(place, jobs[2])
        ended = await customers.all_ended(jobs)
        seconds = place.pace.wall() - began
        [[first, last]] = place.asked("SELECT min(created), max(changed) FROM jobs")
        return Anywhere(
            ready,
            told,
            state,
            [await _seen(place, job_id) for job_id in jobs.values()],
            sum([await customers.delivers(number, job) for number, job in ended.items()]),
            [(await _told(place, "behind", job_id))["status"] for job_id in canceled],
            len(never_paid(place, UNWANTED)),
            paid_twice(place),
            len(place.sandbox.ledger.violations),
            last - first,
            seconds,
        )


async def _followed(place: Town, job_id: str) -> tuple[list[str], str]:
    """What a replica tells of a job while it waits for it."""
    heard: list[str] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message or "")

    [replica] = [replica for replica in place.replicas if replica.name == "behind"]
    answer = await replica.call("get_job", hear, job_id=job_id, wait=60)
    return heard, str((answer.structured_content or {})["status"])


async def _seen(place: Town, job_id: str) -> set[str]:
    return {(await _told(place, replica.name, job_id))["status"] for replica in place.replicas}


async def _told(place: Town, name: str, job_id: str) -> dict[str, Any]:
    [replica] = [replica for replica in place.replicas if replica.name == name]
    return dict((await replica.call("get_job", job_id=job_id)).structured_content or {})


@dataclass(frozen=True)
class Budget:
    """What came of fifty pictures, ordered at once, of which ten may be paid for."""

    accepted: int
    refused: int
    submitted: int
    other: list[str]


async def _ordered_at_once(folder: Path, shared: Machines) -> Budget:
    limit = shared.new(QWEN_LOCALIZE_DAILY_BUDGET=f"{10 * PRICE + PRICE / 2}")
    async with town(folder, shared.start, limit, speed=SPEED) as place:
        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(place.replica, f"replica-{number}")
        answers: list[Any] = []

        async def order(number: int) -> None:
            image = Customers.image(number)
            answers.append(await place.replicas[number % 3].call("translate_image", image=image, target_lang="ru"))

        async with anyio.create_task_group() as group:
            for number in range(50):
                group.start_soon(order, number)
        refused = [words(answer) for answer in answers if answer.is_error]
        await until(lambda: len(place.submissions) == 10)
        await anyio.sleep(2)
        other = [reason for reason in refused if "budget" not in reason]
        return Budget(50 - len(refused), len(refused) - len(other), len(place.submissions), other)


SCENARIOS = {"anywhere": _asked_anywhere, "budget": _ordered_at_once}


@pytest.fixture
def came(played: Callable[[str], Any]) -> Anywhere:
    result: Anywhere = played("anywhere")
    return result


def test_replicas_that_open_an_empty_database_at_once_are_all_ready(came: Anywhere) -> None:
    assert came.ready == [200, 200, 200], came


def test_any_replica_tells_the_progress_of_a_job_that_another_has_begun(came: Anywhere) -> None:
    assert any("running" in told for told in came.told), came
    assert came.state == "succeeded"


def test_any_replica_answers_for_any_job_and_hands_out_its_file(came: Anywhere) -> None:
    assert came.seen == [{"succeeded"}] * JOBS, came
    assert came.delivered == JOBS


def test_any_replica_cancels_what_another_has_begun(came: Anywhere) -> None:
    assert came.canceled == ["canceled", "canceled"], came
    assert came.unpaid == 2


def test_a_watch_that_is_an_hour_off_changes_nothing(came: Anywhere) -> None:
    assert (came.twice, came.passed) == (0, 0), came
    assert 0 < came.spread <= came.seconds + 5, came


def test_fifty_orders_at_once_never_pass_the_budget(played: Callable[[str], Any]) -> None:
    came: Budget = played("budget")
    assert not came.other, came
    assert (came.accepted, came.refused, came.submitted) == (10, 40, 10), came
