"""What a place in the queue asks for: that a job which nobody owns is gone on with, by the process that took it."""

from anyio.abc import TaskGroup

from ..state import until_available
from .environment import Environment
from .queue import NotYet
from .records import JobRecord, Kind, State
from .submission import Submission

# What this version cannot do, another one may: its job is looked at again after so many seconds.
_OTHERS_SECONDS = 60
_TO_DO = frozenset({State.PREPARED, State.RUNNING, State.PAUSING})


class Advance:
    """Goes on with the jobs of one account.

    Args:
        environment: what all parts share.
        submission: sends jobs in this process.
        group: lives as long as the process; batches run in it, which take no hand while they wait for their parts.
    """

    def __init__(self, environment: Environment, submission: Submission, group: TaskGroup) -> None:
        self._env, self._submission, self._group = environment, submission, group

    async def __call__(self, job_id: str) -> None:
        """Go on with a job, unless somebody else does, or it is at its end.

        Raises:
            NotYet: this version does not know it.
        """
        job = await until_available(self._env.clock, lambda: self._taken(job_id), job_id)
        if job and job.kind is Kind.BATCH:
            self._group.start_soon(self._submission.run, job)
        elif job:
            await self._submission.run(job)

    async def _taken(self, job_id: str) -> JobRecord | None:
        job = await self._env.store.get(job_id)
        if job is None or job.owner:
            return None
        if job.state is State.NEWER or not self._env.known([job]):
            raise NotYet(_OTHERS_SECONDS)
        if job.state not in _TO_DO:
            return None
        if job.parent and await self._env.children.is_left(job):
            await self._env.lifecycle.withdrawn(job)
            return None
        return await self._env.lifecycle.taken_over(job, self._env.presence.name)
