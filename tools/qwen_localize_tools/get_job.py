"""A job's state and result, asked for later."""

from typing import Annotated

from pydantic import Field

from qwen_localize.contract import Api, Tool
from qwen_localize.results import JobResult

from ._params import JobId

_ELSEWHERE = (
    "It was begun with another API key or in another region, and goes on only while a server with these runs: ask the "
    "user to start one."
)


async def get_job(
    api: Api, job_id: JobId, wait: Annotated[float, Field(ge=0, le=600, description="Seconds to wait for its end")] = 0
) -> JobResult:
    """State and result of a job that another tool began. Free; fetches a paid result again if that failed."""
    job = await api.runner.resume(job_id)
    result = await api.wait_for(job.id, wait)
    if job.scope == api.scope or result.status not in ("queued", "running"):
        return result
    return result.model_copy(update={"message": f"{result.message} {_ELSEWHERE}"})


TOOL = Tool(get_job, title="Get a job", reads=True, publishes=False)
