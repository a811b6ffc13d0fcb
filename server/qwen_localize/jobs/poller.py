"""One poller for all jobs of a machine: states from the task list, one query for each task that ended.

The process that holds the leader's lock polls and fetches; the others watch the store and take over when the lock
comes free, as it does when its holder dies.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import TaskGroup

from ..clock import Clock
from ..dashscope import Client, Failed, Gone, Page, Row, Succeeded
from ..errors import LocalizeError, Rejected, SetupError
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
# With clocks further apart, no time of the list can be compared with ours.
_SKEW_SECONDS = lost.FAR_SECONDS / 2
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
        output: where files go if a job's own directory can no longer be written.
    """

    store: Store
    client: Client
    clock: Clock
    scope: str
    presence: Presence
    lock: Lock
    result_urls: Mapping[str, ResultUrls]
    woken: Changes = field(default_factory=Changes)
    changed: Changes = field(default_factory=Changes)
    output: Path | None = None

    def __post_init__(self) -> None:
        self._delivery = Delivery(self.store, self.client, self.clock, self.output)
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
        await self._change(job, only={job.state}, state=State.FAILED, message=words, billed=0.0)

    async def _list(self, model: str) -> Page | None:
        """A model's task list, as far as it is read; `pages` is how many there are. None if it is refused."""
        self._listed = self.clock.wall()
        rows: list[Row] = []
        try:
            for number in range(1, _MOST_PAGES + 1):
                page = await self.client.list_tasks(model, number)
                rows += page.rows
                if number >= page.pages:
                    break
        except LocalizeError as error:
            self._slow_down(error)
            return None
        return Page(rows, page.pages)

    async def _step(self, job: JobRecord, lists: dict[str, Page | None], group: TaskGroup) -> None:
        listed = lists.get(job.model)
        match job.state:
            case State.QUEUED | State.RUNNING if job.kind is Kind.TASK:
                if job.model in lists:
                    await self._follow(job, listed.rows if listed else [], group)
                if job.cancel and job.state is State.QUEUED:
                    self._start(group, job, self._cancel)
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
        return self._has_passed(schedule.UNLISTED_SECONDS, self._asked.get(job.id, job.sent or job.created))

    def _is_due(self, job: JobRecord) -> bool:
        """Whether the list has had the time to show a lost submission."""
        return job.state is State.UNSURE and self._has_passed(lost.SETTLE_SECONDS, job.lost or 0)

    def _has_passed(self, seconds: float, since: float) -> bool:
        """Whether so many seconds have passed; a moment in the future was written before the clock was set back."""
        return not 0 <= self.clock.wall() - since <= seconds

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
        await self._change(job, only=UPSTREAM, state=state, message=words, billed=0.0)

    async def _cancel(self, job: JobRecord) -> None:
        """Cancel a task that is still in the service's queue; what already runs is paid for, finished and kept."""
        try:
            await self.client.cancel(job.upstream_id or "")
        except Rejected:
            await self._change(job, only=UPSTREAM, state=State.RUNNING, cancel=False)
        except SetupError as error:
            await self._change(job, only=UPSTREAM, cancel=False, message=f"it could not be cancelled ({error})")
        else:
            await self._fail(job, State.CANCELED, "Cancelled before it began; nothing was paid.")

    async def _deliver(self, job: JobRecord) -> None:
        await self._delivery.deliver(job, self.result_urls[job.tool])
        self.changed.happened()

    async def _look(self, job: JobRecord, listed: Page) -> None:
        # In this order: a submission whose answer comes meanwhile is then among these or among the known.
        others = [other for other in await self.store.unknown() if other.model == job.model and other.id != job.id]
        known = await self.store.upstream_ids((job.sent or job.created) - lost.FAR_SECONDS)
        ours = {upstream_id for upstream_id, scope in known.items() if scope == self.scope}
        out = [replace(other, lost=other.lost or self.clock.wall()) for other in others]
        match lost.look(job, out, listed.rows, known, ours):
            case lost.Adopt(task_id=task_id):
                await self._change(job, only={State.UNSURE}, state=State.QUEUED, upstream_id=task_id, message="")
            case lost.NeverArrived() if reason := self._hidden(job, listed):
                await self._ask(job, reason)
            case lost.NeverArrived():
                words = job.message or "The server stopped while this was being sent. Call the tool again."
                await self._end_free(job, f"{words} The service lists no such task, so nothing was paid.")
            case lost.Unclear(candidates=count) if all(o.state is State.UNCLEAR or self._is_due(o) for o in others):
                # Those others may be told apart in this very round, and then this one in the next.
                if job.id in self._doubted:
                    await self._ask(job, f"{count} task(s) of that time may or may not be it")
                self._doubted.add(job.id)
            case _:
                pass  # the id of a task of that time is about to be known

    def _hidden(self, job: JobRecord, listed: Page) -> str:
        """Why the list might not show the job's task; nothing if it would."""
        age = self.clock.wall() - (job.sent or job.created)
        if listed.pages > _MOST_PAGES or age >= _LISTED_SECONDS:
            return "the service's list does not reach back to it"
        if abs(self.client.skew) > _SKEW_SECONDS:
            return f"this machine's clock is {abs(self.client.skew):.0f} s off the service's"
        return ""

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
    """Whether the task list tells what to do for it."""
    return job.kind is Kind.TASK and job.state in _LISTED
