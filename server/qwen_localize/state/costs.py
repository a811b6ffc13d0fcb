"""The cost ledger: what calls are expected to cost, and then did, by day; and the daily budget."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..errors import OverBudget
from .database import Database

# CNY that adding up may be wrong by.
_ROUNDING = 1e-9
KEPT_DAYS = 400


@dataclass(frozen=True)
class Cost:
    """An expected cost in CNY, and what it is for."""

    scope: str
    tool: str
    model: str
    cny: float
    job_id: str | None = None


def purse(scope: str, principal: str) -> str:
    """Whose costs: those of a principal with one service and key, or of the user of this machine."""
    return f"{scope}/{principal}" if principal else scope


class CostLedger:
    """The costs of every service, key and principal: of each purse."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def expect(self, cost: Cost, at: float, cap: float | None) -> int:
        """Write down an expected cost before it arises; returns the entry's number.

        Raises:
            OverBudget: today's costs in this scope and this one together would pass `cap`; nothing was written.
        """
        return await self._database.write(lambda connection: expect(connection, cost, at, cap))

    async def check(self, scope: str, cny: float, at: float, cap: float | None) -> None:
        """Refuse a cost that would pass `cap`, and write nothing.

        Raises:
            OverBudget: see `expect`.
        """
        await self._database.read(lambda connection: _check(connection, scope, cny, at, cap))

    async def settle(self, entry: int, cny: float) -> None:
        """Replace an expected cost by the real one; nothing was billed for 0."""
        query = "UPDATE spending SET cny = ? WHERE id = ?"
        await self._database.write(lambda connection: connection.execute(query, (cny, entry)))

    async def prune(self, now: float) -> None:
        """Forget what is older than `KEPT_DAYS`."""
        before = now - KEPT_DAYS * 24 * 3600
        await self._database.write(lambda c: c.execute("DELETE FROM spending WHERE at < ?", (before,)))

    async def by_day(self, scope: str | None, *, shared: bool = False) -> list[dict[str, Any]]:
        """Cost by day, tool and model, the newest day first: of one purse, or of all.

        Args:
            scope: the purse; None for all that there are.
            shared: whether it is that of a service and key, of which those of principals are shown as well.
        """

        def work(connection: sqlite3.Connection) -> list[dict[str, Any]]:
            rows = connection.execute(
                "SELECT day, tool, model, count(*) AS calls, round(total(cny), 6) AS cny FROM spending "
                "WHERE (scope = coalesce(?1, scope) OR (?2 AND substr(scope, 1, length(?1) + 1) = ?1 || '/')) "
                "AND cny > 0 GROUP BY day, tool, model ORDER BY day DESC, cny DESC",
                (scope, shared),
            )
            return [dict(row) for row in rows]

        return await self._database.read(work)


def expect(connection: sqlite3.Connection, cost: Cost, at: float, cap: float | None) -> int:
    """As `CostLedger.expect`, inside somebody's transaction."""
    _check(connection, cost.scope, cost.cny, at, cap)
    row = connection.execute(
        "INSERT INTO spending (scope, at, day, tool, model, cny, job_id) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (cost.scope, at, _day(at), cost.tool, cost.model, cost.cny, cost.job_id),
    ).fetchone()
    return int(row["id"])


def _check(connection: sqlite3.Connection, scope: str, cny: float, at: float, cap: float | None) -> None:
    query = "SELECT total(cny) FROM spending WHERE scope = ? AND day = ?"
    spent = float(connection.execute(query, (scope, _day(at))).fetchone()[0])
    if cap is not None and spent + cny > cap + _ROUNDING:
        raise OverBudget(
            f"Today's calls are estimated at {spent:.4f} CNY, and this one at {cny:.4f}: together they would pass "
            f"the daily budget of {cap:g} CNY. Nothing was sent. The user can raise QWEN_LOCALIZE_DAILY_BUDGET, or go "
            "on tomorrow."
        )


def settle_job(connection: sqlite3.Connection, job_id: str, cny: float) -> None:
    """Replace a job's expected cost by the real one, inside somebody's transaction."""
    connection.execute("UPDATE spending SET cny = ? WHERE job_id = ?", (cny, job_id))


def _day(at: float) -> str:
    """The user's own calendar day."""
    return datetime.fromtimestamp(at).astimezone().date().isoformat()
