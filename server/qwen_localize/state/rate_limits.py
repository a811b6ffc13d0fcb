"""The reservations in rate limits that all processes share; see `dashscope.limits`."""

from ..dashscope import Limit
from ..dashscope.limits import seconds_until_free
from .session import Session, Store

# Seconds by which another process may have looked at the clock after this one, and have written before it.
_AHEAD = 5.0


class SharedRateLimits:
    """The reservations of one service and key.

    Args:
        scope: names the service and key, since limits belong to an account.
    """

    def __init__(self, database: Store, scope: str) -> None:
        self._database = database
        self._scope = scope

    async def reserve(self, name: str, limit: Limit, tokens: int, now: float) -> float:
        """See `RateLimitStore`."""
        key = f"{self._scope}:{name}"

        def work(session: Session) -> float:
            session.lock(f"limit {key}")
            at = session.now(now)
            # The clock counts from the start of the machine. A reservation well ahead of it was therefore made before
            # the last restart, by a clock that had counted further, and means nothing any more.
            session.execute(
                "DELETE FROM reservations WHERE name = ? AND (at <= ? OR at > ?)",
                (key, at - limit.horizon, at + _AHEAD),
            )
            rows = session.execute("SELECT at, tokens FROM reservations WHERE name = ? ORDER BY at", (key,))
            wait = seconds_until_free(limit, [(row["at"], row["tokens"]) for row in rows], at, tokens)
            if not wait:
                query = "INSERT INTO reservations (name, at, tokens, mark) VALUES (?, ?, ?, ?)"
                session.execute(query, (key, at, tokens, now))
            return wait

        return await self._database.write(work)

    async def restart_gap(self, name: str, now: float) -> None:
        """See `RateLimitStore`."""
        key = f"{self._scope}:{name}"

        def work(session: Session) -> None:
            session.execute(
                "UPDATE reservations SET at = ? WHERE name = ? AND at = "
                "(SELECT max(at) FROM reservations WHERE name = ?)",
                (session.now(now), key, key),
            )

        await self._database.write(work)

    async def correct(self, name: str, at: float, tokens: int) -> None:
        """See `RateLimitStore`."""
        values = (tokens, f"{self._scope}:{name}", at)
        query = "UPDATE reservations SET tokens = ? WHERE name = ? AND mark = ?"
        await self._database.write(lambda session: session.execute(query, values))
