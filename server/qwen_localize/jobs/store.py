"""The job store: what must survive the process, and what the processes of a machine share."""

import json
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import anyio.to_thread

from ..dashscope.limits import Limit, free_in
from ..errors import OverBudget, StateUnavailable
from .database import open_database
from .records import FINAL, JobRecord, Kind, State

T = TypeVar("T")
_JSON = frozenset({"urls", "usage", "planned", "artifacts", "details"})
_DAY = 24 * 3600.0
# Seconds that a look at the clock may be old.
_JUST_NOW = 5.0
# CNY that adding up may be wrong by.
_ROUNDING = 1e-9
KEPT_DAYS = 30
SPENDING_DAYS = 400
ANSWER_DAYS = 3


@dataclass(frozen=True)
class Cost:
    """An expected cost in CNY, and what it is for."""

    scope: str
    tool: str
    model: str
    cny: float
    job_id: str | None = None


class Store:
    """One SQLite file, used from worker threads so that a busy disk holds up nobody else.

    Args:
        folder: the state directory.
        now: Unix seconds, for pruning what is old.

    Raises:
        StateUnavailable: see `open_database`.
    """

    def __init__(self, folder: Path, now: float) -> None:
        self._lock = threading.Lock()
        self._connection = open_database(folder)
        with _explained():
            self._prune(now)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _prune(self, now: float) -> None:
        final = ", ".join(f"'{state}'" for state in sorted(FINAL))
        with self._connection:
            self._connection.execute(
                f"DELETE FROM jobs WHERE state IN ({final}) AND changed < ?",  # noqa: S608 - our own words
                (now - KEPT_DAYS * _DAY,),
            )
            self._connection.execute("DELETE FROM spending WHERE at < ?", (now - SPENDING_DAYS * _DAY,))
            self._connection.execute("DELETE FROM answers WHERE at < ?", (now - ANSWER_DAYS * _DAY,))

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`work` in one transaction, in a worker thread."""

        def locked() -> T:
            with self._lock:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    result = work(self._connection)
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
                return result

        return await _in_thread(locked)

    async def version(self) -> int:
        """A number that changes when another process has written."""

        def read() -> int:
            with self._lock:
                return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

        return await _in_thread(read)

    async def add(self, record: JobRecord, cap: float | None = None) -> JobRecord:
        """Write a new job and its expected cost, or return the live one with the same request, which it joins.

        Raises:
            OverBudget: see `spend`; nothing was written.
        """
        cost = Cost(record.scope, record.tool, record.model, record.cost or 0.0, record.id)

        def work(connection: sqlite3.Connection) -> JobRecord:
            row = connection.execute(
                "UPDATE jobs SET joins = joins + 1 WHERE scope = ? AND digest = ? AND state NOT IN "
                "('succeeded', 'failed', 'canceled') RETURNING *",
                (record.scope, record.digest),
            ).fetchone()
            if row:
                return _record(row)
            values = _columns(asdict(record))
            names, marks = ", ".join(values), ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO jobs ({names}) VALUES ({marks})", tuple(values.values()))  # noqa: S608
            _spend(connection, cost, record.created, cap)
            return record

        return await self._run(work)

    async def change(
        self,
        job_id: str,
        at: float,
        *,
        only: Collection[State] | None = None,
        billed: float | None = None,
        **values: Any,
    ) -> JobRecord | None:
        """Change a job and return it as it then is; None if it is not (or no longer) in one of the states `only`.

        Args:
            billed: CNY that it really costs, in place of what was expected.
        """
        values |= {} if billed is None else {"cost": billed}
        columns = _columns(values | {"changed": at})
        sets = ", ".join(f"{name} = ?" for name in columns)
        states = sorted(only or State)
        marks = ", ".join("?" * len(states))

        def work(connection: sqlite3.Connection) -> JobRecord | None:
            row = connection.execute(
                f"UPDATE jobs SET {sets} WHERE id = ? AND state IN ({marks}) RETURNING *",  # noqa: S608 - our own names
                (*columns.values(), job_id, *states),
            ).fetchone()
            if row and billed is not None:
                connection.execute("UPDATE spending SET cny = ? WHERE job_id = ?", (billed, job_id))
            return _record(row) if row else None

        return await self._run(work)

    async def get(self, job_id: str) -> JobRecord | None:
        """One job."""
        found = await self._select("id = ?", (job_id,), limit=1)
        return found[0] if found else None

    async def recent(self, limit: int) -> list[JobRecord]:
        """The newest jobs, of every service and key."""
        return await self._select("1", (), limit=limit, order="created DESC")

    async def within(self, scope: str, states: Collection[State]) -> list[JobRecord]:
        """The jobs of a scope in these states, the oldest first."""
        marks = ", ".join("?" * len(states))
        return await self._select(f"scope = ? AND state IN ({marks})", (scope, *sorted(states)))

    async def unknown(self) -> list[JobRecord]:
        """The jobs, of every service and key, that may have a task whose id is not known."""
        return await self._select("state IN (?, ?, ?)", (State.SUBMITTING, State.UNSURE, State.UNCLEAR))

    async def upstream_ids(self, since: float) -> dict[str, str]:
        """The upstream ids of every job sent since, whatever became of it, with the scope of each."""
        found = await self._select("coalesce(sent, created) >= ? AND upstream_id IS NOT NULL", (since,))
        return {record.upstream_id: record.scope for record in found if record.upstream_id}

    async def _select(
        self, where: str, values: tuple[Any, ...], limit: int = -1, order: str = "created"
    ) -> list[JobRecord]:
        query = f"SELECT * FROM jobs WHERE {where} ORDER BY {order} LIMIT {limit}"  # noqa: S608 - our own words

        def read() -> list[JobRecord]:
            with self._lock:
                return [_record(row) for row in self._connection.execute(query, values)]

        return await _in_thread(read)

    async def take(self, name: str, limit: Limit, tokens: int, now: float) -> float:
        """A place in a rate limit that all processes share; see `dashscope.limits.Book`."""

        def work(connection: sqlite3.Connection) -> float:
            # A place in the future was taken before the machine was started anew, and holds nobody up; unless it is
            # of just now: another process looked at the clock after us, and came here before us.
            connection.execute(
                "DELETE FROM places WHERE name = ? AND (at <= ? OR at > ?)",
                (name, now - limit.horizon, now + _JUST_NOW),
            )
            rows = connection.execute("SELECT at, tokens FROM places WHERE name = ? ORDER BY at", (name,))
            wait = free_in(limit, [(row["at"], row["tokens"]) for row in rows], now, tokens)
            if not wait:
                connection.execute("INSERT INTO places VALUES (?, ?, ?)", (name, now, tokens))
            return wait

        return await self._run(work)

    async def touch(self, name: str, now: float) -> None:
        """Count the last place as taken only now; see `dashscope.limits.Book`."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE places SET at = ? WHERE name = ? AND at = (SELECT max(at) FROM places WHERE name = ?)",
                (now, name, name),
            )

        await self._run(work)

    async def spend(self, cost: Cost, at: float, cap: float | None) -> int:
        """Write down an expected cost before it arises; returns the entry's number.

        Raises:
            OverBudget: today's costs in this scope and this one together would pass `cap`; nothing was written.
        """
        return await self._run(lambda connection: _spend(connection, cost, at, cap))

    async def settle(self, entry: int, cny: float) -> None:
        """Replace an expected cost by the real one; nothing was billed for 0."""
        await self._run(lambda connection: connection.execute("UPDATE spending SET cny = ? WHERE id = ?", (cny, entry)))

    async def keep_answer(self, key: str, text: str, at: float) -> None:
        """Keep a paid answer of a batch, so that the batch can be taken up after a crash."""
        await self._run(
            lambda connection: connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", (key, at, text))
        )

    async def answer(self, key: str) -> str | None:
        """The answer kept under a key."""

        def work(connection: sqlite3.Connection) -> str | None:
            row = connection.execute("SELECT text FROM answers WHERE key = ?", (key,)).fetchone()
            return str(row["text"]) if row else None

        return await self._run(work)

    async def spending(self, scope: str) -> list[dict[str, Any]]:
        """Cost by day, tool and model, the newest day first."""

        def work(connection: sqlite3.Connection) -> list[dict[str, Any]]:
            rows = connection.execute(
                "SELECT day, tool, model, count(*) AS calls, round(total(cny), 6) AS cny FROM spending "
                "WHERE scope = ? AND cny > 0 GROUP BY day, tool, model ORDER BY day DESC, cny DESC",
                (scope,),
            )
            return [dict(row) for row in rows]

        return await self._run(work)


