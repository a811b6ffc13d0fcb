"""From a result that is paid for to a file, when the way is bad."""

import re
from pathlib import Path

import pytest

from server.jobs.world import assert_nothing_lost, assert_readable, in_order, world


@pytest.mark.parametrize("fault", ["error@download", "stall@download", "cut@download", "wrongtype@download"])
async def test_a_result_that_cannot_be_fetched_is_said_to_be_paid_and_get_job_fetches_it(
    tmp_path: Path, fault: str
) -> None:
    async with world(tmp_path, [fault], servers=2) as w:
        refused = await w.translate(2)
        w.sandbox.faults.clear()
        ended = await w.ended()
        await w.idle()
    for outcome in refused:
        assert outcome.is_error
        assert_readable(outcome.words)
        assert re.search(r"paid for .* do not repeat the call, get_job with job_id job-\w+ fetches it", outcome.words)
    assert_nothing_lost(w, in_order(ended), unpaid=0)
