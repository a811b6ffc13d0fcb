"""The submission gate, with the database's time as the tests tell it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qwen_localize.dashscope import Limit
from qwen_localize.jobs import Gate, JobRecord, JobStore, State
from qwen_localize.jobs.gate import LOOK_SECONDS, MOST_UPSTREAM, Turn
from qwen_localize.jobs.leases import ARRIVED_SECONDS, LEASE_SECONDS
from qwen_localize.state.postgres import PostgresDatabase, PostgresSession
from server.jobs.records import record
from stores import Postgres

_LIMIT = Limit(60)
_AT = 1_800_000_000.0


class Gates:
    """The gates of a database; `at` is its time."""

    def __init__(self, database: PostgresDatabase) -> None:
        self.database, self.gate, self.at = database, Gate(database), _AT
        self.store = JobStore(database)

    async def waits(self, name: str, **facts: Any) -> Turn:
        """A job's turn, which it waits for; a moment later than others before it."""
        turn = Turn(record(name, **facts), _LIMIT)
        self.at += 0.001
        await self.gate.wait(turn)
        return turn

    async def enters(self, turn: Turn) -> bool:
        """Whether it goes through."""
        return await self.database.write(turn.entered)

    async def back(self, turn: Turn) -> None:
        """Its answer has come."""
        await self.gate.free(turn)

    async def upstream(self, count: int, **facts: Any) -> list[JobRecord]:
        """So many tasks that the service has."""
        jobs = [record(f"there-{number}", state=State.QUEUED, **facts) for number in range(count)]
        for job in jobs:
            await self.store.add(job)
        return jobs


@pytest.fixture
def gates(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gates]:
    database = PostgresDatabase(postgres.url, tmp_path)
    made = Gates(database)
    now: Callable[[PostgresSession, float], float] = lambda _, __: made.at  # noqa: E731
    monkeypatch.setattr(PostgresSession, "now", now)
    yield made
    database.close()


async def test_one_submission_of_an_account_and_model_is_out_at_a_time(gates: Gates) -> None:
    first, second = await gates.waits("a"), await gates.waits("b")
    assert await gates.enters(first)
    gates.at += 10
    assert not await gates.enters(second)
    assert second.wait == LOOK_SECONDS


async def test_other_models_and_other_accounts_have_gates_of_their_own(gates: Gates) -> None:
    assert await gates.enters(await gates.waits("a"))
    assert await gates.enters(await gates.waits("b", model="another"))
    assert await gates.enters(await gates.waits("c", scope="another"))


async def test_whoever_waits_longest_goes_first(gates: Gates) -> None:
    first, second = await gates.waits("b"), await gates.waits("a")
    assert not await gates.enters(second)
    assert await gates.enters(first)


async def test_what_a_chat_has_ordered_goes_before_parts_of_batches_that_came_earlier(gates: Gates) -> None:
    parts = [await gates.waits(f"part-{number}", parent="job-batch") for number in range(3)]
    chat = await gates.waits("chat")
    assert not any([await gates.enters(part) for part in parts])
    assert await gates.enters(chat)


async def test_the_next_goes_when_the_gap_has_passed_since_the_answer_of_the_one_before(gates: Gates) -> None:
    first, second = await gates.waits("a"), await gates.waits("b")
    assert await gates.enters(first)
    gates.at += 3  # as long as the answer takes
    await gates.back(first)
    gates.at += _LIMIT.gap / 2
    await gates.gate.wait(second)
    assert not await gates.enters(second)
    assert second.wait == pytest.approx(_LIMIT.gap / 2, abs=0.001)
    gates.at += _LIMIT.gap / 2 + 0.001
    assert await gates.enters(second)


async def test_a_gate_whose_holder_died_opens_when_nothing_of_it_can_be_on_its_way_any_more(gates: Gates) -> None:
    dead = await gates.waits("a")
    assert await gates.enters(dead)
    gates.at += LEASE_SECONDS + ARRIVED_SECONDS - 1
    next_one = await gates.waits("b")
    assert not await gates.enters(next_one)
    gates.at += 1
    assert await gates.enters(next_one)


async def test_one_that_goes_out_again_keeps_the_gate_shut_for_as_long_as_that_may_take(gates: Gates) -> None:
    slow = await gates.waits("a")
    assert await gates.enters(slow)
    gates.at += 40
    assert await gates.database.write(slow.goes)
    gates.at += 40
    assert not await gates.enters(await gates.waits("b"))


async def test_who_does_not_come_back_in_time_frees_nobody_elses_turn(gates: Gates) -> None:
    late, other = await gates.waits("a"), await gates.waits("b")
    assert await gates.enters(late)
    gates.at += LEASE_SECONDS + ARRIVED_SECONDS + 1
    await gates.gate.wait(other)
    assert await gates.enters(other)
    await gates.back(late)
    assert not await gates.enters(await gates.waits("c"))


async def test_one_that_is_cancelled_while_it_waits_holds_up_nobody(gates: Gates) -> None:
    canceled, next_one = await gates.waits("a"), await gates.waits("b")
    await gates.back(canceled)
    assert await gates.enters(next_one)


async def test_one_that_only_looks_takes_nothing(gates: Gates) -> None:
    first, second = await gates.waits("a"), await gates.waits("b")
    assert await gates.gate.is_next(first)
    assert not await gates.gate.is_next(second)
    assert await gates.enters(first)
    assert not await gates.gate.is_next(second)


async def test_one_that_died_while_it_waited_holds_up_nobody_for_long(gates: Gates) -> None:
    await gates.waits("a")
    next_one = await gates.waits("b")
    assert not await gates.enters(next_one)
    gates.at += 20 * LOOK_SECONDS
    await gates.gate.wait(next_one)
    assert await gates.enters(next_one)


async def test_only_so_many_tasks_are_at_the_service_that_none_of_them_ages_there(gates: Gates) -> None:
    jobs = await gates.upstream(MOST_UPSTREAM)
    next_one = await gates.waits("next")
    assert not await gates.enters(next_one)
    assert await gates.enters(await gates.waits("another", model="another"))
    await gates.store.change(jobs[0].id, _AT, only={State.QUEUED}, state=State.READY)
    assert await gates.enters(next_one)


async def test_a_submission_that_was_begun_twice_in_doubt_goes_through_for_its_own_holder(gates: Gates) -> None:
    turn = await gates.waits("a")
    assert await gates.enters(turn)
    assert await gates.enters(turn)  # the answer of the database was lost, and it was asked once more
