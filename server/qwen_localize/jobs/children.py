"""The parts of a batch that are jobs by themselves: waited for, and taken back when the batch stops.

They have all that other jobs have: each is written down before it is sent, looked for if its answer is lost, delivered,
and kept. What a batch begun anew has begun before, it finds again by its digest, and what another call has begun, it
joins: see `JobStore.add`.
"""

import json
from itertools import accumulate
from typing import Any

from ..clock import Clock, first
from ..state import until_available
from .lifecycle import Lifecycle
from .records import RESTING, JobRecord, State
from .store import JobStore
from .waiting import JobSignals

# How often a part is looked at that another process may have changed.
_LOOK_SECONDS = 2.0
# How much of the results is named with a batch that is not at its end: characters of JSON.
_MOST_NAMED = 30_000


class Children:
    """The parts of batches.

    Args:
        store: where jobs are written down.
        lifecycle: the only one that changes them.
        signals: tells of changes.
        clock: what time it is.
    """

    def __init__(self, store: JobStore, lifecycle: Lifecycle, signals: JobSignals, clock: Clock) -> None:
        self._store, self._lifecycle, self._signals, self._clock = store, lifecycle, signals, clock

    async def rested(self, job: JobRecord) -> JobRecord:
        """The part when nothing happens to it any more by itself."""
        while True:
            changed = self._signals.next(job.id)
            job = await self._now(job)
            if job.state in RESTING:
                return job
            await first(self._clock, _LOOK_SECONDS, changed)

    async def _now(self, job: JobRecord) -> JobRecord:
        """The part as it is; it may be paid, and a store that fails for a while must not hide that."""
        return await until_available(self._clock, lambda: self._store.get(job.id), job.id) or job

    async def withdraw(self, batch: JobRecord, *, cancel: bool = False) -> None:
        """Take back what was not sent; with `cancel`, also what the service has not begun."""
        own = [job for job in await self._store.children(batch.id) if job.parent == batch.id]
        for job in own:
            if not await self._lifecycle.withdrawn(job) and cancel:
                await self._lifecycle.cancel_wanted(job)

    async def all_rested(self, batch: JobRecord) -> list[dict[str, Any]]:
        """The results of all parts, as far as there are any, once nothing of the batch is out."""
        jobs = [await self.rested(job) for job in await self._store.children(batch.id)]
        artifacts = [artifact for job in jobs for artifact in job.artifacts]
        sizes = accumulate(len(json.dumps(artifact)) for artifact in artifacts)
        return [artifact for artifact, size in zip(artifacts, sizes, strict=True) if size <= _MOST_NAMED]

    async def is_left(self, job: JobRecord) -> bool:
        """Whether a part was not sent, and its batch will not send it."""
        batch = await self._store.get(job.parent)
        return job.state is State.PREPARED and (batch is None or batch.state in RESTING)
