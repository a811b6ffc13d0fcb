"""Recent jobs, for a chat that has lost their ids; and what the user must know of the store that has them."""

import json
from typing import Annotated, Any

from pydantic import Field, SerializeAsAny

from qwen_localize.tool import Context, JobResult, Result, Tool

# Bytes that all jobs of a list share: of many, each says less.
_MOST_TEXT, _MOST_DATA = 6_500, 50_000
# What a job of a list can do without, the first first.
_DISPENSABLE = ("details", "usage", "artifacts")
_ACKNOWLEDGED = "(Tell the user. Then list_jobs with acknowledge=true, and this is shown no more.)"


class JobList(Result):
    """Jobs, the newest first; and notices, which are shown until they are acknowledged."""

    PUBLISHED = frozenset({"jobs"})

    jobs: list[SerializeAsAny[JobResult]]
    notices: list[str] = Field(default_factory=list)

    def structured(self) -> dict[str, Any]:
        """The fields as JSON; of long lists, what there is room for."""
        fields = super().structured()
        return fields | {"jobs": [_fitting(job, _MOST_DATA // len(self.jobs)) for job in fields.get("jobs", [])]}

    def blocks(self) -> list[str]:
        """A line for each."""
        lines = [f"{job.job_id} {job.tool} {job.status}: {job.message}" for job in self.jobs]
        lines = [_cut(line, _MOST_TEXT // len(lines)) for line in lines]
        notices = [f"{notice} {_ACKNOWLEDGED}" for notice in self.notices]
        return [*notices, "\n".join(lines) or "There are no jobs yet."]


def _fitting(job: dict[str, Any], room: int) -> dict[str, Any]:
    """A job in so many bytes of JSON, as far as its message and ids allow."""
    for name in _DISPENSABLE:
        if len(json.dumps(job, ensure_ascii=False).encode()) > room:
            job = job | {name: [] if name == "artifacts" else {}}
    over = len(json.dumps(job, ensure_ascii=False).encode()) - room
    return job | {"message": _cut(job["message"], len(job["message"].encode()) - over)} if over > 0 else job


def _cut(text: str, room: int) -> str:
    """As much of a text as so many bytes hold."""
    data = text.encode()
    return text if len(data) <= room else f"{data[: max(room - 3, 0)].decode(errors='ignore')}…"


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
