"""The submission gate: one submission of an account to a model is out at a time, whichever process sends it.

The service counts arrivals, and a queue in a process knows nothing of the others'. The gate is taken in the transaction
that writes down that the job goes out, by whose turn it is: what a caller has ordered comes before parts of batches,
and who has come first before others. It is freed with the answer, and the gap until the next is counted from then.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import anyio

from ..dashscope import Limit
from ..state import Session, Store
from ..state.session import Row
from .leases import ARRIVED_SECONDS, LEASE_SECONDS
from .places import lane, priority
from .records import UPSTREAM, JobRecord

# How many tasks may be unfinished at the service: so few that the last one's result does not age past its 24 h.
MOST_UPSTREAM = 100
# How soon one that waits looks again, where nothing says when its turn will be.
LOOK_SECONDS = 0.5
# Who has not looked for so long waits no more.
_SEEN_SECONDS = 10 * LOOK_SECONDS
# How long the gate stays shut for one who does not come back.
_HELD_SECONDS = LEASE_SECONDS + ARRIVED_SECONDS
_UPSTREAM = ", ".join(f"'{state}'" for state in sorted(UPSTREAM))


@dataclass
class Turn:
    """One job before the gate of its account and model.

    Attributes:
        wait: seconds after which it should try again; None if it is through, or nothing is known yet.
    """

    job: JobRecord
    limit: Limit
    wait: float | None = field(default=None, init=False)

    @property
    def _gate(self) -> str:
        return f"{self.job.scope}:{self.job.model}"

    def is_next(self, session: Session) -> bool:
        """Whether it may go through, as far as can be seen: a look that holds up nobody."""
        query = "SELECT holder, until, opens FROM gates WHERE name = ?"
        gate = session.execute(query, (self._gate,)).fetchone()
        self.wait = self._wait(session, gate, session.now(0.0))
        return self.wait is None

    def entered(self, session: Session) -> bool:
        """Whether it goes through now; it is then the only one, until it has come back."""
        at = session.now(0.0)
        gate = session.execute(
            "INSERT INTO gates (name, holder, until, opens) VALUES (?, '', 0, 0) "
            "ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING holder, until, opens",
            (self._gate,),
        ).fetchone()
        self.wait = self._wait(session, gate, at)
        if self.wait is not None:
            return False
        query = "UPDATE gates SET holder = ?, until = ? WHERE name = ?"
        session.execute(query, (self.job.id, at + _HELD_SECONDS, self._gate))
        session.execute("DELETE FROM turns WHERE gate = ? AND job = ?", (self._gate, self.job.id))
        return True

    def _wait(self, session: Session, gate: Row | None, at: float) -> float | None:
        if gate and gate["holder"] not in ("", self.job.id) and gate["until"] > at:
            return LOOK_SECONDS
        if gate and gate["opens"] > at:
            return float(gate["opens"] - at)
        first = session.execute(
            "SELECT job FROM turns WHERE gate = ? AND seen > ? ORDER BY priority DESC, since, job LIMIT 1",
            (self._gate, at - _SEEN_SECONDS),
        ).fetchone()
        if (first and first["job"] != self.job.id) or self._is_full(session):
            return LOOK_SECONDS
        return None

    def _is_full(self, session: Session) -> bool:
        query = f"SELECT id FROM jobs WHERE scope = ? AND model = ? AND state IN ({_UPSTREAM}) LIMIT {MOST_UPSTREAM}"  # noqa: S608
        return sum(1 for _ in session.execute(query, (self.job.scope, self.job.model))) >= MOST_UPSTREAM

    def waits(self, session: Session) -> None:
        """Stand in the row of those who wait, or say that it still does."""
        at = session.now(0.0)
        session.execute(
            "INSERT INTO turns (gate, job, priority, since, seen) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (gate, job) DO UPDATE SET seen = excluded.seen",
            (self._gate, self.job.id, priority(self.job), at, at),
        )
        session.execute("DELETE FROM turns WHERE gate = ? AND seen < ?", (self._gate, at - _SEEN_SECONDS))

    def goes(self, session: Session) -> bool:
        """Whether it may go out now, perhaps once more: the gate then stays shut for as long as that may take."""
        query = "UPDATE gates SET until = ? WHERE name = ? AND holder = ? RETURNING name"
        values = (session.now(0.0) + _HELD_SECONDS, self._gate, self.job.id)
        return session.execute(query, values).fetchone() is not None

    def is_back(self, session: Session) -> None:
        """Its answer has come, or it did not go: the next may go after the limit's gap."""
        query = "UPDATE gates SET holder = '', opens = ? WHERE name = ? AND holder = ?"
        session.execute(query, (session.now(0.0) + self.limit.gap, self._gate, self.job.id))
        session.execute("DELETE FROM turns WHERE gate = ? AND job = ?", (self._gate, self.job.id))


class Gate:
    """The gates of a database, as one process sees them."""

    def __init__(self, database: Store) -> None:
        self._database = database
        self._first: defaultdict[tuple[str, str], anyio.Lock] = defaultdict(anyio.Lock)

    def first(self, job: JobRecord) -> anyio.Lock:
        """Held by the one job of this process and lane that looks whether the gate is open: the others need not."""
        return self._first[f"{job.scope}:{job.model}", lane(job)]

    async def wait(self, turn: Turn) -> None:
        """Write down that a job waits, or still does.

        Raises:
            StateUnavailable: the database cannot be written.
        """
        await self._database.write(turn.waits)

    async def is_next(self, turn: Turn) -> bool:
        """Whether it may be a job's turn; it is only when the gate has been taken.

        Raises:
            StateUnavailable: the database cannot be read.
        """
        return await self._database.read(turn.is_next)

    async def free(self, turn: Turn) -> None:
        """Let the next one through.

        Raises:
            StateUnavailable: the database cannot be written; the gate then opens by itself after a while.
        """
        await self._database.write(turn.is_back)
