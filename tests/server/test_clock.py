"""A machine's clock that goes by a database's."""

import pytest

from qwen_localize.clock import SharedClock
from virtual_time import VirtualClock

NOON = 1_800_000_000.0


class Asked(SharedClock):
    """A shared clock whose database is ahead, and takes its time to say so."""

    def __init__(self) -> None:
        self.own = VirtualClock(NOON)
        super().__init__(self.own)

    async def ask(self, ahead: float, before: float, after: float) -> None:
        """Hear a time that is ahead, so many seconds after asking for it, and so many before it is heard."""
        asked = self.now()
        await self.own.sleep(before)
        told = self.own.wall() + ahead
        await self.own.sleep(after)
        self.follow(told, asked)

    @property
    def ahead(self) -> float:
        """By how much it is taken to be ahead."""
        return self.wall() - self.own.wall()


async def test_the_databases_time_is_what_counts_however_wrong_a_machines_own_is() -> None:
    clock = Asked()
    await clock.ask(3600, 0.01, 0.01)
    assert clock.ahead == pytest.approx(3600)


async def test_an_answer_that_took_long_does_not_spoil_what_is_known_better() -> None:
    clock = Asked()
    await clock.ask(5, 0.002, 0.002)
    await clock.ask(5, 0.0, 4.0)
    await clock.ask(5, 4.0, 0.0)
    assert clock.ahead == pytest.approx(5, abs=0.01)


async def test_an_answer_that_took_long_counts_until_a_better_one_comes() -> None:
    clock = Asked()
    await clock.ask(5, 4.0, 0.0)
    assert clock.ahead == pytest.approx(5, abs=2.01)
    await clock.ask(5, 0.002, 0.002)
    assert clock.ahead == pytest.approx(5, abs=0.01)


async def test_a_database_whose_clock_was_set_is_believed_even_if_its_answer_took_long() -> None:
    clock = Asked()
    await clock.ask(0, 0.002, 0.002)
    await clock.ask(3600, 0.5, 0.5)
    assert clock.ahead == pytest.approx(3600)


async def test_clocks_that_drift_apart_are_followed_although_each_answer_takes_a_little_longer() -> None:
    clock = Asked()
    for second in range(200):
        await clock.ask(second * 0.0005, 0.01 + second * 0.0001, 0.01)
        await clock.own.sleep(1)
    assert clock.ahead == pytest.approx(200 * 0.0005, abs=0.02)
