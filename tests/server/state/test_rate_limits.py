"""Rate limits that the processes of a machine share."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from qwen_localize.dashscope import Limit
from qwen_localize.state import Database, SharedRateLimits

NOW = 1_800_000_000.0
SCOPE = "scope"


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


async def test_two_processes_together_reserve_no_more_than_the_limit_allows(
    database: Database, other: Database
) -> None:
    limit, taken, now = Limit(requests=60), list[float](), NOW
    while now < NOW + 20:
        for limits in (SharedRateLimits(database, SCOPE), SharedRateLimits(other, SCOPE)):
            if not await limits.reserve("image", limit, 0, now):
                taken.append(now)
        now += 0.05
    assert len(taken) >= 18
    assert all(later - earlier >= 1 for earlier, later in pairwise(taken))


async def test_a_process_whose_look_at_the_clock_is_a_moment_older_reserves_nothing_extra(
    database: Database, other: Database
) -> None:
    assert await SharedRateLimits(database, SCOPE).reserve("image", Limit(60), 0, NOW + 0.002) == 0
    assert await SharedRateLimits(other, SCOPE).reserve("image", Limit(60), 0, NOW) > 0.9


async def test_reservations_from_before_the_machine_was_restarted_hold_nobody_up(database: Database) -> None:
    assert await SharedRateLimits(database, SCOPE).reserve("image", Limit(60), 0, NOW) == 0
    assert await SharedRateLimits(database, SCOPE).reserve("image", Limit(60), 0, NOW - 3600) == 0


async def test_tokens_are_counted_together(database: Database, other: Database) -> None:
    limit = Limit(requests=6000, tokens=100)
    assert await SharedRateLimits(database, SCOPE).reserve("text", limit, 60, NOW) == 0
    assert await SharedRateLimits(other, SCOPE).reserve("text", limit, 60, NOW + 1) == pytest.approx(59)
    assert await SharedRateLimits(other, SCOPE).reserve("other", limit, 60, NOW + 1) == 0


async def test_the_gap_after_a_touch_is_measured_from_it(database: Database, other: Database) -> None:
    await SharedRateLimits(database, SCOPE).reserve("query", Limit(60), 0, NOW)
    await SharedRateLimits(database, SCOPE).restart_gap("query", NOW + 0.5)
    assert await SharedRateLimits(other, SCOPE).reserve("query", Limit(60), 0, NOW + 1.2) == pytest.approx(0.35)


async def test_another_account_has_limits_of_its_own(database: Database) -> None:
    assert await SharedRateLimits(database, SCOPE).reserve("image", Limit(60), 0, NOW) == 0
    assert await SharedRateLimits(database, "another key").reserve("image", Limit(60), 0, NOW) == 0


async def test_a_reservation_is_corrected_for_all_processes(database: Database, other: Database) -> None:
    limit = Limit(requests=6000, tokens=100)
    await SharedRateLimits(database, SCOPE).reserve("text", limit, 90, NOW)
    await SharedRateLimits(database, SCOPE).correct("text", NOW, 20)
    assert await SharedRateLimits(other, SCOPE).reserve("text", limit, 80, NOW + 1) == 0
