"""A day's budget on PostgreSQL, where its sum is kept beside the costs."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import anyio
import pytest

from qwen_localize.errors import OverBudget
from qwen_localize.state import Cost, CostLedger
from qwen_localize.state.costs import settle_job
from qwen_localize.state.postgres import PostgresDatabase
from stores import Postgres

_AT = 1_800_000_000.0
_DAY = 24 * 3600.0


@pytest.fixture
def database(postgres: Postgres, tmp_path: Path) -> Iterator[PostgresDatabase]:
    made = PostgresDatabase(postgres.url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def ledger(database: PostgresDatabase) -> CostLedger:
    return CostLedger(database)


def cost(cny: float, job_id: str | None = None, scope: str = "scope") -> Cost:
    return Cost(scope, "tool", "model", cny, job_id)


async def test_what_a_call_really_cost_counts_in_place_of_what_was_expected(
    database: PostgresDatabase, ledger: CostLedger
) -> None:
    entry = await ledger.expect(cost(6), _AT, 10)
    await ledger.expect(cost(3, "job-a"), _AT, 10)
    with pytest.raises(OverBudget):
        await ledger.check("scope", 2, _AT, 10)
    await ledger.settle(entry, 0)
    await database.write(lambda session: settle_job(session, "job-a", 1))
    await ledger.check("scope", 9, _AT, 10)
    with pytest.raises(OverBudget, match=r"estimated at 1\.0000 CNY"):
        await ledger.check("scope", 9.1, _AT, 10)


async def test_each_day_and_each_purse_has_a_sum_of_its_own(ledger: CostLedger) -> None:
    await ledger.expect(cost(10), _AT, 10)
    await ledger.expect(cost(10), _AT + _DAY, 10)
    await ledger.expect(cost(10, scope="another"), _AT, 10)


async def test_fifty_at_once_never_pass_the_budget(ledger: CostLedger) -> None:
    taken: list[int] = []

    async def one() -> None:
        with suppress(OverBudget):
            taken.append(await ledger.expect(cost(1), _AT, 20))

    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(one)
    assert len(taken) == 20
    assert (await ledger.by_day("scope"))[0]["cny"] == 20
