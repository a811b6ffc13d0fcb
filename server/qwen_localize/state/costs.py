"""The cost ledger: what calls are expected to cost, and then did, by day; and the daily budget."""

from dataclasses import dataclass
from typing import Any

from ..errors import OverBudget
from .session import Session, Store

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

    def __init__(self, database: Store) -> None:
        self._database = database

    async def expect(self, cost: Cost, at: float, cap: float | None) -> int:
        """Write down an expected cost before it arises; returns the entry's number.

        Raises:
            OverBudget: today's costs in this scope and this one together would pass `cap`; nothing was written.
        """
        return await self._database.write(lambda session: expect(session, cost, at, cap))

    async def check(self, scope: str, cny: float, at: float, cap: float | None) -> None:
        """Refuse a cost that would pass `cap`, and write nothing.

        Raises:
            OverBudget: see `expect`.
        """
        await self._database.read(lambda session: _check(session, scope, cny, at, cap))

    async def settle(self, entry: int, cny: float) -> None:
        """Replace an expected cost by the real one; nothing was billed for 0."""
        query = "UPDATE spending SET cny = ? WHERE id = ?"
        await self._database.write(lambda session: session.execute(query, (cny, entry)))

    async def prune(self, now: float) -> None:
        """Forget what is older than `KEPT_DAYS`."""
        before = now - KEPT_DAYS * 24 * 3600

        def work(session: Session) -> None:
            session.execute("DELETE FROM spending WHERE at < ?", (before,))
            session.execute("DELETE FROM budgets WHERE day < ?", (session.day(before),))

        await self._database.write(work)

    async def by_day(self, scope: str | None, *, shared: bool = False) -> list[dict[str, Any]]:
        """Cost by day, tool and model, the newest day first: of one purse, or of all.

        Args:
            scope: the purse; None for all that there are.
            shared: whether it is that of a service and key, of which those of principals are shown as well.
        """
        whose = "scope = :scope" if scope else "true"
        if scope and shared:
            whose = "(scope = :scope OR substr(scope, 1, length(:scope) + 1) = :scope || '/')"

        def work(session: Session) -> list[dict[str, Any]]:
            rows = session.execute(
                f"SELECT day, tool, model, count(*) AS calls, sum(cny) AS cny FROM spending WHERE {whose} "  # noqa: S608
                "AND cny > 0 GROUP BY day, tool, model ORDER BY day DESC, sum(cny) DESC",
                {"scope": scope},
            )
            return [dict(row) | {"cny": round(row["cny"], 6)} for row in rows]

        return await self._database.read(work)


def expect(session: Session, cost: Cost, at: float, cap: float | None) -> int:
    """As `CostLedger.expect`, inside somebody's transaction."""
    if cap is not None:
        # Of several at once, each sees what those before it have booked.
        session.execute(
            "INSERT INTO budgets (scope, day) VALUES (?, ?) ON CONFLICT (scope, day) DO UPDATE SET day = excluded.day",
            (cost.scope, session.day(at)),
        )
    _check(session, cost.scope, cost.cny, at, cap)
    row = session.execute(
        "INSERT INTO spending (scope, at, day, tool, model, cny, job_id) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (cost.scope, at, session.day(at), cost.tool, cost.model, cost.cny, cost.job_id),
    ).fetchone()
    return int(row["id"]) if row else 0


def _check(session: Session, scope: str, cny: float, at: float, cap: float | None) -> None:
    if cap is None:
        return
    query = "SELECT cny FROM spent WHERE scope = ? AND day = ?"
    row = session.execute(query, (scope, session.day(at))).fetchone()
    spent = float(row["cny"] or 0) if row else 0.0
    if spent + cny > cap + _ROUNDING:
        raise OverBudget(
            f"Today's calls are estimated at {spent:.4f} CNY, and this one at {cny:.4f}: together they would pass "
            f"the daily budget of {cap:g} CNY. Nothing was sent. The user can raise QWEN_LOCALIZE_DAILY_BUDGET, or go "
            "on tomorrow."
        )


def settle_job(session: Session, job_id: str, cny: float) -> None:
    """Replace a job's expected cost by the real one, inside somebody's transaction."""
    session.execute("UPDATE spending SET cny = ? WHERE job_id = ?", (cny, job_id))
