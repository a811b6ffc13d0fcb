"""Ending a job that is not wanted any more."""

from qwen_localize.contract import Api, Tool
from qwen_localize.results import JobResult

from ._params import JobId


async def cancel_job(api: Api, job_id: JobId) -> JobResult:
    """Cancel a job. One that is still queued is not paid; one already running is billed, so it is finished and kept."""
    return JobResult.of(await api.runner.cancel(job_id))


TOOL = Tool(cancel_job, title="Cancel a job", destroys=True, publishes=False)
