"""What is known of a job: one row of the store."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a job stands, in the order it usually goes; see `lifecycle` for the ways between them."""

    PREPARED = "prepared"  # accepted here, nothing sent that is paid
    SUBMITTING = "submitting"  # the request may be out
    UNCONFIRMED = "unconfirmed"  # a task whose submission's answer was lost: it is looked for in the task list
    NEEDS_DECISION = "needs_decision"  # it may be paid, and only the user can say what to do
    QUEUED = "queued"  # has an upstream id
    RUNNING = "running"
    PAUSING = "pausing"  # a batch whose caller has left: what is out is waited for, nothing new is sent
    PAUSED = "paused"  # all of it has come back; nothing happens until somebody asks for it
    READY = "ready"  # paid; the result is being fetched
    UNDELIVERED = "undelivered"  # paid; fetching, or putting together, failed, and can be tried again
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    NEWER = "newer"  # never written: what a newer version has made of it, which goes on with it


class Kind(StrEnum):
    """How a job is done."""

    TASK = "task"  # submitted, then followed in the service's task list
    CALL = "call"  # answered at once, after a minute or so
    BATCH = "batch"  # many calls, made and put together by the process that owns it


FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELED})
# What does not move on by itself.
RESTING = FINAL | {State.UNDELIVERED, State.NEEDS_DECISION, State.PAUSED}
UPSTREAM = frozenset({State.QUEUED, State.RUNNING})
# What a poller has something to do for.
OPEN = frozenset({State.PREPARED, State.SUBMITTING, State.UNCONFIRMED, State.PAUSING, State.READY}) | UPSTREAM

# Among a batch's arguments: the user has agreed that it passes the daily budget.
PAST_BUDGET = "past_budget"


@dataclass(frozen=True)
class JobRecord:
    """A job as it is on disk: all that any process needs to go on with it, but no key.

    Attributes:
        scope: which service and key it was ordered with.
        label: what is done to what, in a few words.
        digest: of the request, inputs included: equal calls have equal digests.
        arguments: what the tool has checked; with the inputs, all that its work needs.
        inputs: what it works on, see `files.Kept`; local bytes lie in the state directory until the job ends.
        directory: where its artifacts go, with names that begin with `stem`.
        owner: the process that submits it, or does it.
        sent: when its submission began; `lost` when that was known to have no answer. Unix seconds, as all times.
        skew: seconds by which the service's clock was then ahead of ours; None if that was not known.
        tries: how often it was sent again, after it was found not to have arrived.
        urls: where the results are, while the service keeps them (24 h).
        details: what its work found, for programs.
        answer: the service's own words where nobody understood them, in JSON if it is.
        planned: names about to be given to artifacts.
        cost: estimate in CNY, for so many `pieces` of results.
        cancel: whether its caller wants it no more.
        parent: the batch that it is a part of; empty for what a caller has ordered.
        principal: whose it is; empty for the user of this machine.
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
    arguments: dict[str, Any] = field(default_factory=dict)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    pieces: int = 1
    kind: Kind = Kind.TASK
    state: State = State.PREPARED
    upstream_id: str | None = None
    request_id: str = ""
    sent: float | None = None
    lost: float | None = None
    skew: float | None = None
    tries: int = 0
    urls: list[str] = field(default_factory=list)
    usage: dict[str, Any] = field(default_factory=dict)
    planned: list[str] = field(default_factory=list)
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    answer: str = ""
    message: str = ""
    cancel: bool = False
    parent: str = ""
    principal: str = ""

    @property
    def past_budget(self) -> bool:
        """Whether each call of this batch may pass the daily budget."""
        return bool(self.arguments.get(PAST_BUDGET))

    def price_of(self, pieces: int) -> float | None:
        """The cost of so many results, in CNY; never more than what was expected for all."""
        return None if self.cost is None else round(self.cost * min(pieces, self.pieces) / self.pieces, 6)
