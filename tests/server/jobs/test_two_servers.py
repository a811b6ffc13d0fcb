"""Two server processes on one machine, which share a state directory: one polls and fetches for both."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from server.jobs.scenarios import BROKEN, POLITE, Shared, Takeover, Trouble, shared_work, take_over, trouble
from server.jobs.world import assert_nothing_lost

pytestmark = [pytest.mark.process, pytest.mark.skipif(sys.platform == "win32", reason="servers are forked")]
SCENARIOS = {
    "shared work": shared_work,
    "takeover": take_over,
    "polite": partial(trouble, faults=POLITE),
    "broken": partial(trouble, faults=BROKEN),
}
Played = Callable[[str], Any]


@pytest.fixture
def shared(played: Played) -> Shared:
    result: Shared = played("shared work")
    return result


@pytest.fixture
def takeover(played: Played) -> Takeover:
    result: Takeover = played("takeover")
    return result


def test_together_they_keep_the_limits_of_one_account(shared: Shared) -> None:
    assert shared.world.sandbox.ledger.violations == ()


def test_each_result_is_asked_for_once_and_fetched_once_whoever_began_the_job(shared: Shared) -> None:
    ledger = shared.world.sandbox.ledger
    assert [ledger.count(kind) for kind in ("submit", "query", "download")] == [4, 4, 4]
    assert_nothing_lost(shared.world, shared.outcomes, unpaid=0)


def test_the_same_call_from_both_is_one_job(shared: Shared) -> None:
    assert shared.begun["status"] == "queued"
    assert shared.joined["job_id"] == shared.begun["job_id"]
    assert shared.joined["status"] == "succeeded"


def test_a_job_begun_by_one_can_be_waited_for_from_the_other(shared: Shared) -> None:
    assert shared.waited["status"] == "succeeded"
    assert len(shared.waited["artifacts"]) == 1


def test_the_task_list_is_read_as_often_as_by_a_single_server(takeover: Takeover) -> None:
    assert 2 <= takeover.lists <= takeover.quiet_seconds + 1  # two by themselves would read it twice as often


def test_when_the_one_that_polls_is_killed_the_other_takes_over_and_delivers_everything(
    takeover: Takeover, record_property: Callable[[str, object], None]
) -> None:
    record_property("takeover seconds", round(takeover.seconds, 2))
    assert takeover.seconds < 5
    assert_nothing_lost(takeover.world, takeover.outcomes, unpaid=0)


@pytest.mark.parametrize("scenario", ["polite", "broken"])
def test_with_faults_at_every_stage_both_still_deliver_everything_once(played: Played, scenario: str) -> None:
    came: Trouble = played(scenario)
    assert_nothing_lost(came.world, came.outcomes, unpaid=0)
    assert "Traceback" not in came.log
    assert not list(came.world.sandbox.faults), "some faults have not struck"
