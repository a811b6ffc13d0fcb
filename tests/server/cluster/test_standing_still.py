"""A process stands still between what it has written down and what it sends, and goes on when others count it as gone.

Every scheme that leases work to processes pays twice here, unless what is late does not go out at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import anyio
import pytest

from server.cluster.machines import Machines
from server.cluster.pictures import Customers, paid_twice, picture
from server.cluster.starter import BEFORE_SENDING, BEFORE_TURN, STOP_AT
from server.cluster.town import Town, digest, town

pytestmark = pytest.mark.process
SPEED = 5.0
# How long it stands still, in the town's seconds: past half its lease, past its lease, until others have done its work.
STILL = {"past the time to send": 9.0, "past its lease": 20.0, "until others are done": None}
PLACES = {"before its turn": BEFORE_TURN, "before sending": BEFORE_SENDING}
# What it could still do by mistake it has done by then.
_AFTER_SECONDS = 10.0


@dataclass(frozen=True)
class Stillness:
    """What came of a job whose process stood still.

    Attributes:
        early: how often its picture was submitted before the process went on.
        twice: how many pictures were paid for more than once.
        delivered: whether its picture is there.
    """

    early: int
    twice: int
    delivered: bool
    passed: int


async def _stood_still(folder: Path, shared: Machines, where: str, seconds: float | None) -> Stillness:
    async with town(folder, shared.start, shared.new(), speed=SPEED) as place:
        still = await place.replica("still", 0.0, **{STOP_AT: where})
        async with anyio.create_task_group() as group:
            group.start_soon(Customers(place, Random(1)).order, 0)
            await still.stands_still()
            place.replicas.remove(still)  # nobody calls it any more
            await place.replica("other")
            group.cancel_scope.cancel()  # its answer may never come
        [[job_id]] = place.asked("SELECT id FROM jobs")
        customers = Customers(place, Random(2))
        if seconds is not None:
            await anyio.sleep(seconds / SPEED)
            early = _submitted(place)
            still.thaw()
            job = await customers.ended(job_id)
        else:
            job = await customers.ended(job_id)
            early = _submitted(place)
            still.thaw()
        await anyio.sleep(_AFTER_SECONDS / SPEED)
        assert still.lives
        delivered = await customers.delivers(0, job)
        return Stillness(early, paid_twice(place), delivered, len(place.sandbox.ledger.violations))


def _submitted(place: Town) -> int:
    return place.submissions[digest(picture(0))]


SCENARIOS = {
    f"{where} {still}": partial(_stood_still, where=PLACES[where], seconds=STILL[still])
    for where, still in product(PLACES, STILL)
}


@pytest.fixture(params=list(SCENARIOS))
def came(request: pytest.FixtureRequest, played: Callable[[str], Any]) -> Stillness:
    result: Stillness = played(request.param)
    return result


def test_what_stood_still_before_it_sent_pays_nothing_twice_when_it_goes_on(came: Stillness) -> None:
    assert came.twice == 0, came
    assert came.passed == 0, came


def test_the_job_of_a_process_that_stands_still_is_done(came: Stillness) -> None:
    assert came.delivered, came


def test_others_take_over_what_a_process_that_stands_still_has_not_sent(played: Callable[[str], Any]) -> None:
    for where in PLACES:
        assert played(f"{where} until others are done").early == 1
