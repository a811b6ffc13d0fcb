"""What tools return, as data and in words."""

import json
from pathlib import PurePath
from typing import Any, ClassVar, Literal, Self
from urllib.parse import quote as percent

from pydantic import BaseModel, ConfigDict, Field

from ..dashscope import Model
from ..jobs import RESTING, JobRecord, Kind, State
from ..wellformed import clipped
from .links import SCHEME, saved_name

Status = Literal["queued", "running", "succeeded", "failed", "canceled"]
# How much of an answer that nobody understood is shown.
_MOST_ANSWER = 4000
# What is shown of each job in a list: files, and characters of a detail.
_MOST_LISTED, _MOST_DETAIL = 6, 500
# What a job's other fields take, about, in bytes of JSON.
_FRAME = 350
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def cny(cost: float | None) -> str:
    """A cost for people: short sums keep their digits."""
    return "at an unknown price" if cost is None else f"about {f'{cost:.6f}'.rstrip('0').rstrip('.') or '0'} CNY"


class SavedFile(BaseModel):
    """A finished file on this machine's disk, with what else is known of it, such as a picture's `width`."""

    model_config = ConfigDict(extra="allow")

    path: str
    uri: str
    mime_type: str
    bytes: int


class Result(BaseModel):
    """What every tool returns: structured fields for programs, and `blocks` of text for the model.

    The schema that clients are told has the fields in `PUBLISHED`; the others come as well. Fields that are empty are
    left out, since several hosts show all of them to the model; those in `ALWAYS` are not.
    """

    PUBLISHED: ClassVar[frozenset[str]] = frozenset()
    ALWAYS: ClassVar[frozenset[str]] = frozenset()

    def structured(self) -> dict[str, Any]:
        """The fields as JSON."""
        fields = self.model_dump(mode="json") | self.model_dump(mode="json", exclude_defaults=True)
        return {name: value for name, value in fields.items() if name in self.ALWAYS or value not in _EMPTY}

    def blocks(self) -> list[str]:
        """The same facts as short texts; each must stand without the structured fields."""
        raise NotImplementedError

    def files(self) -> list[SavedFile]:
        """The files that the client is given links to."""
        return []

    def link(self, file: SavedFile) -> str:
        """The link by which one of `files` is found again."""
        return f"{SCHEME}saved/{percent(saved_name(PurePath(file.path)), safe='')}"

    def picture(self) -> tuple[bytes, str] | None:
        """A picture for the model to look at, with its type; such a result has no structured fields beside it."""
        return None


