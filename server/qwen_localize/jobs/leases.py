"""Who is alive, and who leads, where processes stand on many machines: leases in the database, by its clock.

A process says every few seconds that it lives. One that has not done so for `LEASE_SECONDS` counts as gone, whether it
died, stands still, or was cut off; and one that may soon count as gone sends nothing that is paid. What it had sent is
judged when it must have arrived: see docs/scaling.md.
"""

import logging
from dataclasses import dataclass
from uuid import uuid4

from ..clock import Clock, SharedClock
from ..errors import LocalizeError, StateUnavailable
from ..state import Session, Store

logger = logging.getLogger(__name__)

LEASE_SECONDS = 15.0
# Nothing goes out later after the last sign of life than this.
SEND_SECONDS = LEASE_SECONDS / 2
# How long a submission may take to be answered, after which it is on its way no more.
ARRIVED_SECONDS = 30.0
BEAT_SECONDS = 2.5
# How old the rows of processes that are gone get.
_FORGOTTEN_SECONDS = 7 * 24 * 3600.0


@dataclass(frozen=True)
class _Sign:
    """The last that was heard of a process: when, by the database's clock, and whether it said that it goes."""

    seen: float
    has_left: bool


class Leases:
    """This process among those of all machines, under a name that others can ask after; see `Presence`.

    Args:
        database: where the signs of life are.
        clock: what time it is; from the first sign on, the database's.
    """

    def __init__(self, database: Store, clock: SharedClock) -> None:
        self._database, self._clock = database, clock
        self.name = uuid4().hex[:12]
        self._signed = self._beaten = -float("inf")
        self._signs: dict[str, _Sign] = {}
        self._looks = 0
        self._strangers: dict[str, int] = {}

    async def live(self) -> None:
        """Leave signs of life, and look for those of others; runs until cancelled."""
        while True:
            try:
                await self.sign()
            except StateUnavailable as error:
                logger.warning("No sign of life can be left: %s", error)
            await self._clock.sleep(BEAT_SECONDS)

    async def sign(self) -> None:
        """Leave a sign of life now.

        Raises:
            StateUnavailable: the database cannot be written.
        """
        began = self._clock.now()
        at, signs = await self._database.write(self._sign, urgent=True)
        self._clock.follow(at, began)
        # One that was silent for long may have lost its work to others: it hears of that before it sends anything.
        if not SEND_SECONDS < began - self._signed < float("inf"):
            self._beaten = began
        self._signed, self._signs, self._looks = began, signs, self._looks + 1

    def _sign(self, session: Session) -> tuple[float, dict[str, _Sign]]:
        at = session.now(0.0)
        session.execute(
            "INSERT INTO processes (name, seen, has_left) VALUES (?, ?, ?) ON CONFLICT (name) "
            "DO UPDATE SET seen = excluded.seen, has_left = excluded.has_left",
            (self.name, at, False),
        )
        session.execute("DELETE FROM processes WHERE seen < ?", (at - _FORGOTTEN_SECONDS,))
        rows = session.execute("SELECT name, seen, has_left FROM processes")
        return at, {row["name"]: _Sign(row["seen"], row["has_left"]) for row in rows}

    def check(self) -> None:
        """Make sure that nobody counts this process as gone, nor will before what is sent now is out.

        Raises:
            StateUnavailable: that is not sure.
        """
        silent = self._clock.now() - self._beaten
        if silent > SEND_SECONDS:
            raise StateUnavailable(
                "This process has been cut off from the database, or stood still, for too long to send anything that "
                "is paid: another one may have taken over its work. Nothing was sent; try again in a moment."
            )

    @property
    def first_owner(self) -> str:
        """Who owns what is begun here: nobody, until one of all processes takes it from the queue."""
        return ""

    def is_alive(self, name: str) -> bool:
        """Whether the process of that name still runs, as far as is known; what nobody owns waits for its turn."""
        if name in ("", self.name) or self._is_blind:
            return True
        sign = self._signs.get(name)
        if sign is None:  # it may have come after the last look
            return self._looks <= self._strangers.setdefault(name, self._looks) + 1
        return not sign.has_left and self._clock.wall() - sign.seen < LEASE_SECONDS

    def has_arrived(self, name: str) -> bool:
        """Whether all that a process which is gone had sent must have arrived."""
        sign = self._signs.get(name)
        return not self._is_blind and (sign is None or self._clock.wall() > sign.seen + LEASE_SECONDS + ARRIVED_SECONDS)

    @property
    def _is_blind(self) -> bool:
        """Whether this process has not heard of the others for too long to judge them."""
        return self._clock.now() - self._signed > 2 * BEAT_SECONDS

    def gone_since(self, name: str) -> float | None:
        """When the last that a process had sent must have arrived, in Unix seconds; None if that is not known."""
        sign = self._signs.get(name)
        return sign.seen + SEND_SECONDS + ARRIVED_SECONDS if sign else None

    def beat(self, now: float) -> None:
        """See `Presence`; the signs here are left anyway."""

    def stay(self) -> None:
        """See `Presence`; the signs here are left anyway."""

    async def leave(self) -> None:
        """Be gone, so that others need not wait for the lease to end."""
        query = "UPDATE processes SET has_left = ? WHERE name = ?"
        try:
            await self._database.write(lambda session: session.execute(query, (True, self.name)))
        except LocalizeError as error:
            logger.info("The others cannot be told that this process goes: %s", error)


class LeaderLease:
    """A name that one process holds as long as it says so again and again; see `Leader`.

    Args:
        database: where it is written down.
        clock: when it is time to say so again.
        name: what is held.
        holder: this process.
    """

    def __init__(self, database: Store, clock: Clock, name: str, holder: str) -> None:
        self._database, self._clock, self._name, self._holder = database, clock, name, holder
        self._held, self._said = False, 0.0

    async def take(self) -> bool:
        """Whether it is ours, from now on for nearly as long as a lease lasts."""
        began = self._clock.now()
        if not self._held or began - self._said >= BEAT_SECONDS:
            self._held, self._said = await self._taken(), began
        return self._held

    async def _taken(self) -> bool:
        def work(session: Session) -> bool:
            at = session.now(0.0)
            row = session.execute(
                "INSERT INTO leaders (name, holder, until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE "
                "SET holder = excluded.holder, until = excluded.until "
                "WHERE leaders.holder = excluded.holder OR leaders.until < ? RETURNING holder",
                (self._name, self._holder, at + LEASE_SECONDS, at),
            ).fetchone()
            return row is not None

        return await self._database.write(work, urgent=True)

    async def release(self) -> None:
        """Let go, if it is held."""
        if not self._held:
            return
        self._held = False
        query = "DELETE FROM leaders WHERE name = ? AND holder = ?"
        try:
            await self._database.write(lambda session: session.execute(query, (self._name, self._holder)))
        except LocalizeError as error:
            logger.info("%s is let go of when its lease ends: %s", self._name, error)
