"""The jobs on disk: rows are added, changed under conditions, and read. What a change means, `lifecycle` knows."""

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from ..state import Cost, Session, Store
from ..state.costs import expect, purse, settle_job
from ..state.session import Row
from .records import FINAL, RESTING, JobRecord, Kind, State
from .shared_paths import local, neutral

_JSON = frozenset({"arguments", "inputs", "urls", "usage", "planned", "artifacts", "details"})
_FINAL = ", ".join(f"'{state}'" for state in sorted(FINAL))
_EQUAL = "scope = :scope AND principal = :principal AND digest = :digest"
_LIVE = f"SELECT * FROM jobs WHERE {_EQUAL} AND state NOT IN ({_FINAL})"  # noqa: S608
_PART_OF = "(parent IN ({0}) OR id IN (SELECT job FROM joined WHERE batch IN ({0})))"
_SAME = "SELECT id FROM jobs WHERE digest = (SELECT digest FROM jobs WHERE id = :parent) AND state <> 'succeeded'"
# What a part of a batch joins: what is not at its end, whoever has begun it; what became of it when the batch was begun
# before, unless that ended for free, since then it is tried once more; and what an equal batch that was cancelled had
# made of it.
_BEGUN = f"""
    SELECT * FROM jobs WHERE {_EQUAL} AND (
        state NOT IN ({_FINAL})
        OR ({_PART_OF.format(":parent")} AND NOT (state IN ('failed', 'canceled') AND coalesce(cost, 1) = 0))
        OR ({_PART_OF.format(_SAME)} AND state = 'succeeded')
    ) ORDER BY state = 'succeeded' DESC, created DESC, rowid DESC
"""  # noqa: S608 - our own words
_OPEN = f"SELECT id FROM jobs WHERE state NOT IN ({_FINAL})"  # noqa: S608
# Whether a job belongs to a batch that is not at its end.
_NEEDED = f"""(
    EXISTS (SELECT 1 FROM jobs AS batch WHERE batch.id = jobs.parent AND batch.state NOT IN ({_FINAL}))
    OR id IN (SELECT job FROM joined JOIN jobs AS batch ON batch.id = joined.batch WHERE batch.state NOT IN ({_FINAL}))
)"""  # noqa: S608 - our own words
_DOUBTFUL = ", ".join(f"'{state}'" for state in (State.SUBMITTING, State.UNCONFIRMED, State.NEEDS_DECISION))
KEPT_DAYS = 30


# Says, inside the transaction, whether a change may be made now.
Enter = Callable[[Session], bool]
# Told, inside the transaction, of each job that then has nobody who sends it.
Place = Callable[[Session, JobRecord], None]