class JobResult(Result):
    """A job as it stands. A tool whose jobs have more to say has a result of its own, made of this one."""

    PUBLISHED = frozenset({"job_id", "status", "artifacts"})
    ALWAYS = PUBLISHED | {"message"}

    job_id: str
    status: Status
    message: str
    tool: str
    model: str
    artifacts: list[SavedFile]
    details: dict[str, Any]
    usage: dict[str, Any]
    estimated_cost: float | None = Field(description="CNY")

    @classmethod
    def of(cls, job: JobRecord, *, is_known: bool = True) -> Self:
        """What a record of the store says to the caller; `is_known` says whether this version has the job's tool."""
        artifacts = [SavedFile(**facts) for facts in job.artifacts]
        unread = {"answer": job.answer[:_MOST_ANSWER]} if job.answer and job.state is State.NEEDS_DECISION else {}
        facts = {
            "job_id": job.id,
            "status": status(job),
            "message": cls._message(job, artifacts) if is_known or job.state in RESTING else _waits(job),
            "tool": job.tool,
            "model": job.model,
            "artifacts": artifacts,
            "details": job.details | unread,
            "usage": job.usage | ({"request_ids": [job.request_id]} if job.request_id else {}),
            "estimated_cost": job.cost,
        }
        return cls(**facts | cls.own_facts(job))

    def structured(self) -> dict[str, Any]:
        """The fields as JSON; of what was done at once there is no job to name."""
        fields = super().structured()
        if "details" in fields:
            fields["details"] = {name: value for name, value in fields["details"].items() if value not in _EMPTY}
        idle = () if self.job_id else ("job_id", "artifacts")
        return {name: value for name, value in fields.items() if value or name not in idle}

    @classmethod
    def preview(cls, tool: str, model: Model, words: str, details: dict[str, Any]) -> Self:
        """What a call would do, in words and as data, with nothing sent."""
        return cls.model_validate(
            {
                "job_id": "",
                "status": "succeeded",
                "message": f"Preview: {words} Nothing was sent or paid.",
                "tool": tool,
                "model": model.name,
                "artifacts": [],
                "details": details,
                "usage": {},
                "estimated_cost": 0.0,
            }
        )

    @classmethod
    def own_facts(cls, job: JobRecord) -> dict[str, Any]:  # noqa: ARG003 - for others to use
        """The fields that a tool's own result has besides, or otherwise."""
        return {}

    @classmethod
    def outcome(cls, job: JobRecord, artifacts: list[SavedFile]) -> str:  # noqa: ARG003 - for others to use
        """What a job has come to that succeeded, in a sentence; cost and model follow."""
        return (
            f"Saved {', '.join(file.path for file in artifacts)}." if artifacts else "Done; there is nothing to save."
        )

    @classmethod
    def _message(cls, job: JobRecord, artifacts: list[SavedFile]) -> str:
        if job.state is State.SUCCEEDED and not job.message:
            return f"{cls.outcome(job, artifacts)} {job.label} by {job.model}, {cny(job.cost)}."
        if job.message and job.state in RESTING:
            return job.message
        return (
            f"{job.label}: {stage(job)}, as job {job.id}. It is already submitted: do not call {job.tool} "
            "again, but get_job with this job_id and wait=45 until it is finished."
        )

    def brief(self) -> "JobResult":
        """The job as one of a list: its first files, and of its details what is short."""
        details = {name: value for name, value in self.details.items() if len(json.dumps(value)) <= _MOST_DETAIL}
        return self.model_copy(update={"artifacts": self.artifacts[:_MOST_LISTED], "details": details})

    def fitted(self, room: int) -> Self:
        """The job in about so many bytes of JSON: a few of its files, and of its details what fits."""
        message = clipped(self.message, room // 3)
        left = room - _FRAME - _bytes(message)
        details, artifacts = dict[str, Any](), list[SavedFile]()
        for name, value in self.details.items():
            if (left := left - _bytes({name: value})) > 0:
                details[name] = value
        for file in self.artifacts:
            if (left := left - _bytes(file.model_dump())) > 0:
                artifacts.append(file)
        usage = self.usage if left > _bytes(self.usage) else {}
        facts = {"message": message, "artifacts": artifacts, "details": details, "usage": usage}
        return self.model_copy(update=facts)

    def blocks(self) -> list[str]:
        """The message, which has the paths."""
        return [self.message]

    def files(self) -> list[SavedFile]:
        """The artifacts."""
        return self.artifacts

    def link(self, file: SavedFile) -> str:
        """An artifact has a number once its job is done; before, and of what was done at once, there is its name."""
        if not self.job_id or self.status != "succeeded":
            return super().link(file)
        return f"{SCHEME}files/{self.job_id}/{self.artifacts.index(file) + 1}"


def _bytes(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode(errors="replace"))


STATUSES: dict[State, Status] = {
    State.PREPARED: "queued",
    State.SUBMITTING: "queued",
    State.UNCONFIRMED: "queued",
    State.NEEDS_DECISION: "failed",
    State.QUEUED: "queued",
    State.RUNNING: "running",
    State.PAUSING: "running",
    State.PAUSED: "queued",
    State.READY: "running",
    State.UNDELIVERED: "failed",
    State.SUCCEEDED: "succeeded",
    State.FAILED: "failed",
    State.CANCELED: "canceled",
    State.NEWER: "running",
}


def status(job: JobRecord) -> Status:
    """Where a job stands, in the caller's words: a call that is out is being worked on."""
    return "running" if (job.kind, job.state) == (Kind.CALL, State.SUBMITTING) else STATUSES[job.state]


def question(job: JobRecord) -> str:
    """What a user is asked of a job that may be paid."""
    return f"{job.label} ({job.model}) may already be paid, and its result cannot be had. Pay {cny(job.cost)} again?"


def stage(job: JobRecord) -> str:
    """How far a job is, in a few words."""
    if job.state is State.UNCONFIRMED:
        return "sent, but not confirmed; the service's task list is read to see what became of it"
    return job.message or status(job)


def _waits(job: JobRecord) -> str:
    return (
        f"{job.label}: {status(job)}, as job {job.id}, and it waits: this version of qwen-localize has no tool "
        f"{job.tool}. It goes on as soon as a version runs that has it."
    )
