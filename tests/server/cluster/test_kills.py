"""Replicas and workers are killed again and again: nothing is lost, paid twice, or sent above a limit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.cluster.kills import Plan, Report, survive
from server.cluster.machines import Machines

pytestmark = pytest.mark.process
# Slower than by hand: on a machine that is busy with other tests, leases would end before what they wait for.
JOBS, SPEED = 300, 3.0


async def _killed(folder: Path, shared: Machines) -> Report:
    return await survive(folder, shared.start, shared.new(), Plan(JOBS, speed=SPEED))


SCENARIOS = {"kills": _killed}


@pytest.fixture
def report(played: Callable[[str], Any], record_property: Callable[[str, object], None]) -> Report:
    came: Report = played("kills")
    record_property("kills", str(came))
    return came


def test_of_replicas_and_workers_that_are_killed_again_and_again_no_job_is_lost(report: Report) -> None:
    assert report.kills.total() >= report.seconds // 5, report  # each waits until the one before is replaced
    assert not report.lost, f"{report} {report.lost}"


def test_nothing_is_paid_twice_whoever_is_killed(report: Report) -> None:
    assert report.twice == 0, report


def test_all_together_keep_the_account_s_limits_whoever_is_killed(report: Report) -> None:
    assert not report.passed, report
