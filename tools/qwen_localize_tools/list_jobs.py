"""Recent jobs, for a chat that has lost their ids."""

from typing import Annotated

from pydantic import Field

from qwen_localize.contract import Api, Tool
from qwen_localize.results import JobResult, Result


class JobList(Result):
    """Jobs, the newest first."""

    PUBLISHED = frozenset({"jobs"})

    jobs: list[JobResult]

    def blocks(self) -> list[str]:
        """A line for each."""
        lines = [f"{job.job_id} {job.tool} {job.status}: {job.message}" for job in self.jobs]
        return ["\n".join(lines) or "There are no jobs yet."]


async def list_jobs(api: Api, limit: Annotated[int, Field(ge=1, le=100, description="How many")] = 10) -> JobList:
    """Recent jobs, newest first, with their files: look here before repeating a call whose answer was lost. Free."""
    return JobList(jobs=[JobResult.of(job) for job in await api.runner.recent(limit)])


TOOL = Tool(list_jobs, title="List jobs", reads=True)
