"""Which tasks of the list may be those of a submission whose answer was lost. Pure: time and rows are passed in.

There is no idempotency key, and rows of the task list say nothing of their inputs (docs/model-studio.md 1.4, 2.2). The
list shows the whole account, not just our key, and another program may have sent the same model something in the same
second. Time alone therefore never makes a task ours: it names candidates, of which the results tell the rest.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..dashscope import Row
from .records import JobRecord

# A row may show up late; before that, no verdict.
SETTLE_SECONDS = 5.0
# How far the service's clock and ours may differ for a candidate, and for an excuse.
NEAR_SECONDS = 0.75
FAR_SECONDS = 300.0
# A request that arrives does so soon, however long its answer takes: what came up later is more likely another's.
ARRIVAL_SECONDS = 10.0
# What ended so was free: no doubt hangs on it.
ENDED_FREE = frozenset({"FAILED", "CANCELED"})
# More candidates than this are not looked at: each takes a query and a download.
MOST_CANDIDATES = 5


@dataclass(frozen=True)
class Candidates:
    """Tasks that were made while the submission was out."""

    rows: tuple[Row, ...]


@dataclass(frozen=True)
class NeverArrived:
    """The list has no task that could be ours: nothing was paid."""


@dataclass(frozen=True)
class Ambiguous:
    """Some tasks might be ours, and nothing tells which."""

    count: int


Verdict = Candidates | NeverArrived | Ambiguous


def look(job: JobRecord, rows: Sequence[Row], known: Collection[str], ours: Collection[str] = ()) -> Verdict:
    """What the list says of a submission.

    Args:
        job: the one whose answer was lost.
        rows: the model's tasks in the list.
        known: upstream ids that belong to other jobs.
        ours: upstream ids of tasks that were submitted with the same key, which tell what the list calls that key.
    """
    strangers = [row for row in rows if row.task_id not in known and row.status not in ENDED_FREE]
    keys = {row.key_id for row in rows if row.task_id in ours}
    with_our_key = [row for row in strangers if not keys or row.key_id in keys]
    near = tuple(row for row in with_our_key if was_out(job, row))
    if 0 < len(near) <= MOST_CANDIDATES:
        return Candidates(near)
    far = [row for row in strangers if _within(job, row, FAR_SECONDS, FAR_SECONDS)]
    return Ambiguous(len(far)) if far else NeverArrived()


def was_out(job: JobRecord, row: Row, skew: float = 0.0) -> bool:
    """Whether a task was made while the submission was on its way, with clocks that may differ by `skew` besides."""
    return _within(job, row, ARRIVAL_SECONDS, NEAR_SECONDS + abs(skew))


def is_of_its_time(job: JobRecord, other: JobRecord) -> bool:
    """Whether another submission went out so near to this one that what becomes of it can matter here."""
    apart = (other.sent or other.created) - (job.sent or job.created)
    return abs(apart) <= 2 * FAR_SECONDS + ARRIVAL_SECONDS


def _within(job: JobRecord, row: Row, most: float, play: float) -> bool:
    """Whether the task was made while the submission was out, or in the first `most` seconds of that, with `play`."""
    sent = job.sent or job.created
    latest = sent + most if job.lost is None else min(job.lost, sent + most)  # without `lost`, it is still out
    return sent - play <= row.created <= latest + play
