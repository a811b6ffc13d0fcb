"""Finding the task of a submission whose answer was lost. Pure: time and rows are passed in.

There is no idempotency key, and rows of the task list say nothing of their inputs: a task is ours only if
nobody else's can be meant (contract 1.4, 2.2). The list shows the whole account, not just our key.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..dashscope import Row
from .records import JobRecord

# A row may show up late; before that, no verdict.
SETTLE_SECONDS = 5.0
# How far the service's clock and ours may differ for a match, and for an excuse.
NEAR_SECONDS = 0.75
FAR_SECONDS = 300.0
# A request that arrives does so soon, however long its answer takes: what came up later is more likely another's.
ARRIVAL_SECONDS = 10.0


@dataclass(frozen=True)
class Adopt:
    """The one task that can only be ours."""

    task_id: str


@dataclass(frozen=True)
class NeverArrived:
    """The list has no task that could be ours: nothing was paid."""


@dataclass(frozen=True)
class Unclear:
    """Some task might be ours, and might not."""

    candidates: int


Verdict = Adopt | NeverArrived | Unclear


def look(
    job: JobRecord,
    others: Sequence[JobRecord],
    rows: Sequence[Row],
    known: Collection[str],
    ours: Collection[str] = (),
) -> Verdict:
    """What became of a submission.

    Args:
        job: the one whose answer was lost.
        others: the other jobs of its model whose answers were lost.
        rows: the model's tasks in the list.
        known: upstream ids that belong to other jobs.
        ours: upstream ids of tasks that were submitted with the same key, which tell what the list calls that key.
    """
    strangers = [row for row in rows if row.task_id not in known]
    keys = {row.key_id for row in rows if row.task_id in ours}
    with_our_key = [row for row in strangers if not keys or row.key_id in keys]
    near = [row for row in with_our_key if _within(job, row, ARRIVAL_SECONDS, NEAR_SECONDS)]
    shared = any(_within(other, row, ARRIVAL_SECONDS, NEAR_SECONDS) for other in others for row in near)
    if len(near) == 1 and not shared:
        return Adopt(near[0].task_id)
    far = [row for row in strangers if _within(job, row, FAR_SECONDS, FAR_SECONDS)]
    return Unclear(len(far)) if far else NeverArrived()


def _within(job: JobRecord, row: Row, most: float, play: float) -> bool:
    """Whether the task was made while the submission was out, or in the first `most` seconds of that, with `play`."""
    sent = job.sent or job.created
    return sent - play <= row.created <= min(job.lost or sent, sent + most) + play
