"""The same kills as in `test_kill`, of servers that have their jobs in PostgreSQL, where leases tell who is gone."""

import sys
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from server.jobs.kill_points import points, summary, survive_all
from server.jobs.processes import by_fork
from stores import PostgresServer

pytestmark = [pytest.mark.process, pytest.mark.skipif(sys.platform == "win32", reason="servers are forked")]
KILL_POINTS, SEED = 8, 20261122


async def test_all_that_was_paid_arrives_once_and_is_ours_wherever_in_their_lives_servers_are_killed(
    tmp_path: Path, postgres_server: PostgresServer, record_property: Callable[[str, object], None]
) -> None:
    with by_fork() as start, anyio.fail_after(200):
        wanted = points(KILL_POINTS, SEED)
        reports = await survive_all(tmp_path, wanted, start, KILL_POINTS, postgres_server.database)
    record_property("kill points", summary(reports))
    assert sum(report.late for report in reports) >= len(reports)
    assert sum(report.batches for report in reports) >= len(reports) // 4
