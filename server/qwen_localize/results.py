"""What tools return, as data and in words."""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from .jobs import RESTING, JobRecord, Kind, State


def cny(cost: float | None) -> str:
    """A cost for people: short sums keep their digits."""
    return "at an unknown price" if cost is None else f"about {f'{cost:.6f}'.rstrip('0').rstrip('.') or '0'} CNY"


class SavedFile(BaseModel):
    """A finished file on this machine's disk."""

    path: str
    uri: str
    mime_type: str
    bytes: int
    width: int | None = None
    height: int | None = None


class Result(BaseModel):
    """What every tool returns: structured fields for programs, and `blocks` of text for the model.

    The schema that clients are told has the fields in `PUBLISHED`; the others come as well.
    """

    PUBLISHED: ClassVar[frozenset[str]] = frozenset()

    def blocks(self) -> list[str]:
        """The same facts as short texts; each must stand without the structured fields."""
        raise NotImplementedError

    def files(self) -> list[SavedFile]:
        """The files that the client is given links to."""
        return []


class JobResult(Result):
    """A job as it stands. `no_text_found` is an outcome of its own: the work was done, and there was nothing to do."""

    PUBLISHED = frozenset({"job_id", "status", "message", "artifacts"})

    job_id: str
    status: Literal["queued", "running", "succeeded", "failed", "canceled"]
    message: str
    tool: str
    model: str
    artifacts: list[SavedFile]
    no_text_found: bool
    details: dict[str, Any]
    usage: dict[str, Any]
    request_id: str
    estimated_cost: float | None = Field(description="CNY")

    @classmethod
    def of(cls, job: JobRecord) -> "JobResult":
        """What a record of the store says to the caller."""
        artifacts = [SavedFile(**facts) for facts in job.artifacts]
        return cls(
            job_id=job.id,
            status=status(job),
            message=_message(job, artifacts),
            tool=job.tool,
            model=job.model,
            artifacts=artifacts,
            no_text_found=job.state is State.SUCCEEDED and not artifacts,
            details=job.details,
            usage=job.usage,
            request_id=job.request_id,
            estimated_cost=job.cost,
        )

    def blocks(self) -> list[str]:
        """The message, which has the paths."""
        return [self.message]

    def files(self) -> list[SavedFile]:
        """The artifacts."""
        return self.artifacts


STATUSES: dict[State, Literal["queued", "running", "succeeded", "failed", "canceled"]] = {
    State.PREPARED: "queued",
    State.SUBMITTING: "queued",
    State.UNSURE: "queued",
    State.UNCLEAR: "failed",
    State.QUEUED: "queued",
    State.RUNNING: "running",
    State.READY: "running",
    State.UNDELIVERED: "failed",
    State.SUCCEEDED: "succeeded",
    State.FAILED: "failed",
    State.CANCELED: "canceled",
}


def status(job: JobRecord) -> Literal["queued", "running", "succeeded", "failed", "canceled"]:
    """Where a job stands, in the caller's words: a call that is out is being worked on."""
    return "running" if (job.kind, job.state) == (Kind.CALL, State.SUBMITTING) else STATUSES[job.state]


def stage(job: JobRecord) -> str:
    """How far a job is, in a few words."""
    if job.state is State.UNSURE:
        return "sent, but not confirmed; the service's task list is read to see what became of it"
    return job.message or status(job)


def _message(job: JobRecord, artifacts: list[SavedFile]) -> str:
    if job.state is State.SUCCEEDED and job.message:
        return job.message
    if job.state is State.SUCCEEDED and artifacts:
        files = ", ".join(f"{file.path} ({file.width}×{file.height})" for file in artifacts)
        return f"Saved {files}. {job.label} by {job.model}, {cny(job.cost)}."
    if job.state is State.SUCCEEDED:
        words = "No text was found, so there is no new picture."
        return f"{words} {job.label} by {job.model}, {cny(job.cost)}: looking is billed too."
    if job.message and job.state in RESTING:
        return job.message
    return (
        f"{job.label}: {stage(job)}, as job {job.id}. It is already submitted: do not call {job.tool} "
        "again, but get_job with this job_id and wait=45 until it is finished."
    )
