"""The cost ledger, and the daily budget."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from qwen_localize.errors import OverBudget
from qwen_localize.jobs import JobStore, State
from qwen_localize.state import Answers, Cost, CostLedger, Database, purse
from server.jobs.records import SCOPE, record

NOW = 1_800_000_000.0
DAY = 24 * 3600.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path, NOW)
    yield database
    database.close()


@pytest.fixture
def other(tmp_path: Path, database: Database) -> Iterator[Database]:
    """The same file, as another process has it open."""
    other = Database(tmp_path, NOW)
    yield other
    other.close()


def cost(cny: float, job: str | None = None, scope: str = SCOPE) -> Cost:
    return Cost(scope, "translate_image", "qwen-mt-image", cny, job)


async def test_costs_are_added_up_by_day_tool_and_model(database: Database) -> None:
    for at, cny in ((NOW, 0.003), (NOW, 0.003), (NOW - DAY, 0.004)):
        await CostLedger(database).expect(cost(cny), at, None)
    await CostLedger(database).expect(cost(9, scope="another key"), NOW, None)
    rows = await CostLedger(database).by_day(SCOPE)
    assert [(row["calls"], row["cny"]) for row in rows] == [(2, 0.006), (1, 0.004)]
    assert rows[0]["day"] > rows[1]["day"]


async def test_a_principal_s_costs_are_its_own_and_the_operator_sees_those_of_all(database: Database) -> None:
    ledger = CostLedger(database)
    for scope in (SCOPE, purse(SCOPE, "alice"), purse(SCOPE, "a/b"), f"{SCOPE}x", purse("another", "alice")):
        await ledger.expect(cost(1, scope=scope), NOW, None)
    found = [await ledger.by_day(SCOPE), await ledger.by_day(purse(SCOPE, "alice")), await ledger.by_day(None)]
    assert [rows[0]["cny"] for rows in found] == [1, 1, 5]
    assert [row["cny"] for row in await ledger.by_day(SCOPE, shared=True)] == [3]


async def test_what_turned_out_free_is_not_counted(database: Database) -> None:
    entry = await CostLedger(database).expect(cost(0.5), NOW, None)
    await CostLedger(database).settle(entry, 0)
    jobs = JobStore(database)
    await jobs.add(record("a", cost=0.25))
    await jobs.change("job-a", NOW, only={State.RUNNING}, state=State.FAILED, billed=0.0)
    assert [row["cny"] for row in await CostLedger(database).by_day(SCOPE)] == [0.25]
    await jobs.change("job-a", NOW, only={State.PREPARED}, state=State.FAILED, billed=0.0)
    assert await CostLedger(database).by_day(SCOPE) == []


@pytest.mark.parametrize(("price", "count"), [(0.003, 100), (0.004, 25), (0.2, 3)])
async def test_a_budget_is_spent_to_the_last_cent_and_no_further(database: Database, price: float, count: int) -> None:
    budget = round(price * count, 6)
    for _ in range(count):
        await CostLedger(database).expect(cost(price), NOW, budget)
    with pytest.raises(OverBudget, match="Nothing was sent"):
        await CostLedger(database).expect(cost(price), NOW, budget)
    await CostLedger(database).expect(cost(price), NOW + DAY, budget)
    await CostLedger(database).expect(cost(price, scope="another key"), NOW, budget)


async def test_calls_at_the_same_moment_do_not_pass_the_budget_together(database: Database, other: Database) -> None:
    refused = 0

    async def spend(which: Database) -> None:
        nonlocal refused
        try:
            await CostLedger(which).expect(cost(0.3), NOW, 1.0)
        except OverBudget:
            refused += 1

    async with anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(spend, (database, other)[number % 2])
    assert refused == 7
    assert (await CostLedger(database).by_day(SCOPE))[0]["cny"] == pytest.approx(0.9)


async def test_costs_are_forgotten_after_a_year_and_answers_after_a_few_days(database: Database) -> None:
    ledger, answers = CostLedger(database), Answers(database)
    for days in (399, 401):
        await ledger.expect(cost(0.1), NOW - days * DAY, None)
    for days in (2, 4):
        await answers.keep(str(days), "text", NOW - days * DAY)
    await ledger.prune(NOW)
    await answers.prune(NOW)
    assert len(await ledger.by_day(SCOPE)) == 1
    assert [await answers.get("2"), await answers.get("4")] == ["text", None]
