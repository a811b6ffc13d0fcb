"""Jobs as the tools see them: begun, joined, waited for, cancelled.

A job belongs to the process, not to the request that asked for it: it goes on when the request ends.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import anyio
from anyio.abc import TaskGroup

from ..errors import BadArgument, LocalizeError
from .poller import Poller
from .records import RESTING, JobRecord, State
from .submission import Order, Submission
from .waiting import first

logger = logging.getLogger(__name__)

# A cancelled request is acted on only after this: the client's word for it comes a moment later than the end itself.
GRACE_SECONDS = 0.5
# How often a process that waits looks for what others have written.
WATCH_SECONDS = 0.5
# How long a cancellation waits to be told what became of it.
CANCEL_SECONDS = 6.0


class Runner:
    """The jobs of this process.

    Args:
        poller: what follows them once they are submitted; shares its store, clock and client.
        group: lives as long as the process; jobs run in it.
    """

    def __init__(self, poller: Poller, group: TaskGroup) -> None:
        self._poller = poller
        self._store, self._client, self._clock = poller.store, poller.client, poller.clock
        self._group = group
        self._submission = Submission(poller)
        self._waiting: Counter[str] = Counter()

    async def begin(self, order: Order) -> JobRecord:
        """Begin a job, or join the one that runs for the same request.

        Raises:
            OverBudget: it would pass the daily budget; nothing was sent.
        """
        now = self._clock.wall()
        record = JobRecord(
            id=f"job-{uuid4().hex[:10]}",
            scope=self._poller.scope,
            tool=order.tool,
            label=order.label,
            digest=order.digest,
            model=order.model,
            directory=order.directory,
            stem=order.stem,
            owner=self._poller.presence.name,
            created=now,
            changed=now,
            cost=order.cost,
            kind=order.kind,
        )
        # Once it is written down it is also begun: everybody who asks for the same joins it.
        with anyio.CancelScope(shield=True):
            found = await self._store.add(record, order.cap)
            if found.id == record.id:
                self._group.start_soon(self._submission.run, record, order)
        return found if found.id == record.id else await self._again(found)

    async def _again(self, job: JobRecord) -> JobRecord:
        """A job that is asked for again: one that could not be fetched is tried again."""
        if job.state is State.UNDELIVERED:
            await self._change(job, only={State.UNDELIVERED}, state=State.READY, message="")
            self._poller.woken.happened()
        return await self.get(job.id)

    async def get(self, job_id: str) -> JobRecord:
        """One job.

        Raises:
            BadArgument: there is none of that id.
        """
        job = await self._store.get(job_id)
        if job is None:
            raise BadArgument("There is no job with this job_id. list_jobs shows the recent ones.")
        return job

    async def resume(self, job_id: str) -> JobRecord:
        """One job; one that could not be fetched is tried again."""
        return await self._again(await self.get(job_id))

    async def recent(self, limit: int) -> list[JobRecord]:
        """The newest jobs."""
        return await self._store.recent(limit)

    async def wait(
        self,
        job_id: str,
        seconds: float,
        tell: Callable[[JobRecord], Awaitable[None]],
        given_up: Callable[[], bool] = lambda: False,
    ) -> JobRecord:
        """The job when it rests, or as it is after `seconds`.

        Args:
            given_up: whether the client has cancelled the request that began the job; the job is then cancelled if
                nobody else wants it. A request that ends in another way, as with its connection, cancels nothing.
        """
        self._waiting[job_id] += 1
        try:
            return await self._watch(job_id, self._clock.now() + seconds, tell)
        except anyio.get_cancelled_exc_class():
            # A group that is already cancelled says that the whole server is ending.
            if not self._group.cancel_scope.cancel_called:
                self._group.start_soon(self._abandoned, job_id, given_up)
            raise
        finally:
            self._waiting[job_id] -= 1

    async def _watch(self, job_id: str, until: float, tell: Callable[[JobRecord], Awaitable[None]]) -> JobRecord:
        shown: tuple[State, str] | None = None
        while True:
            job = await self.get(job_id)
            if (job.state, job.message) != shown:
                shown = (job.state, job.message)
                await tell(job)
            left = until - self._clock.now()
            if job.state in RESTING or left <= 0:
                return job
            await first(self._clock, min(left, WATCH_SECONDS), self._poller.changed.next)

    async def _abandoned(self, job_id: str, given_up: Callable[[], bool]) -> None:
        await self._clock.sleep(GRACE_SECONDS)
        try:
            job = await self.get(job_id)
            if given_up() and not self._waiting[job_id] and not job.joins:
                await self.cancel(job_id)
        except LocalizeError as error:
            logger.warning("A job could not be cancelled: %s", error)

    async def cancel(self, job_id: str) -> JobRecord:
        """Cancel a job as far as it can be: what already runs upstream will be paid for, and is finished and kept."""
        job = await self.get(job_id)
        words = "Cancelled before it was sent; nothing was paid."
        if done := await self._change(job, only={State.PREPARED}, state=State.CANCELED, message=words, billed=0.0):
            return done
        if job.state is State.UNCLEAR:
            words = "Given up: whether it was paid is not known. Repeating the call pays (again)."
            await self._change(job, only={State.UNCLEAR}, state=State.CANCELED, message=words)
        elif self._submission.stop(job_id):
            return await self._settled(job_id)
        elif await self._change(job, only={State.SUBMITTING, State.UNSURE, State.QUEUED}, cancel=True):
            self._poller.woken.happened()
            return await self._settled(job_id)
        return await self.get(job_id)

    async def _settled(self, job_id: str) -> JobRecord:
        """The job once the poller has seen to its cancellation, or as it is after a few seconds."""
        until = self._clock.now() + CANCEL_SECONDS
        while True:
            job = await self.get(job_id)
            if not job.cancel or job.state in RESTING or self._clock.now() >= until:
                return job
            await first(self._clock, WATCH_SECONDS, self._poller.changed.next)

    async def _change(self, job: JobRecord, **values: Any) -> JobRecord | None:
        changed = await self._store.change(job.id, self._clock.wall(), **values)
        self._poller.changed.happened()
        return changed
