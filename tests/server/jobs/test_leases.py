"""Who counts as alive, and who may send, in virtual time; the database's time is told by the tests as well."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from qwen_localize.clock import SharedClock
from qwen_localize.errors import StateUnavailable
from qwen_localize.jobs.leases import ARRIVED_SECONDS, BEAT_SECONDS, LEASE_SECONDS, SEND_SECONDS, LeaderLease, Leases
from qwen_localize.state.postgres import PostgresDatabase, PostgresSession
from stores import Postgres
from virtual_time import VirtualClock

_NOW = 1_800_000_000.0


class Place:
    """A database that several processes leave their signs of life in."""

    def __init__(self, database: PostgresDatabase) -> None:
        self.database, self.calendar = database, VirtualClock(_NOW)

    def process(self, ahead: float = 0.0) -> Leases:
        """One of them; its machine's clock is so many seconds ahead."""
        return Leases(self.database, SharedClock(VirtualClock(_NOW + ahead)))

    async def signs(self, *processes: Leases, seconds: float = 0.0) -> None:
        """They leave signs of life for so long, as `Leases.live` would."""
        until = self.calendar.now() + seconds
        while True:
            for process in processes:
                await process.sign()
            if self.calendar.now() >= until:
                return
            await anyio.sleep(BEAT_SECONDS)


