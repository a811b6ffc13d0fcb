"""The arithmetic of the benchmark: the service's own bound, one run's figures, the table."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# The documented limits of qwen-mt-image (docs/model-studio.md 1.5 and 2.3).
SUBMIT_SECONDS = 1.0
QUERY_SECONDS = 1.0
AT_ONCE = 2

OURS = "ours"
_HEADS = (
    "tasks", "client", "delivered", "lost", "GET", "LIST", "over limit", "paid",
    "makespan s", "/ bound", "ours delivers", "ours is faster",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of one task: when, in seconds from the start, and why it was lost if it was."""

    number: int
    at: float
    lost: str | None = None


@dataclass(frozen=True)
class Run:
    """One client's figures for one number of tasks.

    Attributes:
        gets: Task queries sent, refused ones included.
        lists: LIST queries sent, refused ones included.
        over_limit: Requests of any kind that the service refused for a documented limit.
        paid: Tasks billed, delivered or not.
        makespan: Seconds from the start to the last picture on disk; None without one.
        bound: Seconds that no client can beat.
        reasons: Why tasks were lost, and how many.
    """

    client: str
    tasks: int
    delivered: int
    gets: int
    lists: int
    over_limit: int
    paid: int
    makespan: float | None
    bound: float
    reasons: Mapping[str, int]

    @property
    def lost(self) -> int:
        """Tasks that did not end in a picture on disk."""
        return self.tasks - self.delivered

    @property
    def over_bound(self) -> float | None:
        """The makespan in units of the bound; None where that says nothing, as when tasks were lost."""
        return None if self.makespan is None or self.lost or not self.bound else self.makespan / self.bound


def bound(tasks: int, task_seconds: float) -> float:
    """Service seconds that no client inside the documented limits can beat.

    Submissions go in one a second, two tasks run at once, and every finished task needs one GET, of
    which one a second is served: the last of those GETs. Downloads and the network are free.
    """
    slots = [0.0] * AT_ONCE
    queried = -QUERY_SECONDS
    for number in range(tasks):
        slot = slots.index(min(slots))
        slots[slot] = max(slots[slot], number * SUBMIT_SECONDS) + task_seconds
        queried = max(slots[slot], queried + QUERY_SECONDS)
    return max(0.0, queried)


def measure(
    client: str, numbers: Sequence[int], outcomes: Iterable[Outcome], ledger: Mapping[str, Any], bound: float
) -> Run:
    """One run's figures from what the client delivered and what the service noted."""
    known = {outcome.number: outcome for outcome in outcomes}
    delivered = [known[number] for number in numbers if number in known and known[number].lost is None]
    counts = ledger["counts"]
    return Run(
        client=client,
        tasks=len(numbers),
        delivered=len(delivered),
        gets=counts.get("query", 0),
        lists=counts.get("list", 0),
        over_limit=len(ledger["violations"]),
        paid=sum(paid["images"] for paid in ledger["paid"]),
        makespan=max((outcome.at for outcome in delivered), default=None),
        bound=bound,
        reasons=_reasons(numbers, known),
    )


def _reasons(numbers: Sequence[int], known: Mapping[int, Outcome]) -> dict[str, int]:
    missing = "the client ended or ran out of time"
    whys = [known[number].lost if number in known else missing for number in numbers]
    return dict(Counter(why for why in whys if why is not None))


def table(runs: Sequence[Run]) -> str:
    """All runs as a Markdown table."""
    ours = {run.tasks: run for run in runs if run.client == OURS}
    rows = [_HEADS, tuple("---" if head == "client" else "--:" for head in _HEADS)]
    rows += [_cells(run, ours.get(run.tasks)) for run in runs]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cells(run: Run, ours: Run | None) -> tuple[str, ...]:
    counts = (run.delivered, run.lost, run.gets, run.lists, run.over_limit, run.paid)
    return (
        str(run.tasks),
        run.client,
        *map(str, counts),
        _decimal(run.makespan, "{:.1f}"),
        _decimal(run.over_bound, "{:.2f}"),
        delivery_ratio(run, ours),
        speed_ratio(run, ours),
    )


def delivery_ratio(run: Run, ours: Run | None) -> str:
    """How many times as many pictures we deliver."""
    if ours is None or run.client == OURS:
        return ""
    return "all : 0" if run.delivered == 0 else f"{ours.delivered / run.delivered:.1f} x"


def speed_ratio(run: Run, ours: Run | None) -> str:
    """How many times as fast we are; only where both delivered everything."""
    if ours is None or run.client == OURS:
        return ""
    if ours.lost or run.lost or not ours.makespan or not run.makespan:
        return "-"
    return f"{run.makespan / ours.makespan:.2f} x"


def losses(runs: Sequence[Run]) -> str:
    """Why tasks were lost, one line for each client and number of tasks."""
    lines = [
        f"* {run.client}, {run.tasks}: " + "; ".join(f"{number} x {why}" for why, number in run.reasons.items())
        for run in runs
        if run.reasons
    ]
    return "\n".join(lines)


def _decimal(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