class JobStore:
    """The jobs of every service, key and principal, for the machine; a caller sees `OwnJobs`.

    Args:
        database: where they are.
        place: gives a job without an owner a place in the queue of all processes; None where each owns what it begins.
        output_dir: where results go here, if they go elsewhere on other machines that have the same jobs.
    """

    def __init__(self, database: Store, place: Place | None = None, output_dir: Path | None = None) -> None:
        self._database, self._place, self._output_dir = database, place, output_dir

    async def prune(self, now: float) -> None:
        """Forget the jobs that ended more than `KEPT_DAYS` ago, and the parts of batches only after their batches."""
        query = f"DELETE FROM jobs WHERE state IN ({_FINAL}) AND changed < ? AND NOT {_NEEDED}"  # noqa: S608

        def work(session: Session) -> None:
            session.execute(query, (now - KEPT_DAYS * 24 * 3600,))
            session.execute("DELETE FROM joined WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE id = batch)")

        await self._database.write(work)

    async def add(
        self, record: JobRecord, cap: float | None = None, has_inputs: Callable[[], bool] = lambda: True
    ) -> JobRecord | None:
        """Write a new job and its expected cost, or return the principal's live one with the same request.

        For a part of a batch, also what became of it when the batch was begun before.

        Args:
            record: the new job.
            cap: the daily budget in CNY.
            has_inputs: whether the inputs are still there. They are looked for while nobody else can write, so that
                none is taken away, as an earlier job's, in the same moment. None is returned if they are not.

        Raises:
            OverBudget: see `CostLedger.expect`; nothing was written.
        """
        cost = Cost(purse(record.scope, record.principal), record.tool, record.model, record.cost or 0.0, record.id)

        def work(session: Session) -> JobRecord | None:
            keys = {name: getattr(record, name) for name in ("scope", "principal", "digest", "parent")}
            if row := session.execute(_BEGUN if record.parent else _LIVE, keys).fetchone():
                return _joined(session, self._record(row), record.parent)
            if not has_inputs():
                return None
            values = self._columns(asdict(record))
            names, marks = ", ".join(values), ", ".join("?" * len(values))
            session.execute(f"INSERT INTO jobs ({names}) VALUES ({marks})", tuple(values.values()))  # noqa: S608
            expect(session, cost, record.created, cap)
            self._placed(session, record)
            return record

        return await self._database.write(work)

    async def change(
        self,
        job_id: str,
        at: float,
        *,
        only: Collection[State],
        held_by: str | None = None,
        tried: int | None = None,
        billed: float | None = None,
        enter: Enter | None = None,
        **values: Any,
    ) -> JobRecord | None:
        """Change a job and return it as it then is; None if it is not (or no longer) in one of the states `only`.

        Args:
            job_id: the job.
            at: when it changed, in Unix seconds.
            only: the states that it may be in.
            held_by: the process that must still own it; None for any.
            tried: how often it must have been sent again; None for any.
            billed: CNY that it really costs, in place of what was expected.
            enter: has the last word in the same transaction: nothing is changed if it says no.
            values: the fields that change.
        """
        values |= {} if billed is None else {"cost": billed}
        columns = self._columns(values | {"changed": at})
        sets = ", ".join(f"{name} = ?" for name in columns)
        marks = ", ".join("?" * len(only))
        where = f"id = ? AND state IN ({marks}) AND owner = coalesce(?, owner) AND tries = coalesce(?, tries)"

        def work(session: Session) -> JobRecord | None:
            row = session.execute(
                f"UPDATE jobs SET {sets} WHERE {where} RETURNING *",  # noqa: S608 - our own names
                (*columns.values(), job_id, *sorted(only), held_by, tried),
            ).fetchone()
            if row is None:
                return None
            if enter and not enter(session):
                raise _NotNowError
            if billed is not None:
                settle_job(session, job_id, billed)
            changed = self._record(row)
            if {"state", "owner"} & values.keys():
                self._placed(session, changed)
            return changed

        try:
            return await self._database.write(work)
        except _NotNowError:
            return None

    def _columns(self, values: dict[str, Any]) -> dict[str, Any]:
        told = neutral(values, self._output_dir) if self._output_dir else values
        return {name: json.dumps(value) if name in _JSON else value for name, value in told.items()}

    def _record(self, row: Row) -> JobRecord:
        return record_of(row, self._output_dir)

    def _placed(self, session: Session, job: JobRecord) -> None:
        if self._place and not job.owner and job.state not in RESTING:
            self._place(session, job)

    async def get(self, job_id: str) -> JobRecord | None:
        """One job."""
        found = await self._select("id = ?", (job_id,), limit=1)
        return found[0] if found else None

    async def recent(self, limit: int, principal: str = "") -> list[JobRecord]:
        """The newest jobs of a principal, of every service and key, without the parts of batches."""
        where = "principal = ? AND parent = ''"
        return await self._select(where, (principal,), limit=limit, order="created DESC, rowid DESC")

    async def children(self, parent: str) -> list[JobRecord]:
        """The parts of a batch, the oldest first; what it has joined has another parent, or none."""
        # By two looks: one with both conditions would read all jobs that there are.
        where = "id IN (SELECT id FROM jobs WHERE parent = ? UNION SELECT job FROM joined WHERE batch = ?)"
        return await self._select(where, (parent, parent))

    async def successor(self, job_id: str, digest: str) -> JobRecord | None:
        """The newest job of the same principal for the same request that was written down after a job."""
        where = (
            "digest = ? AND EXISTS (SELECT 1 FROM jobs AS old WHERE old.id = ? AND old.digest = jobs.digest "
            "AND old.scope = jobs.scope AND old.principal = jobs.principal AND old.rowid < jobs.rowid)"
        )
        found = await self._select(where, (digest, job_id), limit=1, order="rowid DESC")
        return found[0] if found else None

    async def within(self, scope: str, states: Collection[State]) -> list[JobRecord]:
        """The jobs of a scope in these states, the oldest first; not those that wait in the queue."""
        marks = ", ".join("?" * len(states))
        where = f"scope = ? AND state IN ({marks}) AND NOT (state = 'prepared' AND owner = '')"
        return await self._select(where, (scope, *sorted(states)))

    async def unknown(self, since: float) -> list[JobRecord]:
        """The jobs, of every service and key, that may have a task whose id is not known.

        Among them are those that the user has given up since then: their tasks are still nobody else's.
        """
        doubtful = f"state IN ({_DOUBTFUL}) AND upstream_id IS NULL"
        given_up = "state = 'canceled' AND kind = 'task' AND sent IS NOT NULL AND upstream_id IS NULL AND changed >= ?"
        query = f"SELECT id FROM jobs WHERE {doubtful} UNION SELECT id FROM jobs WHERE {given_up}"  # noqa: S608
        # What was cancelled and surely not paid has cost nothing.
        return await self._select(f"id IN ({query} AND coalesce(cost, 1) > 0)", (since,))

    async def upstream_ids(self, since: float) -> dict[str, str]:
        """The upstream ids of every job sent since, whatever became of it, with the scope of each."""
        found = await self._select("coalesce(sent, created) >= ? AND upstream_id IS NOT NULL", (since,))
        return {record.upstream_id: record.scope for record in found if record.upstream_id}

    async def changed_since(self, moment: float) -> list[str]:
        """The ids of the jobs that changed at or after a moment, in Unix seconds."""

        def work(session: Session) -> list[str]:
            rows = session.execute("SELECT id FROM jobs WHERE changed >= ?", (moment,))
            return [str(row["id"]) for row in rows]

        return await self._database.read(work)

    async def release(self, digests: Collection[str], remove: Callable[[str], None]) -> None:
        """Let go of inputs: `remove` is called for each that no job needs any more, while nobody else can write."""

        def work(session: Session) -> None:
            # Looked up as if all were wanted: for the sake of the first alone, all jobs may be read one by one.
            needing = f"SELECT id FROM jobs WHERE state NOT IN ({_FINAL}) AND {session.has_digest('inputs')}"  # noqa: S608
            query = f"WITH needing AS MATERIALIZED ({needing}) SELECT id FROM needing LIMIT 1"  # noqa: S608
            for digest in digests:
                if session.execute(query, (digest,)).fetchone() is None:
                    remove(digest)

        await self._database.write(work)

    async def _select(
        self, where: str, values: tuple[Any, ...], limit: int | None = None, order: str = "created, rowid"
    ) -> list[JobRecord]:
        query = f"SELECT * FROM jobs WHERE {where} ORDER BY {order}"  # noqa: S608 - our own words
        query += "" if limit is None else f" LIMIT {limit}"

        def work(session: Session) -> list[JobRecord]:
            return [self._record(row) for row in session.execute(query, values)]

        return await self._database.read(work)


