"""What is known of a job: one row of the store."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a job stands, in the order it usually goes."""

    PREPARED = "prepared"  # accepted here, nothing sent that is paid
    SUBMITTING = "submitting"  # the request may be out
    UNSURE = "unsure"  # its answer was lost: looked for in the task list
    UNCLEAR = "unclear"  # looked for, and not certain to be found or missing: the user is asked
    QUEUED = "queued"  # has an upstream id
    RUNNING = "running"
    READY = "ready"  # paid; the result is being fetched
    UNDELIVERED = "undelivered"  # paid; fetching failed, and can be tried again
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class Kind(StrEnum):
    """How a job is done."""

    TASK = "task"  # submitted, then followed in the service's task list
    CALL = "call"  # answered at once, after a minute or so
    BATCH = "batch"  # many calls, made and put together by the process that owns it


FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELED})
# What does not move on by itself.
RESTING = FINAL | {State.UNDELIVERED, State.UNCLEAR}
UPSTREAM = frozenset({State.QUEUED, State.RUNNING})
# What a poller has something to do for.
OPEN = frozenset({State.PREPARED, State.SUBMITTING, State.UNSURE, State.READY}) | UPSTREAM


@dataclass(frozen=True)
class JobRecord:
    """A job as it is on disk: enough to go on after a crash, no key, no picture bytes.

    Attributes:
        scope: which service and key it was submitted with.
        digest: of the request, pictures included: equal calls have equal digests.
        directory: where its artifacts go, with names that begin with `stem`.
        owner: the process that submits it.
        sent: when its submission began; `lost` when that was known to have no answer. Unix seconds, as all times.
        urls: where the results are, while the service keeps them (24 h).
        details: what a batch found, for programs.
        planned: names about to be given to artifacts.
        cost: estimate in CNY.
        joins: calls besides the first that wait for it.
        cancel: whether its caller wants it no more.
    """

    id: str
    scope: str
    tool: str
    label: str
    digest: str
    model: str
    directory: str
    stem: str
    owner: str
    created: float
    changed: float
    cost: float | None
    kind: Kind = Kind.TASK
    state: State = State.PREPARED
    upstream_id: str | None = None
    request_id: str = ""
    sent: float | None = None
    lost: float | None = None
    urls: list[str] = field(default_factory=list)
    usage: dict[str, Any] = field(default_factory=dict)
    planned: list[str] = field(default_factory=list)
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    joins: int = 0
    cancel: bool = False
