"""A job's state and result, asked for later."""

from typing import Annotated

from pydantic import Field

from qwen_localize.contract import Api, Tool
from qwen_localize.results import JobResult

from ._params import JobId


async def get_job(
    api: Api, job_id: JobId, wait: Annotated[float, Field(ge=0, le=600, description="Seconds to wait for its end")] = 0
) -> JobResult:
    """State and result of a job that another tool began. Free; fetches a paid result again if that failed."""
    job = await api.runner.resume(job_id)
    return await api.wait_for(job.id, wait)


TOOL = Tool(get_job, title="Get a job", reads=True, publishes=False)
