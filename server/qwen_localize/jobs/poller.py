"""One poller for all jobs of a machine: states from the task list, one query for each task that ended.

The process that holds the leader's lock polls and fetches; the others watch the store and take over when the lock
comes free, as it does when its holder dies.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import anyio
from anyio.abc import TaskGroup

from ..clock import Clock
from ..dashscope import Client, Failed, Gone, Page, Row, Succeeded
from ..errors import LocalizeError, Rejected
from . import lost, schedule
from .delivery import Delivery
from .locks import Lock, Presence
from .records import OPEN, UPSTREAM, JobRecord, Kind, State
from .store import Store
from .waiting import Changes, first

logger = logging.getLogger(__name__)

ResultUrls = Callable[[dict[str, Any]], list[str]]

# How soon a process notices that nobody leads any more.
TAKEOVER_SECONDS = 2.0
_MOST_PAGES = 5
# The list goes back 24 h (contract 2.2); whose clock says so is not known.
_LISTED_SECONDS = 23 * 3600.0
_LISTED = UPSTREAM | {State.UNSURE}
_CALL_CUT = (
    "The server stopped while this was out. The service keeps no list of such calls, so whether it is paid cannot be "
    "known. Ask the user before paying again; if they agree, cancel_job and then repeat the call."
)
_ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN"})


@dataclass
class Poller:
    """The polling of one scope: one service with one key.

    Attributes:
        result_urls: by tool, where the results are in a task's output.
        woken: there is something new to do.
        changed: a job has changed, for those who wait for one.
    """

    store: Store
    client: Client
    clock: Clock
    scope: str
    presence: Presence
    lock: Lock
    result_urls: Mapping[str, ResultUrls]
    woken: Changes
    changed: Changes

    def __post_init__(self) -> None:
        self._delivery = Delivery(self.store, self.client, self.clock)
        self._busy: set[str] = set()
        self._asked: dict[str, float] = {}
        self._doubted: set[str] = set()
        self._slowdown = 1.0
        self._listed = 0.0

    async def run(self) -> None:
        """Lead whenever there are open jobs and nobody else does; runs until cancelled."""
        await self._turn(anew=True)
        while True:
            await first(self.clock, TAKEOVER_SECONDS, self.woken.next)
            await self._turn()

    async def _turn(self, *, anew: bool = False) -> None:
        try:
            if anew:
                await self._take_up()
            if await self.store.within(self.scope, OPEN) and self.lock.take():
                await self._lead()
        except LocalizeError as error:
            logger.warning("Polling pauses: %s", error)
        except Exception:
            # The poller must not end while the server lives.
            logger.exception("Polling failed in a way nobody foresaw; it begins again")
        finally:
            self.lock.release()

    async def _take_up(self) -> None:
        """Let what could not be fetched before be tried again: another start is another chance."""
        for job in await self.store.within(self.scope, {State.UNDELIVERED}):
            await self._change(job, only={State.UNDELIVERED}, state=State.READY, message="")

    async def _lead(self) -> None:
        self._busy.clear()
        async with anyio.create_task_group() as group:
            while jobs := await self.store.within(self.scope, OPEN):
                await self._round(jobs, group)
                pause = schedule.interval(jobs, self.clock.wall(), self._slowdown)
                left = self._listed + pause - self.clock.wall()
                await first(self.clock, left if 0 < left < pause else pause, self.woken.next)

    async def _round(self, jobs: list[JobRecord], group: TaskGroup) -> None:
        try:
            await self._orphans(jobs)
            # What is lost is judged only by a list that is read after this moment.
            ripe = [job for job in jobs if job.state is not State.UNSURE or self._is_due(job)]
            if not self._is_list_due(ripe):
                ripe = [job for job in ripe if not _is_listed(job)]
            lists = await self._lists({job.model for job in ripe if _is_listed(job)})
            for job in ripe:
                await self._step(job, lists.get(job.model), group)
            self._slowdown = schedule.faster(self._slowdown)
        except LocalizeError as error:
            self._slow_down(error)

    def _is_list_due(self, jobs: list[JobRecord]) -> bool:
        """Whether the list may have news: not while tasks that ended still wait for their queries, one a second."""
        since = self.clock.wall() - self._listed
        pause = schedule.interval(jobs, self.clock.wall(), self._slowdown)
        collecting = any(job.id in self._busy and job.state in UPSTREAM for job in jobs)
        return since < 0 or since >= (pause * schedule.COLLECTING if collecting else pause)

    def _slow_down(self, error: LocalizeError) -> None:
        """Whatever the service refused is asked again later; no job fails for it."""
        self._slowdown = schedule.slower(self._slowdown)
        logger.warning("Polling slows down: %s", error)

    async def _orphans(self, jobs: list[JobRecord]) -> None:
        """Jobs whose process died before it could hand them over."""
        for job in jobs:
            early = job.state in (State.PREPARED, State.SUBMITTING) or job.kind is Kind.BATCH
            if not early or self.presence.is_alive(job.owner):
                continue
            if job.state is State.PREPARED:
                words = "The server stopped before this was sent, so nothing was paid. Call the tool again."
                await self._end_free(job, words)
            elif job.kind is Kind.BATCH:
                words = "The server stopped in the middle. Call the tool again: what it had answered is taken up."
                await self._end_free(job, words)
            elif job.kind is Kind.CALL:
                await self._change(job, only={job.state}, state=State.UNCLEAR, message=_CALL_CUT)
            else:
                await self._change(job, only={job.state}, state=State.UNSURE, lost=self.clock.wall())

    async def _end_free(self, job: JobRecord, words: str) -> None:
        """Fail a job that never reached the service, unless it has moved on meanwhile."""
        await self._change(job, only={job.state}, state=State.FAILED, message=words, free=True)

    async def _lists(self, models: set[str]) -> dict[str, Page]:
        """The task list of each model, as far as it is read; `pages` is how many there are."""
        found: dict[str, Page] = {}
        self._listed = self.clock.wall() if models else self._listed
        for model in models:
            rows: list[Row] = []
            for number in range(1, _MOST_PAGES + 1):
                page = await self.client.list_tasks(model, number)
                rows += page.rows
                if number >= page.pages:
                    break
            found[model] = Page(rows, page.pages)
        return found

    async def _step(self, job: JobRecord, listed: Page | None, group: TaskGroup) -> None:
        match job.state:
            case State.QUEUED if job.cancel:
                self._start(group, job, self._cancel)
            case State.QUEUED | State.RUNNING if listed and job.kind is Kind.TASK:
                await self._follow(job, listed.rows, group)
            case State.READY:
                self._start(group, job, self._deliver)
            case State.UNSURE if listed:
                await self._look(job, listed)
            case _:
                pass

    async def _follow(self, job: JobRecord, rows: list[Row], group: TaskGroup) -> None:
        status = next((row.status for row in rows if row.task_id == job.upstream_id), None)
        if status in _ENDED or (status is None and self._is_unlisted(job)):
            self._start(group, job, self._collect)
        elif status == "RUNNING" and job.state is State.QUEUED:
            await self._change(job, only={State.QUEUED}, state=State.RUNNING)

    def _is_unlisted(self, job: JobRecord) -> bool:
        last = self._asked.get(job.id, job.sent or job.created)
        return self.clock.wall() - last > schedule.UNLISTED_SECONDS

    def _is_due(self, job: JobRecord) -> bool:
        """Whether the list has had the time to show a lost submission."""
        passed = self.clock.wall() - (job.lost or 0)
        return job.state is State.UNSURE and passed > lost.SETTLE_SECONDS

    def _start(self, group: TaskGroup, job: JobRecord, work: Callable[[JobRecord], Any]) -> None:
        if job.id in self._busy:
            return
        self._busy.add(job.id)

        async def guarded() -> None:
            try:
                # Between reading the jobs and now, the work may have been done.
                fresh = await self.store.get(job.id)
                if fresh and (fresh.state is job.state or {fresh.state, job.state} <= UPSTREAM):
                    await work(fresh)
            except LocalizeError as error:
                self._slow_down(error)
            except Exception:
                # It stays busy, so it is tried again only under the next leader, and the other jobs go on.
                logger.exception("%s cannot be followed for a reason nobody foresaw", job.id)
                return
            else:
                self.woken.happened()
            self._busy.discard(job.id)

        group.start_soon(guarded)

    async def _collect(self, job: JobRecord) -> None:
        """Ask for a task that ended; its answer is the only place where the result's URL is."""
        self._asked[job.id] = self.clock.wall()
        state = await self.client.query(job.upstream_id or "")
        match state:
            case Succeeded(output=output, usage=usage, request_id=request_id):
                urls = self.result_urls[job.tool](output)
                after = State.READY if urls else State.SUCCEEDED
                await self._change(job, only=UPSTREAM, state=after, urls=urls, usage=usage, request_id=request_id)
            case Failed():
                await self._fail(job, State.FAILED, str(self.client.failure(state)))
            case Gone(status="CANCELED"):
                await self._fail(job, State.CANCELED, "Cancelled before it began; nothing was paid.")
            case Gone():
                words = (
                    "The service no longer knows this task: it forgets after 24 h, and what it made is gone. It may "
                    "have been paid; calling the tool again pays anew."
                )
                await self._change(job, only=UPSTREAM, state=State.FAILED, message=words)

    async def _fail(self, job: JobRecord, state: State, words: str) -> None:
        await self._change(job, only=UPSTREAM, state=state, message=words, free=True)

    async def _cancel(self, job: JobRecord) -> None:
        """Cancel a task that is still in the service's queue; what already runs is paid for, finished and kept."""
        try:
            await self.client.cancel(job.upstream_id or "")
        except Rejected:
            await self._change(job, only=UPSTREAM, state=State.RUNNING, cancel=False)
        else:
            await self._fail(job, State.CANCELED, "Cancelled before it began; nothing was paid.")

    async def _deliver(self, job: JobRecord) -> None:
        await self._delivery.deliver(job, self.result_urls[job.tool])
        self.changed.happened()

    async def _look(self, job: JobRecord, listed: Page) -> None:
        # In this order: a submission whose answer comes meanwhile is then among these or among the known.
        others = [other for other in await self._unknown() if other.model == job.model and other.id != job.id]
        known = await self.store.upstream_ids(job.created - lost.FAR_SECONDS)
        out = [replace(other, lost=other.lost or self.clock.wall()) for other in others]
        match lost.look(job, out, listed.rows, known):
            case lost.Adopt(task_id=task_id):
                await self._change(job, only={State.UNSURE}, state=State.QUEUED, upstream_id=task_id)
            case lost.NeverArrived() if self._is_shown(job, listed):
                words = "The submission's answer was lost, and the service lists no such task: nothing was paid. "
                await self._end_free(job, words + "Call the tool again.")
            case lost.NeverArrived():
                await self._ask(job, "the service's list does not reach back to it")
            case lost.Unclear(candidates=count) if all(o.state is State.UNCLEAR or self._is_due(o) for o in others):
                # Those others may be told apart in this very round, and then this one in the next.
                if job.id in self._doubted:
                    await self._ask(job, f"{count} task(s) of that time may or may not be it")
                self._doubted.add(job.id)
            case _:
                pass  # the id of a task of that time is about to be known

    async def _unknown(self) -> list[JobRecord]:
        """The jobs that may have a task whose id is not known."""
        return await self.store.within(self.scope, {State.SUBMITTING, State.UNSURE, State.UNCLEAR})

    def _is_shown(self, job: JobRecord, listed: Page) -> bool:
        """Whether the list would show the job's task: it is read whole, and reaches back to it."""
        age = self.clock.wall() - (job.sent or job.created)
        return listed.pages <= _MOST_PAGES and age < _LISTED_SECONDS

    async def _ask(self, job: JobRecord, reason: str) -> None:
        """Leave it to the user whether to pay (again)."""
        words = (
            f"The submission's answer was lost, and {reason}: it may be paid for. Ask the user before paying again; "
            "if they agree, cancel_job and then repeat the call."
        )
        await self._change(job, only={State.UNSURE}, state=State.UNCLEAR, message=words)

    async def _change(self, job: JobRecord, **values: Any) -> JobRecord | None:
        changed = await self.store.change(job.id, self.clock.wall(), **values)
        self.changed.happened()
        return changed


def _is_listed(job: JobRecord) -> bool:
    """Whether the task list tells what to do for it; a queued job that is to be cancelled needs no telling."""
    return job.kind is Kind.TASK and job.state in _LISTED and not (job.cancel and job.state is State.QUEUED)
