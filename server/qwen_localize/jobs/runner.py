"""Jobs as the tools see them: begun, joined, waited for, cancelled.

A job belongs to the machine, not to the request that asked for it: it goes on when the request ends.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

import anyio
from anyio.abc import TaskGroup

from ..clock import first
from ..errors import BadArgument, LocalizeError, TryLater
from ..files import Kept, LocalMedia
from ..state import until_available
from .environment import Environment
from .order import Order
from .records import FINAL, PAST_BUDGET, RESTING, JobRecord, Kind, State
from .store import OwnJobs
from .submission import Submission
from .work import Batch, work_for

logger = logging.getLogger(__name__)

# A request's end is acted on only after this: the client's word for it comes a moment later than the end itself.
GRACE_SECONDS = 0.5
# How often a process that waits looks for what others have written.
WATCH_SECONDS = 0.5
# How long a cancellation waits to be told what became of it.
CANCEL_SECONDS = 6.0

OnChange = Callable[[JobRecord], Awaitable[None]]
GivenUp = Callable[[], bool]


class Runner:
    """The jobs of one principal in this process.

    Args:
        environment: what all parts share.
        submission: sends jobs in this process.
        group: lives as long as the process; jobs run in it.
        principal: whose jobs can be seen, and are begun.
    """

    def __init__(self, environment: Environment, submission: Submission, group: TaskGroup, principal: str = "") -> None:
        self._env = environment
        self._lifecycle = environment.lifecycle
        self._clock = environment.clock
        self._submission = submission
        self._group = group
        self._waiting = environment.waiting
        self._own = OwnJobs(environment.store, principal)

    def now(self) -> float:
        """Seconds on the machine's clock."""
        return self._clock.now()

    async def begin(
        self, tool: str, order: Order, directory: Path, cap: float | None, pay_again: str = ""
    ) -> JobRecord:
        """Begin a job, or join the one that there is for the same request.

        Args:
            tool: by whose name its work is found.
            order: what is to be done.
            directory: where its artifacts go.
            cap: the daily budget in CNY.
            pay_again: the job that needs a decision, and that the user has decided to pay for once more.

        Raises:
            OverBudget: it would pass the daily budget; nothing was sent.
        """
        record = self._record(tool, order, directory)
        if self._env.shelves:  # no two replicas then give the same name to files of two jobs
            record = replace(record, directory=str(directory / record.id))
        # Once it is written down it is also begun, and whoever has let it go on also waits for it: what is cancelled
        # in between is felt there.
        with anyio.CancelScope(shield=True):
            found = await self._paid_again(record, pay_again) or await self._added(record, order, cap)
            if found.id == pay_again:
                await self._lifecycle.given_up(found)  # unless another was quicker
                found = await self._paid_again(record, pay_again) or await self._added(record, order, cap)
            if found.id == record.id:
                self._start(record)
            else:
                found = await self._go_on(found, past_budget=order.past_budget)
        return found

    async def _paid_again(self, record: JobRecord, job_id: str) -> JobRecord | None:
        """The job by which another call has ordered anew what the user has decided to pay for once more."""
        return await self._env.store.successor(job_id, record.digest) if job_id else None

    async def child(self, batch: JobRecord, order: Order, directory: Path, cap: float | None) -> JobRecord:
        """A part of a batch, as a job by itself, when it has come to rest.

        It is begun once, however often the batch is; and what another call has begun, and not ended, is joined.

        Args:
            batch: whose part it is.
            order: what is to be done.
            directory: where its artifacts go, as those of the batch.
            cap: the daily budget in CNY.

        Raises:
            OverBudget: it would pass the daily budget; nothing was sent.
        """
        while True:
            record = replace(self._record(batch.tool, order, directory), parent=batch.id)
            begin = partial(self._part_begun, record, order, cap)
            found = await until_available(self._clock, begin, f"A part of {batch.id}")
            rested = await self._env.children.rested(found)
            # What was taken back for free by the call that had begun it is still wanted here.
            if found.parent == batch.id or rested.state is not State.CANCELED or rested.cost != 0:
                return rested

    async def _part_begun(self, record: JobRecord, order: Order, cap: float | None) -> JobRecord:
        with anyio.CancelScope(shield=True):
            found = await self._added(record, order, cap)
            if found.id == record.id:
                self._start(found)
            elif found.state is State.PREPARED:
                await self._send_left(found)
            elif found.state is State.UNDELIVERED and await self._lifecycle.fetch_again(found):
                self._env.woken.happened()
        return found

    async def _send_left(self, job: JobRecord) -> None:
        """Send a part of a batch, if the process that was about to has gone."""
        if self._env.presence.is_alive(job.owner):
            return
        if taken := await self._lifecycle.taken_over(job, self._env.presence.first_owner):
            self._start(taken)

    def _start(self, job: JobRecord) -> None:
        """Do a job that is this process's; what nobody owns stands in the queue of all."""
        if job.owner:
            self._group.start_soon(self._submission.run, job)

    def _record(self, tool: str, order: Order, directory: Path) -> JobRecord:
        work, now = work_for(self._env.works[tool], many=order.many), self._clock.wall()
        return JobRecord(
            id=f"job-{uuid4().hex[:10]}",
            scope=self._env.scope,
            principal=self._own.principal,
            tool=tool,
            label=order.label,
            digest=order.digest(tool),
            model=order.model.name,
            arguments=order.arguments | order.remarks | ({PAST_BUDGET: True} if order.past_budget else {}),
            inputs=[Kept.of(media).as_json for media in order.inputs],
            directory=str(directory),
            stem=order.stem,
            owner=self._env.presence.first_owner,
            created=now,
            changed=now,
            cost=order.cost,
            pieces=order.pieces,
            kind=Kind.BATCH if isinstance(work, Batch) else work.kind,
        )

    def is_here(self, job: JobRecord) -> bool:
        """Whether it goes on in this process: with the service and key that are used here."""
        return job.scope == self._env.scope

    async def _added(self, record: JobRecord, order: Order, cap: float | None) -> JobRecord:
        """The job that is written down, its inputs kept; or the one that it joins."""

        def has_inputs() -> bool:
            return not lost and all(self._env.inputs.holds(Kept(**kept)) for kept in record.inputs)

        while True:
            for media in order.inputs:
                if isinstance(media, LocalMedia):
                    await self._env.inputs.put(media.data)
            kept = [media for media in order.inputs if isinstance(media, Kept)]
            lost = [media for media in kept if await self._env.inputs.is_lost(media)]
            try:
                # In between, the end of another job with the same input may have let go of it, in another process.
                if added := await self._env.store.add(record, cap, has_inputs):
                    return added
            finally:
                self._env.inputs.settled(kept["digest"] for kept in record.inputs)
            if lost or not all(self._env.inputs.holds(media) for media in kept):
                raise TryLater(
                    "An input was let go of by another job that ended just now. Nothing was sent; call again."
                )

    async def _go_on(self, job: JobRecord, *, past_budget: bool = False) -> JobRecord:
        """A job that is asked for again: what rests, and can go on, does; past the daily budget if that is agreed."""
        if job.state not in (State.PAUSING, State.PAUSED, State.UNDELIVERED):
            return job
        if not self.is_here(job) or job.tool not in self._env.works:
            return job  # it goes on where its key and its tool are
        if job.state is State.PAUSING:
            await self._lifecycle.wanted(job)
        elif job.kind is Kind.BATCH:
            owner = self._env.presence.first_owner
            if resumed := await self._lifecycle.resumed(job, owner, past_budget=past_budget):
                self._start(resumed)
        elif await self._lifecycle.fetch_again(job):
            self._env.woken.happened()
        return await self.get(job.id)

    def is_batch(self, tool: str, order: Order) -> bool:
        """Whether what a tool orders is a batch."""
        return isinstance(work_for(self._env.works[tool], many=order.many), Batch)

    async def get(self, job_id: str) -> JobRecord:
        """One job.

        Raises:
            BadArgument: there is none of that id.
        """
        job = await self._own.get(job_id)
        if job is None:
            raise BadArgument("There is no job with this job_id. list_jobs shows the recent ones.")
        return job

    async def resume(self, job_id: str) -> JobRecord:
        """One job; if it rests and can go on, it does."""
        with anyio.CancelScope(shield=True):
            job = await self._go_on(await self.get(job_id))
        return job  # noqa: RET504 - for all that its type says, a scope could swallow the return inside

    async def recent(self, limit: int) -> list[JobRecord]:
        """The newest jobs."""
        return await self._own.recent(limit)

    async def watch(self) -> None:
        """Wake those who wait when another process has changed their job; runs until cancelled."""
        since = self._clock.wall()
        while True:
            await self._clock.sleep(WATCH_SECONDS)
            self._env.presence.stay()
            if not +self._waiting and not self._submission.is_doing:
                continue
            now = self._clock.wall()
            try:
                # What was written while the last look was taken may bear an earlier time.
                self._env.signals.changed(await self._env.store.changed_since(since - 2 * WATCH_SECONDS))
            except LocalizeError as error:
                logger.info("Jobs cannot be watched now: %s", error)
            since = now

    async def wait(self, job_id: str, seconds: float, tell: OnChange, given_up: GivenUp = lambda: False) -> JobRecord:
        """The job when it rests, or as it is after `seconds`.

        Args:
            job_id: the job.
            seconds: how long to wait.
            tell: told of each change.
            given_up: whether the client has given up the request that waits, for another reason than that it took too
                long. No such end cancels anything; but a batch, of which much may be left to be paid, then pauses.
                Whoever else waits for it, here or in another process, lets it go on.
        """
        self._waiting[job_id] += 1
        try:
            return await self._follow(job_id, self._clock.now() + seconds, tell)
        except anyio.get_cancelled_exc_class():
            # A group that is already cancelled says that the whole server is ending.
            if not self._group.cancel_scope.cancel_called:
                self._group.start_soon(self._left, job_id, given_up)
            raise
        finally:
            self._waiting[job_id] -= 1

    async def _follow(self, job_id: str, until: float, tell: OnChange) -> JobRecord:
        shown: tuple[State, str] | None = None
        while True:
            changed = self._env.signals.next(job_id)
            job = await self.get(job_id)
            if (job.state, job.message) != shown:
                shown = (job.state, job.message)
                await tell(job)
            left = until - self._clock.now()
            if left > 0 and job.state in (State.PAUSING, State.PAUSED):
                job = await self.resume(job_id)
            if job.state in RESTING or left <= 0:
                return job
            await first(self._clock, left, changed)

    async def _left(self, job_id: str, given_up: GivenUp) -> None:
        """A request that waited has ended."""
        await self._clock.sleep(GRACE_SECONDS)
        try:
            if given_up() and not self._waiting[job_id]:
                await self._lifecycle.pausing(await self.get(job_id))
        except LocalizeError as error:
            logger.warning("A batch could not be paused: %s", error)

    async def cancel(self, job_id: str) -> JobRecord:
        """Cancel a job as far as it can be: what already runs upstream will be paid for, and is finished and kept."""
        while True:
            job = await self.get(job_id)
            if not (change := self._way_out(job)):
                return job
            if changed := await change(job):
                break  # and nobody was quicker
        if changed.state in FINAL:
            return changed
        self._env.woken.happened()
        return await self._settled(job_id)

    def _way_out(self, job: JobRecord) -> Callable[[JobRecord], Awaitable[JobRecord | None]] | None:
        """What is to be done for a job that is not wanted any more; None if nothing can be."""
        is_batch = job.kind is Kind.BATCH
        match job.state:
            case State.PREPARED if not (is_batch and job.sent):
                return self._lifecycle.withdrawn
            case State.PREPARED | State.PAUSED | State.UNDELIVERED if is_batch:
                return self._lifecycle.stopped
            case State.NEEDS_DECISION:
                return self._lifecycle.given_up
            case State.SUBMITTING | State.UNCONFIRMED | State.QUEUED:
                return self._lifecycle.cancel_wanted
            case State.RUNNING | State.PAUSING if is_batch:
                return self._lifecycle.cancel_wanted
            case _:
                return None

    async def _settled(self, job_id: str) -> JobRecord:
        """The job once its cancellation was seen to, or as it is after a few seconds."""
        until = self._clock.now() + CANCEL_SECONDS
        while True:
            changed = self._env.signals.next(job_id)
            job = await self.get(job_id)
            left = until - self._clock.now()
            if job.state in RESTING - {State.PAUSED} or left <= 0 or not job.cancel:
                return job
            await first(self._clock, left, changed)
