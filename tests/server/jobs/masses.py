"""Masses of jobs on PostgreSQL that wait for their turn: a batch so large that its parts wait for days.

They are written by the database itself, in seconds, and look as if they had been ordered one by one: each is a row of
the jobs with a place in the queue.
"""

from dataclasses import fields
from typing import Any

import psycopg

from qwen_localize.jobs import JobRecord, Kind, State
from qwen_localize.jobs.places import MANY, PART
from qwen_localize.jobs.queue import TASK, Queue, queue_name
from qwen_localize.jobs.store import JobStore
from qwen_localize.state.postgres import PostgresDatabase
from server.jobs.records import MODEL, SCOPE, record

BATCH = "job-batch"
_OWN = ("id", "digest", "created", "changed")
_OTHERS = ", ".join(item.name for item in fields(JobRecord) if item.name not in _OWN)
_JOBS = f"""
    INSERT INTO jobs (id, digest, created, changed, {_OTHERS})
    SELECT 'job-part-' || number, 'digest-part-' || number, created + number, changed + number, {_OTHERS}
    FROM jobs CROSS JOIN generate_series(1, %(count)s) AS number WHERE id = 'job-part-0'
"""
_COSTS = """
    INSERT INTO spending (scope, at, day, tool, model, cny, job_id)
    SELECT scope, at, day, tool, model, cny, 'job-part-' || number
    FROM spending CROSS JOIN generate_series(1, %(count)s) AS number WHERE job_id = 'job-part-0'
"""
_PLACES = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
    SELECT %(queue)s, %(task)s, %(priority)s, id, jsonb_build_object('scope', scope, 'job_id', id)
    FROM jobs WHERE parent = %(batch)s AND id <> 'job-part-0' ORDER BY created
"""
_EVENTS = """
    INSERT INTO procrastinate_events (job_id, type)
    SELECT id, 'deferred' FROM procrastinate_jobs WHERE id NOT IN (SELECT job_id FROM procrastinate_events)
"""
_TABLES = ("jobs", "spending", "procrastinate_jobs", "procrastinate_events")


def part(name: str, **facts: Any) -> JobRecord:
    """A part of the batch that nobody has sent."""
    return record(name, **{"owner": "", "parent": BATCH} | facts)


async def fill(database: PostgresDatabase, queue: Queue, url: str, count: int) -> None:
    """Have the parts of a batch wait, which somebody else does.

    Args:
        database: where; it is empty.
        queue: gives jobs their places.
        url: of the same database.
        count: how many.
    """
    store = JobStore(database, queue.place)
    batch = record("batch", kind=Kind.BATCH, state=State.RUNNING, owner="another", inputs=[])
    await store.add(batch)
    await store.add(part("part-0"))
    with psycopg.connect(url, autocommit=True) as connection:
        _copy(connection, count - 1)


def _copy(connection: "psycopg.Connection[Any]", count: int) -> None:
    values = {"count": count, "queue": queue_name(SCOPE, MANY), "task": TASK, "priority": PART, "batch": BATCH}
    connection.execute("SET session_replication_role = replica")  # nobody is told of each
    for statement in (_JOBS, _COSTS, _PLACES, _EVENTS):
        connection.execute(statement.encode(), values)
    for table in _TABLES:
        connection.execute(f"VACUUM ANALYZE {table}".encode())


__all__ = ["BATCH", "MODEL", "SCOPE", "fill", "part"]