class ScopedBook:
    """The store's places, under names of one service and key; see `dashscope.limits.Book`."""

    def __init__(self, store: Store, scope: str) -> None:
        self._store = store
        self._scope = scope

    async def take(self, name: str, limit: Limit, tokens: int, now: float) -> float:
        """See `Store.take`."""
        return await self._store.take(f"{self._scope}:{name}", limit, tokens, now)

    async def touch(self, name: str, now: float) -> None:
        """See `Store.touch`."""
        await self._store.touch(f"{self._scope}:{name}", now)


async def _in_thread(work: Callable[[], T]) -> T:
    with _explained():
        return await anyio.to_thread.run_sync(work)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StateUnavailable(
            f"The job store cannot be used ({error}). Free some space or make QWEN_LOCALIZE_STATE_DIR writable."
        ) from error


def _spend(connection: sqlite3.Connection, cost: Cost, at: float, cap: float | None) -> int:
    day = _day(at)
    query = "SELECT total(cny) FROM spending WHERE scope = ? AND day = ?"
    spent = float(connection.execute(query, (cost.scope, day)).fetchone()[0])
    if cap is not None and spent + cost.cny > cap + _ROUNDING:
        raise OverBudget(
            f"Today's calls are estimated at {spent:.4f} CNY, and this one at {cost.cny:.4f}: together they would pass "
            f"the daily budget of {cap:g} CNY. Nothing was sent. The user can raise QWEN_LOCALIZE_DAILY_BUDGET, or go "
            "on tomorrow."
        )
    row = connection.execute(
        "INSERT INTO spending (scope, at, day, tool, model, cny, job_id) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (cost.scope, at, day, cost.tool, cost.model, cost.cny, cost.job_id),
    ).fetchone()
    return int(row["id"])


def _day(at: float) -> str:
    """The user's own calendar day."""
    return datetime.fromtimestamp(at).astimezone().date().isoformat()


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    return {name: json.dumps(value) if name in _JSON else value for name, value in values.items()}


def _record(row: sqlite3.Row) -> JobRecord:
    values = {item.name: row[item.name] for item in fields(JobRecord)}
    values |= {name: json.loads(values[name]) for name in _JSON}
    typed = {"kind": Kind(values["kind"]), "state": State(values["state"]), "cancel": bool(values["cancel"])}
    return JobRecord(**values | typed)
