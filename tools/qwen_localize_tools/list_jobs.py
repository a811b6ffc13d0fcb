"""Recent jobs, for a chat that has lost their ids; and what the user must know of the store that has them."""

from typing import Annotated

from pydantic import Field, SerializeAsAny

from qwen_localize.tool import Context, JobResult, Result, Tool
from qwen_localize.wellformed import clipped

# How long all lines together may be, in bytes.
_MOST_TEXT = 7_500
_ACKNOWLEDGED = "(Tell the user. Then list_jobs with acknowledge=true, and this is shown no more.)"


class JobList(Result):
    """Jobs, the newest first; and notices, which are shown until they are acknowledged."""

    PUBLISHED = frozenset({"jobs"})

    jobs: list[SerializeAsAny[JobResult]]
    notices: list[str] = Field(default_factory=list)

    def blocks(self) -> list[str]:
        """A line for each."""
        room = _MOST_TEXT // max(1, len(self.jobs))
        lines = [clipped(f"{job.job_id} {job.tool} {job.status}: {job.message}", room) for job in self.jobs]
        notices = [f"{notice} {_ACKNOWLEDGED}" for notice in self.notices]
        return [*notices, "\n".join(lines) or "There are no jobs yet."]


async def list_jobs(
    context: Context,
    limit: Annotated[int, Field(ge=1, le=100, description="How many")] = 10,
    acknowledge: Annotated[bool, Field(description="The user has read the notices")] = False,
) -> JobList:
    """Recent jobs, newest first, with their files: look here before repeating a call whose answer was lost. Free."""
    if acknowledge:
        await context.jobs.notices.acknowledge()
    return JobList(jobs=await context.jobs.recent(limit), notices=await context.jobs.notices.all())


TOOL = Tool(list_jobs, title="List jobs", reads=True)
