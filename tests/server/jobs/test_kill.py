"""Servers that are killed at any moment: what was paid arrives, once, and what was not sent is sent by the next."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from qwen_localize.jobs import State
from server.jobs.kill_points import Point, Report, summary, survive
from server.jobs.many_kill_points import ManyReport
from server.jobs.processes import by_command
from server.jobs.scenarios import Closed, closed_midway, killed, many_killed
from server.jobs.world import assert_nothing_lost

SCENARIOS = {"killed": killed, "closed": closed_midway, "many": many_killed}
pytestmark = [pytest.mark.process, pytest.mark.skipif(sys.platform == "win32", reason="servers are forked")]


def test_all_that_was_paid_arrives_once_and_is_ours_wherever_in_their_lives_servers_are_killed(
    played: Callable[[str], Any], record_property: Callable[[str, object], None]
) -> None:
    reports: list[Report] = played("killed")
    record_property("kill points", summary(reports))
    # The random moments have met what they are meant to meet; what must not happen was checked on the way.
    assert sum(report.late for report in reports) >= len(reports)
    assert sum(report.strangers for report in reports) >= len(reports) // 2
    # Half of the points have one, and in half of those the server may be killed before it has written it down.
    assert sum(report.batches for report in reports) >= len(reports) // 4


def test_many_pictures_by_one_call_survive_every_kill_and_none_is_paid_twice(
    played: Callable[[str], Any], record_property: Callable[[str, object], None]
) -> None:
    report: ManyReport = played("many")
    record_property("many pictures", str(report))
    assert report.files + report.asked == report.wanted == 8
    assert report.files <= report.submissions <= report.wanted
    assert report.twice == 0
    assert len(report.killed) == 2


def test_a_server_that_is_closed_waits_for_the_answer_to_a_submission_and_keeps_the_id(
    played: Callable[[str], Any],
) -> None:
    closed: Closed = played("closed")
    assert closed.left.state is State.QUEUED
    assert closed.left.upstream_id
    assert_nothing_lost(closed.world, closed.outcomes, unpaid=0)


async def test_a_server_started_by_its_command_survives_as_well(tmp_path: Path) -> None:
    all_known = Point(0, delay=0.4, fault="", other=None, strangers=1, stranger=0.1, batch=False, uploads=3)
    with anyio.fail_after(60):
        report = await survive(tmp_path / "0", all_known, by_command)
    assert report.files == 3
    assert report.late >= 1
