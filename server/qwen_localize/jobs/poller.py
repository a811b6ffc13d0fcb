"""One poller for all jobs of a machine: states from the task list, one query for each task that ended.

The process that holds the leader's lock polls and fetches; the others watch the store and take over when the lock
comes free, as it does when its holder dies.
"""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

import anyio
from anyio.abc import TaskGroup

from ..clock import first
from ..dashscope import Failed, Gone, Row, Succeeded, TaskList
from ..errors import LocalizeError, Rejected, SetupError
from . import schedule
from .delivery import Delivery
from .environment import Environment
from .locks import Leader
from .records import OPEN, UPSTREAM, JobRecord, Kind, State
from .recovery import Recovery
from .submission import ready
from .work import Upstream

logger = logging.getLogger(__name__)

# How soon a process notices that nobody leads any more.
TAKEOVER_SECONDS = 2.0
# How often the one who leads says so again.
_HOLD_SECONDS = 2.5
# How long a job is left alone that met a fault of ours.
FAULT_SECONDS = 60.0
MOST_PAGES = 5
# When the service forgets a task (docs/model-studio.md 2.1); whose clock says so is not known.
FORGOTTEN_SECONDS = 23 * 3600.0
# How long a younger task is asked for that the service says it does not know.
DENIED_SECONDS = 600.0
_LISTED = UPSTREAM | {State.UNCONFIRMED}
_ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN"})
_KNOWN = frozenset({"PENDING", "RUNNING", "SUCCEEDED"})
_NOT_BEGUN = "Cancelled before it began; nothing was paid."


