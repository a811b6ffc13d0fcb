"""A job's state and result, asked for later."""

from typing import Annotated

from pydantic import Field

from qwen_localize.tool import Context, JobResult, Tool

from ._shared.arguments import JobId


async def get_job(
    context: Context,
    job_id: JobId,
    wait: Annotated[float, Field(ge=0, le=600, description="Seconds to wait for its end")] = 0,
) -> JobResult:
    """State and result of a job that another tool began. Free; fetches a paid result again if that failed."""
    return await context.jobs.get(job_id, wait)


TOOL = Tool(get_job, title="Get a job", reads=True, publishes=False)
