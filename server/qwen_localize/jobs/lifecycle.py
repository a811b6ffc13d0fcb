"""A job's whole life: every change of its state is made here, and nowhere else.

A picture, as a task or as a call:

    PREPARED ──submitting──► SUBMITTING ──submitted──► QUEUED ──running──► RUNNING
        ▲                     │  │  │                    │                    │
        │         unconfirmed │  │  └── ready (a call) ──┴─────── ready ──────┴──► READY ──succeeded──► SUCCEEDED
        │                     ▼  │                                               │   ▲
        └── send_again ── UNCONFIRMED ──submitted──► QUEUED          undelivered │   │ fetch_again
                              │  │                                               ▼   │
               needs_decision │  │ needs_decision                             UNDELIVERED
                              ▼  ▼
                         NEEDS_DECISION   (from QUEUED and RUNNING too: an answer that nobody understands)

A batch:

    PREPARED ──working──► RUNNING ──completed──► SUCCEEDED
        ▲                 │  ▲  │
        │         pausing │  │  └──broken_off──► UNDELIVERED
        │                 ▼  │ wanted                 │
        │              PAUSING                        │
        │                 │ paused                    │
        │                 ▼                           │
        ├────resumed── PAUSED                         │
        └────resumed──────────────────────────────────┘

`refused`, `failed` and `gone` (three ways to FAILED) and those to CANCELED (`withdrawn`, `canceled`, `given_up`,
`stopped`) are the other ends; nothing leaves an end. Whoever tries a change that is not possible any more, because
another process or the user was quicker, is given None and leaves the job alone. What must not be lost, such as the id
of a task that is paid, is tried until the disk takes it.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..clock import Clock
from ..errors import StateUnavailable
from ..state import until_available
from .records import PAST_BUDGET, UPSTREAM, JobRecord, Kind, State
from .store import Enter, JobStore
from .waiting import JobSignals

logger = logging.getLogger(__name__)

_BEFORE_ANSWER = frozenset({State.PREPARED, State.SUBMITTING})
_DOUBTFUL = frozenset({State.SUBMITTING, State.UNCONFIRMED})
# Of a batch: while its owner is at it, and while nobody is.
_DOING = frozenset({State.RUNNING, State.PAUSING})
_AT_REST = frozenset({State.PAUSED, State.UNDELIVERED})


@dataclass(frozen=True)
class Ending:
    """What a batch ends with; `failed` if nothing of it could be done."""

    message: str
    details: dict[str, Any]
    artifacts: list[dict[str, Any]]
    usage: dict[str, Any]
    cost: float | None
    failed: bool = False


class Lifecycle:
    """The changes of jobs. Each returns the job as it then is, or None if it was not in a state that allows it.

    Args:
        store: where jobs are written down.
        clock: what time it is.
        signals: told of each change, for those who wait.
        ended: awaited with each job that has ended; lets go of what it needed.
    """

    def __init__(
        self,
        store: JobStore,
        clock: Clock,
        signals: JobSignals,
        ended: Callable[[JobRecord], Awaitable[None]],
    ) -> None:
        self._store, self._clock, self._signals, self._ended = store, clock, signals, ended

    # Towards the service.

    async def submitting(self, job: JobRecord, enter: Enter | None = None) -> JobRecord | None:
        """Its owner is about to send the request, perhaps once more after the store could not be written.

        Args:
            job: the job.
            enter: has the last word in the same transaction, such as whether it is this job's turn.
        """
        facts: dict[str, Any] = {"state": State.SUBMITTING, "sent": self._clock.wall()}
        return await self._change(job, _BEFORE_ANSWER, held_by=job.owner, enter=enter, **facts)

    async def goes_out(self, job: JobRecord, skew: float | None, enter: Enter | None = None) -> None:
        """It goes out now, perhaps after it was turned away before; it is looked for by this time.

        Args:
            job: the job.
            skew: seconds by which the service's clock is ahead of ours; None if that is not known.
            enter: see `submitting`.

        Raises:
            StateUnavailable: another process has taken it over, and nothing may go out any more.
        """
        now = self._clock.wall()
        if not await self._change(job, {State.SUBMITTING}, held_by=job.owner, enter=enter, sent=now, skew=skew):
            raise StateUnavailable(f"{job.id} is no longer this process's to send. Nothing was sent.")

    async def submitted(self, job: JobRecord, task_id: str) -> JobRecord | None:
        """The service has it as a task, by its answer or by what its list shows."""
        return await self._insist(job, _DOUBTFUL, state=State.QUEUED, upstream_id=task_id, message="")

    async def unconfirmed(self, job: JobRecord, reason: str, lost: float, answer: str = "") -> JobRecord | None:
        """A task's submission went out, and has no usable answer; since `lost`, nobody waits for one."""
        facts: dict[str, Any] = {"lost": lost, "message": reason, "answer": answer}
        return await self._insist(job, {State.SUBMITTING}, held_by=job.owner, state=State.UNCONFIRMED, **facts)

    async def send_again(self, job: JobRecord, owner: str) -> JobRecord | None:
        """The submission is known not to have arrived: `owner` sends it anew, unless another did meanwhile."""
        facts: dict[str, Any] = {"owner": owner, "tries": job.tries + 1, "sent": None, "lost": None, "message": ""}
        facts |= {"state": State.PREPARED, "tried": job.tries}
        return await self._change(job, {State.UNCONFIRMED}, held_by=job.owner, **facts)

    async def needs_decision(self, job: JobRecord, words: str, answer: str = "") -> JobRecord | None:
        """It may be paid, and only the user can say what to do; what the service said is kept."""
        facts = {"message": words, "answer": answer or job.answer}
        return await self._insist(job, _DOUBTFUL | UPSTREAM, state=State.NEEDS_DECISION, **facts)

    async def taken_over(self, job: JobRecord, owner: str) -> JobRecord | None:
        """`owner` goes on with a job whose process has gone; nobody else does who tries at the same time."""
        return await self._change(job, {job.state}, held_by=job.owner, owner=owner)

    # At the service, and back.

    async def running(self, job: JobRecord) -> JobRecord | None:
        """The service works on the task."""
        return await self._change(job, {State.QUEUED}, state=State.RUNNING)

    async def ready(
        self, job: JobRecord, urls: list[str], *, usage: dict[str, Any], request_id: str, details: dict[str, Any]
    ) -> JobRecord | None:
        """It is done and paid: for as many results as there are, or for all if there are none."""
        billed = job.price_of(len(urls) or job.pieces)
        facts = {"urls": urls, "usage": usage, "request_id": request_id, "details": job.details | details}
        return await self._insist(job, {State.SUBMITTING} | UPSTREAM, billed=billed, state=State.READY, **facts)

    async def planned(self, job: JobRecord, path: str) -> None:
        """A result is about to be given this name."""
        await self._change(job, {State.READY}, held_by=job.owner, planned=[path])

    async def saved(self, job: JobRecord, artifact: dict[str, Any], left: list[str]) -> JobRecord:
        """A result is on disk; the URLs of the others are left."""
        facts: dict[str, Any] = {"artifacts": [*job.artifacts, artifact], "urls": left, "planned": []}
        return await self._change(job, {State.READY}, held_by=job.owner, **facts) or job

    async def renewed(self, job: JobRecord, urls: list[str]) -> JobRecord:
        """The results have other URLs now, or none any more."""
        return await self._change(job, {State.READY}, held_by=job.owner, urls=urls) or job

    async def undelivered(self, job: JobRecord, words: str) -> JobRecord | None:
        """The results could not be fetched, which can be tried again."""
        return await self._change(job, {State.READY}, held_by=job.owner, state=State.UNDELIVERED, message=words)

    async def fetch_again(self, job: JobRecord) -> JobRecord | None:
        """They are fetched once more."""
        if job.kind is Kind.BATCH:
            return None
        return await self._change(job, {State.UNDELIVERED}, state=State.READY, message="")

    # Batches.

    async def working(self, job: JobRecord, owner: str) -> JobRecord | None:
        """`owner` does the batch: from its beginning, or with the answers that it has, anew."""
        facts: dict[str, Any] = {"owner": owner, "sent": job.sent or self._clock.wall(), "message": ""}
        return await self._change(job, {State.PREPARED, State.RUNNING}, held_by=job.owner, state=State.RUNNING, **facts)

    async def told(self, job: JobRecord, words: str) -> None:
        """How far a batch is, if the disk takes it: what comes later says it as well."""
        try:
            await self._change(job, {State.RUNNING}, message=words)
        except StateUnavailable as error:
            logger.info("How far %s is cannot be written down: %s", job.id, error)

    async def pausing(self, job: JobRecord) -> JobRecord | None:
        """The last who waited for a batch has given it up: its owner sends nothing new."""
        if job.kind is not Kind.BATCH:
            return None
        words = "Pausing, since its call was given up: what is out is finished and kept, nothing new is sent."
        return await self._change(job, {State.RUNNING}, state=State.PAUSING, message=words)

    async def wanted(self, job: JobRecord) -> JobRecord | None:
        """Somebody waits for a batch after all that was about to pause: its owner goes on."""
        return await self._change(job, {State.PAUSING}, state=State.RUNNING, message="")

    async def paused(self, job: JobRecord, artifacts: Sequence[dict[str, Any]] = ()) -> JobRecord | None:
        """All of a batch that was out has come back; nothing new is sent until somebody asks for it."""
        words = (
            "Paused, since its call was given up: what was out is finished and kept, nothing new is sent. get_job with "
            f"job_id {job.id}, or the same call, goes on with it; cancel_job ends it."
        )
        return await self._insist(job, {State.PAUSING}, state=State.PAUSED, message=words, artifacts=[*artifacts])

    async def broken_off(
        self, job: JobRecord, words: str, artifacts: Sequence[dict[str, Any]] = (), error: str = ""
    ) -> JobRecord | None:
        """A batch could not be brought to its end, which can be tried again with the answers that it has.

        Args:
            job: the batch.
            words: why, for people.
            artifacts: what of it is there.
            error: what kind of `LocalizeError` it is, where that tells what the user can decide.
        """
        words = (
            f"{words} What was answered is paid and kept for three days: do not call again. get_job with job_id "
            f"{job.id} goes on with it and pays only for the rest; cancel_job ends it."
        )
        facts = {"message": words, "artifacts": [*artifacts], "details": job.details | {"error": error}}
        return await self._insist(job, _DOING, state=State.UNDELIVERED, **facts)

    async def resumed(self, job: JobRecord, owner: str, *, past_budget: bool = False) -> JobRecord | None:
        """Somebody asks for a batch that rests: `owner` goes on with it, past the daily budget if that is agreed."""
        if job.kind is not Kind.BATCH:
            return None
        facts: dict[str, Any] = {"owner": owner, "message": "", "cancel": False}
        facts |= {"arguments": job.arguments | {PAST_BUDGET: True}} if past_budget else {}
        return await self._change(job, _AT_REST, state=State.PREPARED, **facts)

    # The ends.

    async def succeeded(self, job: JobRecord, message: str = "") -> JobRecord | None:
        """Everything is on disk that there is."""
        return await self._end(job, {State.READY}, State.SUCCEEDED, message, held_by=job.owner, urls=[], answer="")

    async def completed(self, job: JobRecord, end: Ending) -> JobRecord | None:
        """A batch is done."""
        facts = {"details": end.details, "artifacts": end.artifacts, "usage": end.usage, "cost": end.cost}
        return await self._end(job, _DOING, State.FAILED if end.failed else State.SUCCEEDED, end.message, **facts)

    async def refused(self, job: JobRecord, words: str, error: str = "") -> JobRecord | None:
        """It was never sent, or the service has stated that it refuses it: nothing is paid.

        Args:
            job: the job.
            words: for people.
            error: what kind of `LocalizeError` it is, for a batch whose part it is.
        """
        facts = {"details": job.details | {"error": error}} if error else {}
        return await self._end(job, _BEFORE_ANSWER, State.FAILED, words, billed=0.0, **facts)

    async def failed(self, job: JobRecord, words: str, error: str = "") -> JobRecord | None:
        """The service states that its task failed, or never had one: nothing is paid; see `refused`."""
        facts = {"details": job.details | {"error": error}} if error else {}
        origins = UPSTREAM | {State.UNCONFIRMED}
        return await self._end(job, origins, State.FAILED, words, billed=0.0, **facts)

    async def gone(self, job: JobRecord, words: str) -> JobRecord | None:
        """The service no longer has what may be paid."""
        return await self._end(job, UPSTREAM | {State.READY}, State.FAILED, words)

    async def withdrawn(self, job: JobRecord) -> JobRecord | None:
        """It is not wanted any more, and nothing was sent."""
        words = "Cancelled before it was sent; nothing was paid."
        return await self._end(job, {State.PREPARED}, State.CANCELED, words, billed=0.0)

    async def canceled(self, job: JobRecord, words: str) -> JobRecord | None:
        """The service has cancelled it, or never had it; nothing was billed."""
        return await self._end(job, UPSTREAM | {State.UNCONFIRMED}, State.CANCELED, words, billed=0.0)

    async def given_up(self, job: JobRecord) -> JobRecord | None:
        """The user does not wait to learn whether it was paid."""
        words = "Given up: whether it was paid is not known. Repeating the call pays (again)."
        return await self._end(job, {State.NEEDS_DECISION}, State.CANCELED, words)

    async def stopped(self, job: JobRecord, artifacts: Sequence[dict[str, Any]] | None = None) -> JobRecord | None:
        """A batch ends before it is done, if it still is where `job` says; what was answered is paid."""
        if job.kind is not Kind.BATCH:
            return None
        words = "Cancelled. What was answered before is paid; the same call again takes it up from there."
        origins = {job.state} & (_DOING | _AT_REST | {State.PREPARED})
        facts = {} if artifacts is None else {"artifacts": [*artifacts]}
        return await self._end(job, origins, State.CANCELED, words, **facts)

    async def cancel_wanted(self, job: JobRecord) -> JobRecord | None:
        """The user wants it no more; what can be done about that is done where it stands."""
        batch = _DOING if job.kind is Kind.BATCH else frozenset[State]()
        return await self._change(job, _DOUBTFUL | {State.QUEUED} | batch, cancel=True)

    async def cancel_refused(self, job: JobRecord, words: str = "") -> JobRecord | None:
        """The service goes on with it, so it is finished and kept; `words` say why, where it is not that it runs."""
        if words:
            return await self._change(job, UPSTREAM, cancel=False, message=words)
        return await self._change(job, UPSTREAM, cancel=False, state=State.RUNNING)

    # How a change is made.

    async def _end(
        self, job: JobRecord, origins: Collection[State], state: State, message: str, **facts: Any
    ) -> JobRecord | None:
        ended = await self._insist(job, origins, state=state, message=message, **facts)
        if ended:
            await self._ended(ended)
        return ended

    async def _insist(self, job: JobRecord, origins: Collection[State], **facts: Any) -> JobRecord | None:
        """As `_change`, tried until the disk takes it, since nobody else knows."""
        return await until_available(
            self._clock, lambda: self._change(job, origins, **facts), f"What became of {job.id}"
        )

    async def _change(
        self,
        job: JobRecord,
        origins: Iterable[State],
        held_by: str | None = None,
        enter: Enter | None = None,
        **facts: Any,
    ) -> JobRecord | None:
        now, only = self._clock.wall(), frozenset(origins)
        changed = await self._store.change(job.id, now, only=only, held_by=held_by, enter=enter, **facts)
        self._signals.changed([job.id])
        return changed