class _NotNowError(Exception):
    """A change may not be made now: its transaction is taken back."""


class OwnJobs:
    """The jobs of one principal, of every service and key: nobody else's can be seen through it.

    Args:
        store: the jobs of all.
        principal: whose are shown.
    """

    def __init__(self, store: JobStore, principal: str) -> None:
        self._store, self.principal = store, principal

    async def get(self, job_id: str) -> JobRecord | None:
        """One job, if it is this principal's."""
        found = await self._store.get(job_id)
        return found if found and found.principal == self.principal else None

    async def recent(self, limit: int) -> list[JobRecord]:
        """See `JobStore.recent`."""
        return await self._store.recent(limit, self.principal)


def _joined(session: Session, job: JobRecord, parent: str) -> JobRecord:
    """A job that there is already, for one more who needs it: a batch, or a caller (whose `parent` is empty).

    A caller makes it a job of its own, which no batch takes back any more, and so does a batch with what another has
    left behind. Whose it was, or who needs it besides, has joined it.
    """
    if job.parent == parent:
        return job
    note = "INSERT INTO joined (batch, job) VALUES (?, ?) ON CONFLICT DO NOTHING"
    query = f"SELECT id FROM ({_OPEN}) AS open WHERE id = ?"  # noqa: S608 - our own words
    if parent and (not job.parent or session.execute(query, (job.parent,)).fetchone()):
        session.execute(note, (parent, job.id))
        return job
    session.execute(note, (job.parent, job.id))
    session.execute("UPDATE jobs SET parent = ? WHERE id = ?", (parent, job.id))
    return replace(job, parent=parent)


def record_of(row: Row, output_dir: Path | None = None) -> JobRecord:
    """A job as its row has it; with its places on this machine, if `output_dir` tells where they are."""
    values = {item.name: row[item.name] for item in fields(JobRecord)}
    values |= {name: json.loads(values[name]) for name in _JSON}
    values = local(values, output_dir) if output_dir else values
    typed = {"kind": Kind(values["kind"]), "state": _state(values["state"]), "cancel": bool(values["cancel"])}
    return JobRecord(**values | typed)


def _state(name: str) -> State:
    """A state; one that only a newer version knows is left to it."""
    try:
        return State(name)
    except ValueError:
        return State.NEWER