class Poller:
    """The polling of one scope: one service with one key.

    Args:
        environment: what all parts share.
        recovery: sees to jobs that nobody looks after any more.
        leader: held by the one process that polls.
    """

    def __init__(self, environment: Environment, recovery: Recovery, leader: Leader) -> None:
        self._env = environment
        self._lifecycle = environment.lifecycle
        self._client, self._clock = environment.client, environment.clock
        self._recovery, self._leader = recovery, leader
        self._delivery = Delivery(environment)
        self._busy: set[str] = set()
        self._asked: dict[str, float] = {}
        self._unknown_since: dict[str, float] = {}
        self._slowdown = 1.0
        self._listed = 0.0

    async def run(self) -> None:
        """Lead whenever there are open jobs and nobody else does; runs until cancelled."""
        await self._turn(anew=True)
        while True:
            await first(self._clock, TAKEOVER_SECONDS, self._env.woken.next)
            await self._turn()

    async def _turn(self, *, anew: bool = False) -> None:
        try:
            if anew:
                await self._fetch_again()
            if await self._open_jobs() and await self._leader.take():
                await self._lead()
        except LocalizeError as error:
            logger.warning("Polling pauses: %s", error)
        except Exception:
            # The poller must not end while the server lives.
            logger.exception("Polling failed in a way nobody foresaw; it begins again")
        finally:
            with anyio.CancelScope(shield=True):
                await self._leader.release()

    async def _fetch_again(self) -> None:
        """Let what could not be fetched, or put together, before be tried again: another start is another chance."""
        for job in self._env.known(await self._env.store.within(self._env.scope, {State.UNDELIVERED})):
            await self._lifecycle.fetch_again(job)
            await self._recovery.resume(job)

    async def _open_jobs(self) -> list[JobRecord]:
        return self._env.known(await self._env.store.within(self._env.scope, OPEN))

    async def _lead(self) -> None:
        """Poll until nothing is open any more, or somebody else leads, whose all is then that was under way."""
        self._busy.clear()
        async with anyio.create_task_group() as leading:
            leading.start_soon(self._hold, leading.cancel_scope)
            async with anyio.create_task_group() as group:
                await self._rounds(group)
            leading.cancel_scope.cancel()

    async def _hold(self, scope: anyio.CancelScope) -> None:
        """Stay the leader, however long a round or the pause after it takes."""
        try:
            while await self._leader.take():
                await self._clock.sleep(_HOLD_SECONDS)
        except LocalizeError as error:
            logger.warning("Polling pauses: %s", error)
        scope.cancel()

    async def _rounds(self, group: TaskGroup) -> None:
        try:
            while (jobs := await self._open_jobs()) and await self._leader.take():
                await self._round(jobs, group)
                await self._clock.sleep(schedule.breath(len(jobs)))
                pause = schedule.interval(jobs, self._clock.wall(), self._slowdown)
                left = self._listed + pause - self._clock.wall()
                await first(self._clock, left if 0 < left < pause else pause, self._env.woken.next)
        except LocalizeError as error:
            logger.warning("Polling pauses: %s", error)
            group.cancel_scope.cancel()

    async def _round(self, jobs: list[JobRecord], group: TaskGroup) -> None:
        try:
            await self._recovery.take_up(jobs)
            # What is lost is judged only by a list that is read after it has settled.
            ripe = [job for job in jobs if job.state is not State.UNCONFIRMED or self._recovery.has_settled(job)]
            models = {job.model for job in ripe if _is_listed(job)} if self._is_list_due(ripe) else set()
            lists = {model: await self._list(model) for model in sorted(models)}
            for job in ripe:
                await self._step(job, lists, group)
            if None not in lists.values():
                self._slowdown = schedule.faster(self._slowdown)
        except LocalizeError as error:
            self._slow_down(error)

    def _is_list_due(self, jobs: list[JobRecord]) -> bool:
        """Whether the list may have news: not while tasks that ended still wait for their queries, one a second."""
        since = self._clock.wall() - self._listed
        pause = schedule.interval(jobs, self._clock.wall(), self._slowdown)
        collecting = any(job.id in self._busy and job.state in UPSTREAM for job in jobs)
        return since < 0 or since >= (pause * schedule.COLLECTING if collecting else pause)

    def _slow_down(self, error: LocalizeError) -> None:
        """Whatever the service refused is asked again later; no job fails for it."""
        self._slowdown = schedule.slower(self._slowdown)
        logger.warning("Polling slows down: %s", error)

    async def _list(self, model: str) -> TaskList | None:
        """A model's task list, as far as it is read. None if it is refused."""
        self._listed = self._clock.wall()
        rows: list[Row] = []
        is_whole, number, pages = True, 0, 1
        try:
            while number < min(pages, MOST_PAGES):
                number += 1
                page = await self._client.list_tasks(model, number)
                rows += page.rows
                is_whole, pages = is_whole and page.is_whole, page.pages
        except LocalizeError as error:
            self._slow_down(error)
            return None
        return TaskList(rows, pages, is_whole and pages <= MOST_PAGES)

    async def _step(self, job: JobRecord, lists: dict[str, TaskList | None], group: TaskGroup) -> None:
        listed, work = lists.get(job.model), self._env.work(job)
        match job.state:
            case State.QUEUED | State.RUNNING if isinstance(work, Upstream):
                if job.model in lists:
                    await self._follow(job, listed.rows if listed else [], work, group)
                if job.cancel and job.state is State.QUEUED:
                    self._start(group, job, self._cancel)
            case State.READY if isinstance(work, Upstream):
                self._start(group, job, partial(self._delivery.deliver, work=work))
            case State.UNCONFIRMED if listed:
                self._start(group, job, partial(self._recovery.look, listed=listed))
            case _:
                pass

    async def _follow(self, job: JobRecord, rows: list[Row], work: Upstream, group: TaskGroup) -> None:
        status = next((row.status for row in rows if row.task_id == job.upstream_id), None)
        if status in _KNOWN:
            self._unknown_since.pop(job.id, None)
        if status in _ENDED or (status is None and self._is_unlisted(job)):
            self._start(group, job, partial(self._collect, work=work))
        elif status == "RUNNING" and job.state is State.QUEUED:
            await self._lifecycle.running(job)

    def _is_unlisted(self, job: JobRecord) -> bool:
        """Whether it is time to ask for a task by its id, since the list does not show it."""
        since = self._clock.wall() - self._asked.get(job.id, job.sent or job.created)
        # A moment in the future was written before the clock was set back.
        return not 0 <= since <= schedule.UNLISTED_SECONDS

    def _start(self, group: TaskGroup, job: JobRecord, work: Callable[[JobRecord], Awaitable[None]]) -> None:
        if job.id not in self._busy:
            self._busy.add(job.id)
            group.start_soon(self._guarded, job, work)

    async def _guarded(self, job: JobRecord, work: Callable[[JobRecord], Awaitable[None]]) -> None:
        try:
            # Between reading the jobs and now, the work may have been done; or a lost one sent again, and lost again.
            fresh = await self._env.store.get(job.id)
            if fresh and (_stands(fresh) == _stands(job) or {fresh.state, job.state} <= UPSTREAM):
                await work(fresh)
        except LocalizeError as error:
            self._slow_down(error)
        except Exception:
            # The other jobs go on meanwhile.
            logger.exception("%s cannot be followed for a reason nobody foresaw; it is tried again", job.id)
            await self._clock.sleep(FAULT_SECONDS)
        else:
            self._env.woken.happened()
        self._busy.discard(job.id)

    async def _collect(self, job: JobRecord, work: Upstream) -> None:
        """Ask for a task that ended; its answer is the only place where the result's URL is."""
        self._asked[job.id] = self._clock.wall()
        state = await self._client.query(job.upstream_id or "")
        match state:
            case Succeeded(output=output, usage=usage, request_id=request_id):
                await ready(self._env, job, work, output, usage, request_id)
            case Failed():
                error = self._client.failure(state)
                await self._lifecycle.failed(job, str(error), type(error).__name__)
            case Gone(status="CANCELED"):
                await self._lifecycle.canceled(job, _NOT_BEGUN)
            case Gone():
                await self._unknown(job)

    async def _unknown(self, job: JobRecord) -> None:
        """The service says that it does not know a task, which is to be expected of an old one only."""
        now = self._clock.wall()
        if not 0 <= now - (job.sent or job.created) < FORGOTTEN_SECONDS:
            words = (
                "The service no longer knows this task: it forgets after 24 h, and what it made is gone. It may have "
                "been paid; calling the tool again pays anew."
            )
            await self._lifecycle.gone(job, words)
        elif now - self._unknown_since.setdefault(job.id, now) > DENIED_SECONDS:
            words = (
                "The service says again and again that it does not know this task, which it had accepted: it may be "
                "paid for. Ask the user before paying again; if they agree, cancel_job and then repeat the call."
            )
            await self._lifecycle.needs_decision(job, words)

    async def _cancel(self, job: JobRecord) -> None:
        """Cancel a task that is still in the service's queue; what already runs is paid for, finished and kept."""
        try:
            await self._client.cancel(job.upstream_id or "")
            state = await self._client.query(job.upstream_id or "")
        except Rejected:
            await self._lifecycle.cancel_refused(job)
        except SetupError as error:
            await self._lifecycle.cancel_refused(job, f"it could not be cancelled ({error})")
        else:
            if isinstance(state, Gone) and state.status == "CANCELED":
                await self._lifecycle.canceled(job, _NOT_BEGUN)
            else:
                await self._lifecycle.cancel_refused(job)  # what it became, the list will show


def _is_listed(job: JobRecord) -> bool:
    """Whether the task list tells what to do for it."""
    return job.kind is Kind.TASK and job.state in _LISTED


def _stands(job: JobRecord) -> tuple[State, float | None]:
    """Where a job stands, and with which of its submissions."""
    return job.state, job.lost
