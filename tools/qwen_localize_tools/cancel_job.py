"""Ending a job that is not wanted any more."""

from qwen_localize.tool import Context, JobResult, Tool

from ._shared.arguments import JobId


async def cancel_job(context: Context, job_id: JobId) -> JobResult:
    """Cancel a job. One still queued is not paid; a running one is billed, so it is finished and kept."""
    return await context.jobs.cancel(job_id)


TOOL = Tool(cancel_job, title="Cancel a job", destroys=True, publishes=False)