@pytest.fixture
def place(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    database = PostgresDatabase(postgres.url, tmp_path)
    made = Place(database)
    now: Callable[[PostgresSession, float], float] = lambda _, __: made.calendar.wall()  # noqa: E731
    monkeypatch.setattr(PostgresSession, "now", now)
    yield made
    database.close()


async def test_processes_that_leave_signs_of_life_know_each_other_as_alive(place: Place) -> None:
    one, other = place.process(), place.process()
    await place.signs(one, other, seconds=3 * LEASE_SECONDS)
    assert one.is_alive(other.name)
    assert other.is_alive(one.name)
    one.check()


async def test_nothing_goes_out_half_a_lease_after_the_last_sign_of_life(place: Place) -> None:
    process = place.process()
    with pytest.raises(StateUnavailable, match="cut off"):
        process.check()
    await process.sign()
    await anyio.sleep(SEND_SECONDS - 0.01)
    process.check()
    await anyio.sleep(0.02)
    with pytest.raises(StateUnavailable, match="Nothing was sent"):
        process.check()
    await process.sign()  # it hears only now of what others have taken over meanwhile
    with pytest.raises(StateUnavailable):
        process.check()
    await process.sign()
    process.check()


async def test_a_sign_of_life_counts_from_when_it_began_to_be_written(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, write = place.process(), place.database.write

    async def slow(*arguments: Any, **how: Any) -> Any:
        found = await write(*arguments, **how)
        await anyio.sleep(SEND_SECONDS + 1)
        return found

    monkeypatch.setattr(place.database, "write", slow)
    await process.sign()
    with pytest.raises(StateUnavailable):
        process.check()


async def test_a_process_that_leaves_no_signs_is_gone_after_its_lease_and_not_before(place: Place) -> None:
    watching, silent = place.process(), place.process()
    await place.signs(watching, silent)
    await place.signs(watching, seconds=LEASE_SECONDS - BEAT_SECONDS)
    assert watching.is_alive(silent.name)
    await place.signs(watching, seconds=BEAT_SECONDS)
    assert not watching.is_alive(silent.name)
    assert not watching.has_arrived(silent.name)


async def test_what_a_process_that_is_gone_had_sent_has_arrived_after_the_longest_request(place: Place) -> None:
    watching, silent = place.process(), place.process()
    await place.signs(watching, silent)
    seen = place.calendar.wall()
    await place.signs(watching, seconds=LEASE_SECONDS + ARRIVED_SECONDS)
    assert not watching.has_arrived(silent.name)
    await place.signs(watching, seconds=BEAT_SECONDS)
    assert watching.has_arrived(silent.name)
    assert watching.gone_since(silent.name) == pytest.approx(seen + SEND_SECONDS + ARRIVED_SECONDS, abs=0.1)


async def test_a_process_that_says_that_it_goes_is_gone_at_once(place: Place) -> None:
    watching, going = place.process(), place.process()
    await place.signs(watching, going)
    await going.leave()
    await watching.sign()
    assert not watching.is_alive(going.name)


async def test_a_name_that_nobody_knows_may_be_that_of_one_who_has_just_come(place: Place) -> None:
    watching, newcomer = place.process(), place.process()
    await watching.sign()
    assert watching.is_alive(newcomer.name)
    await newcomer.sign()
    await watching.sign()
    assert watching.is_alive(newcomer.name)


async def test_a_name_that_stays_unknown_is_of_one_who_has_gone(place: Place) -> None:
    watching = place.process()
    await watching.sign()
    assert watching.is_alive("nobody")
    await place.signs(watching, seconds=BEAT_SECONDS)
    assert not watching.is_alive("nobody")
    assert watching.has_arrived("nobody")
    assert watching.gone_since("nobody") is None


async def test_who_is_cut_off_judges_nobody(place: Place) -> None:
    cut_off, other = place.process(), place.process()
    await place.signs(cut_off, other)
    await anyio.sleep(10 * LEASE_SECONDS)
    assert cut_off.is_alive(other.name)
    assert not cut_off.has_arrived(other.name)


async def test_what_nobody_owns_waits_for_its_turn_and_is_not_a_dead_processs(place: Place) -> None:
    process = place.process()
    await place.signs(process, seconds=LEASE_SECONDS)
    assert process.first_owner == ""
    assert process.is_alive("")


@pytest.mark.parametrize("ahead", [3600.0, -3600.0])
async def test_a_clock_an_hour_off_makes_nobody_gone_and_nobody_stay(place: Place, ahead: float) -> None:
    right, wrong, silent = place.process(), place.process(ahead), place.process(-ahead)
    await place.signs(right, wrong, silent)
    await place.signs(right, wrong, seconds=LEASE_SECONDS + BEAT_SECONDS)
    for watching, other in ((right, wrong), (wrong, right)):
        assert watching.is_alive(other.name)
        assert not watching.is_alive(silent.name)
        watching.check()


async def test_one_of_several_leads_until_it_lets_go(place: Place) -> None:
    one, other = (LeaderLease(place.database, place.calendar, "poller", name) for name in ("one", "other"))
    assert await one.take()
    assert not await other.take()
    await one.release()
    assert await other.take()
    assert not await one.take()


async def test_who_leads_goes_on_as_long_as_it_says_so(place: Place) -> None:
    one, other = (LeaderLease(place.database, place.calendar, "poller", name) for name in ("one", "other"))
    for _ in range(10):
        assert await one.take()
        assert not await other.take()
        await anyio.sleep(LEASE_SECONDS - 1)


async def test_another_leads_when_the_lease_of_the_one_that_died_is_over(place: Place) -> None:
    one, other = (LeaderLease(place.database, place.calendar, "poller", name) for name in ("one", "other"))
    assert await one.take()
    await anyio.sleep(LEASE_SECONDS - 0.1)
    assert not await other.take()
    await anyio.sleep(0.2)
    assert await other.take()
    await one.release()  # too late: it is not its own any more
    assert not await one.take()


async def test_there_is_a_leader_for_each_name(place: Place) -> None:
    assert await LeaderLease(place.database, place.calendar, "poller a", "one").take()
    assert await LeaderLease(place.database, place.calendar, "poller b", "other").take()


async def test_who_leads_says_so_no_more_often_than_it_leaves_signs_of_life(place: Place) -> None:
    lease = LeaderLease(place.database, place.calendar, "poller", "one")
    assert await lease.take()
    await place.database.write(lambda session: session.execute("UPDATE leaders SET holder = 'other'"))
    assert await lease.take()
    await anyio.sleep(BEAT_SECONDS)
    assert not await lease.take()
