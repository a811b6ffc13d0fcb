"""Jobs whose process died, and submissions whose answer was lost: gone on with, found again, or asked about."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio.to_thread
import httpx2
from anyio.abc import TaskGroup

from ..dashscope import Failed, Gone, Row, Succeeded, TaskList
from ..errors import BadAnswer, BadInput, Expired, Spoiled, TryLater
from ..files import LocalMedia
from . import lost
from .environment import Environment
from .locks import BEAT_SECONDS
from .records import JobRecord, Kind, State
from .submission import Submission, undecided
from .work import Evidence, Upstream

logger = logging.getLogger(__name__)

# How often a submission that did not arrive is sent anew.
MOST_TRIES = 2
# The list goes back 24 h (docs/model-studio.md 2.2); whose clock says so is not known.
_LISTED_SECONDS = 23 * 3600.0
# With clocks further apart, no time of the list can be compared with ours.
_SKEW_SECONDS = lost.FAR_SECONDS / 2
# When what did not arrive will not.
_ARRIVED_SECONDS = lost.ARRIVAL_SECONDS + lost.SETTLE_SECONDS
_STOPPED = "The server stopped while this was out."
_UNDONE = frozenset({"PENDING", "RUNNING"})
# How often, and how soon, a result is asked for again that could not be had.
_MOST_MISSED = 20
_MISSED_SECONDS = 30.0


class _NotNowError(Exception):
    """It cannot be told yet."""


@dataclass(frozen=True)
class _Round:
    """What is known when a submission is looked for.

    Attributes:
        listed: the model's task list.
        known: upstream ids that belong to jobs, with the scope of each.
        others: the jobs of its time that may have a task whose id is not known.
    """

    listed: TaskList
    known: Mapping[str, str]
    others: Sequence[JobRecord]


class Recovery:
    """What becomes of jobs that nobody looks after any more; used by the one process that leads.

    Args:
        environment: what all parts share.
        submission: sends jobs in this process.
        group: lives as long as the process; jobs run in it.
    """

    def __init__(self, environment: Environment, submission: Submission, group: TaskGroup) -> None:
        self._env = environment
        self._lifecycle = environment.lifecycle
        self._submission = submission
        self._group = group
        # Who was in doubt as well when a submission, by its job and how often that was sent again, last was.
        self._doubted: dict[tuple[str, int], frozenset[str]] = {}
        # What was compared already: a job and a task, and whether the task's result is the job's; None if none can say.
        self._compared: dict[tuple[str, str], bool | None] = {}
        # How often a task's result could not be had, and when that was tried last.
        self._missed: dict[str, tuple[int, float]] = {}

    async def take_up(self, jobs: Sequence[JobRecord]) -> None:
        """Go on with open jobs whose process has gone."""
        for job in jobs:
            early = job.state in (State.PREPARED, State.SUBMITTING) or job.kind is Kind.BATCH
            if early and not self._env.presence.is_alive(job.owner):
                await self._take_up(job)

    def _is_out(self, job: JobRecord) -> bool:
        """Whether its submission may still be on its way, although its process has gone."""
        return not self._env.presence.has_arrived(job.owner)

    async def _take_up(self, job: JobRecord) -> None:
        if job.parent and await self._env.children.is_left(job):
            await self._lifecycle.withdrawn(job)
        elif job.parent and job.state is State.PREPARED and self._env.presence.first_owner and not job.tries:
            pass  # its batch, which has gone with the same process and is begun anew, sends it
        elif job.state is not State.SUBMITTING:
            await self._go_on(await self._lifecycle.taken_over(job, self._env.presence.first_owner))
        elif self._is_out(job):
            pass
        elif job.kind is Kind.CALL:
            await self._lifecycle.needs_decision(job, undecided(_STOPPED))
        else:
            await self._lifecycle.unconfirmed(job, _STOPPED, self._died(job))

    async def resume(self, job: JobRecord) -> None:
        """Go on with a batch that rests."""
        await self._go_on(await self._lifecycle.resumed(job, self._env.presence.first_owner))

    async def _go_on(self, job: JobRecord | None) -> None:
        if job and job.owner:  # what nobody owns stands in the queue
            self._group.start_soon(self._submission.run, job)

    def _died(self, job: JobRecord) -> float:
        """When its process was gone at the latest: it left a sign of life until then."""
        gone = max(self._env.presence.gone_since(job.owner) or 0.0, (job.sent or job.created) + 2 * BEAT_SECONDS)
        return min(gone, self._env.clock.wall())

    async def look(self, job: JobRecord, listed: TaskList) -> None:
        """Find out what became of a submission that is UNCONFIRMED, in a list that was read after it had settled."""
        began = job.sent or job.created
        # In this order: a submission whose answer comes meanwhile is then among these or among the known.
        others = [other for other in await self._env.store.unknown(began - lost.FAR_SECONDS) if _concerns(job, other)]
        # A task at the edge of what is looked at was sent before it: these reach back further than the rows.
        known = await self._env.store.upstream_ids(began - 2 * lost.FAR_SECONDS)
        now = _Round(listed, known, others)
        verdict: lost.Verdict | None = _verdict(job, listed, known)
        try:
            if isinstance(verdict, lost.Candidates):
                verdict = await self._chosen(job, verdict.rows, now)
        except _NotNowError:
            return
        match verdict:
            case lost.NeverArrived():
                await self._not_listed(job, listed)
            case lost.Ambiguous(count=count) if not any(self._is_open(other, now) for other in others):
                await self._doubt(job, others, f"{count} task(s) of that time may or may not be it")
            case _:
                pass

    def _is_open(self, other: JobRecord, now: _Round) -> bool:
        """Whether it is still to be found out which task another job has, so that one may yet prove to be its.

        Not if that hangs on what becomes of others: none would ever be decided.
        """
        if self._is_left_alone(other):
            return False
        if other.state is not State.UNCONFIRMED:
            return other.state is State.SUBMITTING and 0 <= self._age(other) <= lost.FAR_SECONDS
        if not self.has_settled(other):
            return True
        verdict = _verdict(other, now.listed, now.known)
        rows = verdict.rows if isinstance(verdict, lost.Candidates) else ()
        return any(row.status in _UNDONE or (other.id, row.task_id) not in self._compared for row in rows)

    def _is_left_alone(self, other: JobRecord) -> bool:
        """Whether there may be nobody any more who has its key."""
        return other.scope != self._env.scope and not 0 <= self._age(other) <= lost.FAR_SECONDS

    async def _doubt(self, job: JobRecord, others: Sequence[JobRecord], reason: str) -> None:
        """Leave it to the user, if no other job of its time has been cleared up since the last time.

        The tasks of those others may be known in this very round, and then this job's in the next.
        """
        now = frozenset(other.id for other in others)
        before = self._doubted.get((job.id, job.tries))
        self._doubted[job.id, job.tries] = now
        if before is not None and before <= now:
            await self._ask(job, reason)

    def has_settled(self, job: JobRecord) -> bool:
        """Whether the list has had the time to show a lost submission; a moment in the future is of another clock."""
        return job.lost is not None and not 0 <= self._env.clock.wall() - job.lost <= lost.SETTLE_SECONDS

    async def _chosen(self, job: JobRecord, rows: Sequence[Row], now: _Round) -> lost.Verdict | None:
        """The task whose result can only be made of this job's inputs is its; what is to be said if all are others'."""
        if any(row.status in _UNDONE for row in rows):
            return None  # only a result tells
        left = [row for row in rows if not await self._is_anothers(job, row, now.others)]
        if not left:
            return _verdict(job, now.listed, {**now.known, **dict.fromkeys((row.task_id for row in rows), "")})
        matching = [row for row in left if await self._is_of(job, row, now.others)]
        rivals = [other for other in now.others if any(self._may_have(other, row) for row in left)]
        if len(matching) == 1:
            await self._lifecycle.submitted(job, matching[0].task_id)
        elif not any(self._is_open(rival, now) for rival in rivals):
            await self._doubt(job, now.others, f"which of {len(left)} task(s) of that time it is cannot be told")
        return None

    async def _is_of(self, job: JobRecord, row: Row, others: Sequence[JobRecord]) -> bool:
        """Whether a task's result is made of this job's inputs, and not as well of those of another lost one."""
        rivals = [other for other in others if other.tool == job.tool and self._may_have(other, row)]
        if new := [one for one in (job, *rivals) if (one.id, row.task_id) not in self._compared]:
            await self._compare(new, row)
        shared = any(self._compared[other.id, row.task_id] for other in rivals)
        return bool(self._compared[job.id, row.task_id]) and not shared

    def _may_have(self, other: JobRecord, row: Row) -> bool:
        """Whether a task may be another lost job's, by a clock that is as far off as it is known to be, or was."""
        return lost.was_out(other, row, max(abs(other.skew or 0.0), abs(self._env.client.skew or 0.0)))

    async def _is_anothers(self, job: JobRecord, row: Row, others: Sequence[JobRecord]) -> bool:
        """Whether a task's result is made of the inputs of another lost job, and not of this one's."""
        is_ours = await self._is_of(job, row, others)
        return (
            not is_ours
            and self._compared[job.id, row.task_id] is False
            and any(self._compared.get((other.id, row.task_id)) for other in others)
        )

    async def _compare(self, jobs: Sequence[JobRecord], row: Row) -> None:
        """Note which of the jobs a task's result may be of; None where that cannot be told."""
        work = self._env.work(jobs[0])
        with TemporaryDirectory(prefix="qwen-localize-") as folder:
            evidence = work.evidence if isinstance(work, Upstream) else None
            result = await self._result(row, work, Path(folder)) if isinstance(work, Upstream) else None
            for job in jobs:
                matches = await self._matches(evidence, result, job) if evidence and result else None
                self._compared[job.id, row.task_id] = matches

    async def _matches(self, evidence: Evidence, result: Path, job: JobRecord) -> bool | None:
        try:
            media = await self._env.media(job)
        except BadInput as error:
            logger.info("%s cannot be compared: %s", job.id, error)
            return None
        inputs = [item.data for item in media if isinstance(item, LocalMedia)]
        if not inputs or len(inputs) < len(media):
            return None  # what is behind a URL was never here
        return await anyio.to_thread.run_sync(evidence.matches, result, inputs)

    async def _result(self, row: Row, work: Upstream, folder: Path) -> Path | None:
        """A task's result as a file; None if it has none that can be looked at.

        Raises:
            _NotNowError: it may have one that can be looked at later.
        """
        if not work.evidence:
            return None
        failures, last = self._missed.get(row.task_id, (0, 0.0))
        if failures and 0 <= self._env.clock.wall() - last < _MISSED_SECONDS:
            raise _NotNowError
        consume = partial(_written, folder / "result", work.artifact.most_bytes)
        try:
            match await self._env.client.query(row.task_id):
                case Succeeded(output=output):
                    return await self._env.client.download(work.evidence.url(output), consume)
                case Failed() | Gone(status="CANCELED"):
                    return None
                case state:
                    logger.info("The list calls task %s %s, its query: %s", row.task_id, row.status, state)
        except (LookupError, TypeError) as error:
            logger.info("The result of task %s cannot be compared: %s", row.task_id, error)
            return None
        except (BadAnswer, Expired, Spoiled) as error:
            logger.info("The result of task %s cannot be compared now: %s", row.task_id, error)
        self._missed[row.task_id] = failures + 1, self._env.clock.wall()
        if failures + 1 < _MOST_MISSED:
            raise _NotNowError
        return None

    async def _not_listed(self, job: JobRecord, listed: TaskList) -> None:
        """No task is this job's: it never arrived, or failed for free, if the list shows everything."""
        if 0 <= self._age(job) <= _ARRIVED_SECONDS:
            return  # it may be on its way
        if reason := self._hidden(job, listed):
            await self._ask(job, reason)
        elif job.cancel:
            await self._lifecycle.canceled(job, "Cancelled before it arrived; nothing was paid.")
        elif job.tries < MOST_TRIES:
            await self._go_on(await self._lifecycle.send_again(job, self._env.presence.first_owner))
        else:
            times = f"It was sent {job.tries + 1} times, and the service lists no such task, so nothing was paid."
            words = f"{job.message} {times}"
            await self._lifecycle.failed(job, words, TryLater.__name__)

    def _age(self, job: JobRecord) -> float:
        return self._env.clock.wall() - (job.sent or job.created)

    def _hidden(self, job: JobRecord, listed: TaskList) -> str:
        """Why the list might not show the job's task; nothing if it would."""
        skew = self._env.client.skew or 0.0
        if not listed.is_whole or self._age(job) >= _LISTED_SECONDS:
            return "the service's list does not reach back to it, or cannot be read whole"
        if self._age(job) < 0 or abs((skew if job.skew is None else job.skew) - skew) > _SKEW_SECONDS:
            return "this machine's clock was changed since"
        return f"this machine's clock is {abs(skew):.0f} s off the service's" if abs(skew) > _SKEW_SECONDS else ""

    async def _ask(self, job: JobRecord, reason: str) -> None:
        """Leave it to the user whether to pay (again)."""
        words = (
            f"The submission's answer was lost, and {reason}: it may be paid for. Ask the user before paying again; "
            "if they agree, cancel_job and then repeat the call."
        )
        await self._lifecycle.needs_decision(job, words)


def _concerns(job: JobRecord, other: JobRecord) -> bool:
    """Whether the task of one of the two might be taken for the other's."""
    return other.model == job.model and other.id != job.id and lost.is_of_its_time(job, other)


def _verdict(job: JobRecord, listed: TaskList, known: Mapping[str, str]) -> lost.Verdict:
    """What a list says of a job, by the key that it was ordered with."""
    ours = {upstream_id for upstream_id, scope in known.items() if scope == job.scope}
    return lost.look(job, listed.rows, known, ours)


async def _written(path: Path, most: int, response: httpx2.Response) -> Path:
    size = 0
    with path.open("wb") as file:
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > most:
                raise Spoiled("The result is too large.")
            file.write(chunk)
    return path
