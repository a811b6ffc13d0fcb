"""Each fault at each stage of a job's life: the file arrives or a clear error comes, and nothing is paid twice.

Time is virtual, for service and servers alike, so that pauses, limits, time-outs, and the times by which a lost
submission is looked for are those of earnest, and take no time.
"""

from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from server.jobs.world import assert_delivered, assert_nothing_lost, assert_readable, in_order, world
from virtual_time import VirtualClock

pytestmark = pytest.mark.process(time="virtual")  # over real sockets, which takes its time
FILE = ""

# What comes of each fault, "" for a file. Where words come, they come as often as the fault strikes.
ENDINGS: dict[str, dict[str, str]] = {
    "policy": {
        **dict.fromkeys(("throttle:2", "burst:2", "error:2", "busy:2", "stall:1", "drop:2", "refuse:2"), FILE),
        **dict.fromkeys(("garbage:2", "cut:2", "slow:2"), FILE),
        "debt:1": "The account cannot pay",
        "nokey:1": "refused the API key",
    },
    "upload": dict.fromkeys(("error:2", "busy:2", "stall:1", "drop:2", "refuse:2"), FILE),
    "submit": {
        **dict.fromkeys(("throttle:2", "burst:2", "slow:2"), FILE),
        # Carried out, and the answer lost: found in the task list.
        **dict.fromkeys(("drop:1", "garbage:1", "cut:1"), FILE),
        # Not carried out, and not known to be: looked for, not found, and sent again.
        **dict.fromkeys(("stall:1", "refuse:2", "error:1", "busy:1"), FILE),
        "fail:1": "The task failed and was not billed",
        "debt:1": "The account cannot pay",
        "nokey:1": "refused the API key",
    },
    "query": {
        **dict.fromkeys(("throttle:3", "burst:3", "error:3", "busy:3", "stall:1", "drop:3", "refuse:3"), FILE),
        **dict.fromkeys(("garbage:3", "cut:3", "slow:2", "nokey:2"), FILE),
    },
    "list": {
        **dict.fromkeys(("throttle:3", "burst:3", "error:3", "busy:3", "stall:1", "drop:3", "refuse:3"), FILE),
        **dict.fromkeys(("garbage:3", "cut:3", "slow:2", "nokey:2"), FILE),
    },
    "download": {
        **dict.fromkeys(("error:3", "busy:3", "stall:1", "drop:3", "refuse:3", "cut:3"), FILE),
        **dict.fromkeys(("slow:2", "empty:3", "wrongtype:3", "expire:2"), FILE),
    },
}


def cells() -> list[object]:
    """Each fault at each stage, met by one server and by two in turn."""
    every = [(stage, *fault.split(":"), words) for stage, kinds in ENDINGS.items() for fault, words in kinds.items()]
    return [
        pytest.param(f"{kind}@{stage}:{times}", words, servers, id=f"{stage}-{kind}-{servers}")
        for servers, (stage, kind, times, words) in zip(cycle((1, 2)), every, strict=False)
    ]


@pytest.mark.parametrize(("fault", "expected", "servers"), cells())
async def test_a_passing_fault_ends_in_a_file_or_in_clear_words_and_nothing_is_paid_twice(
    tmp_path: Path, clock: VirtualClock, stored: dict[str, Any], fault: str, expected: str, servers: int
) -> None:
    async with world(tmp_path, [fault], servers=servers, clock=clock, **stored) as w:
        outcomes = await w.translate(1 + servers)
        await w.idle()
    failed = [outcome for outcome in outcomes if outcome.is_error]
    assert len(failed) == (int(fault.partition(":")[2]) if expected else 0), [each.words for each in failed]
    assert all(expected in outcome.words for outcome in failed), [each.words for each in failed]
    assert_nothing_lost(w, outcomes, unpaid=len(failed))


@pytest.mark.parametrize("fault", ["refuse@policy", "busy@upload", "throttle@submit", "refuse@submit"])
async def test_what_cannot_be_sent_is_not_paid_and_the_same_call_succeeds_later(
    tmp_path: Path, clock: VirtualClock, stored: dict[str, Any], fault: str
) -> None:
    async with world(tmp_path, [fault], servers=2, clock=clock, **stored) as w:
        refused = await w.translate(2)
        w.sandbox.faults.clear()
        outcomes = await w.translate(2)
        await w.idle()
    assert all(outcome.is_error for outcome in refused)
    for outcome in refused:
        assert_readable(outcome.words)
    assert_nothing_lost(w, outcomes, unpaid=0)


@pytest.mark.parametrize(
    "fault",
    ["busy@query", "stall@query", "drop@query", "garbage@query", "nokey@list", "drop@list", "garbage@list", "cut@list"],
)
async def test_a_job_that_cannot_be_followed_answers_with_its_id_and_arrives_once_the_service_is_back(
    tmp_path: Path, clock: VirtualClock, stored: dict[str, Any], fault: str
) -> None:
    async with world(tmp_path, [fault], servers=2, clock=clock, QWEN_LOCALIZE_WAIT="20", **stored) as w:
        handles = await w.translate(2)
        w.sandbox.faults.clear()
        ended = await w.ended()
        await w.idle()
    for handle in handles:
        assert handle.data["status"] in ("queued", "running")
        assert "get_job with this job_id" in handle.words
    assert_nothing_lost(w, in_order(ended), unpaid=0)


async def test_when_every_answer_is_lost_each_picture_is_still_paid_once_and_known_by_its_result(
    tmp_path: Path, clock: VirtualClock, stored: dict[str, Any]
) -> None:
    async with world(tmp_path, ["drop@submit"], servers=2, clock=clock, **stored) as w:
        outcomes = await w.translate(3)
        await w.idle()
    assert_nothing_lost(w, outcomes, unpaid=0)
    for outcome in outcomes:
        assert_delivered(outcome)
