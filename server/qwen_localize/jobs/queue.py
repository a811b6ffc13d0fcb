"""The queue of all processes: procrastinate, on the same database.

A job that nobody owns has a place here, written in the transaction that wrote the job. A place says only "advance this
job": whoever takes it makes the job its own, if it still is nobody's, and so it is harmless to take one twice, or to
have two. A process has some hands for parts of batches, and others for what callers have ordered, who therefore never
wait behind a batch. See docs/scaling.md for why procrastinate.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any, cast

import anyio
from anyio.abc import TaskGroup
from procrastinate import App, BaseRetryStrategy, RetryDecision, SyncPsycopgConnector, exceptions, jobs, manager
from procrastinate.connector import BaseAsyncConnector
from procrastinate.utils import utcnow
from procrastinate.worker import Worker
from psycopg.types.json import Jsonb

from ..clock import Clock
from ..errors import StateUnavailable
from ..state import Session
from ..state.postgres import PostgresDatabase, PostgresSession
from .places import FEW, MANY, lane, priority
from .records import JobRecord
from .store import record_of

logger = logging.getLogger(__name__)

TASK = "advance"
# How many jobs a process has in hand at a time, of each lane: sent one by one, prepared side by side.
HANDS = {FEW: 32, MANY: 16}
# How often a process looks for places of which it was not told.
LOOK_SECONDS = 5.0
# A process of the queue that has not said for so long that it lives counts as gone.
STALLED_SECONDS = 20.0
_BEAT_SECONDS = 5.0
# As long as its row is there, what it had in hand is found again; it is removed much later.
_REMOVED_SECONDS = 24 * 3600.0
# How often the places of those that are gone are given to others.
SWEEP_SECONDS = 5.0
# How often jobs are looked for that have no place: by one of all processes, since it looks at all of them.
SEARCH_SECONDS = 600.0
# How often a process asks whether it is time for that.
ASK_SECONDS = 60.0
PLACELESS_SECONDS = 60.0
_AGAIN_SECONDS = 2.0

# The most urgent place of each account that this process has the key of: by equality, so that an index finds it.
_FETCH = """
    UPDATE procrastinate_jobs SET status = 'doing', worker_id = %(worker)s WHERE id = (
        SELECT next.id FROM unnest(%(queues)s::text[]) AS queue (name) CROSS JOIN LATERAL (
            SELECT id, priority FROM procrastinate_jobs
            WHERE queue_name = queue.name AND status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
            ORDER BY -priority, id LIMIT 1 FOR UPDATE SKIP LOCKED
        ) AS next ORDER BY next.priority DESC, next.id LIMIT 1
    ) RETURNING *
"""
# Jobs that nobody owns and that have no place, whatever has become of it: none are expected.
_PLACELESS = """
    SELECT * FROM jobs WHERE owner = '' AND changed < ? AND state IN ('prepared', 'running', 'pausing')
    AND NOT EXISTS (SELECT FROM procrastinate_jobs WHERE queueing_lock = jobs.id AND status IN ('todo', 'doing'))
    ORDER BY changed LIMIT 1000
"""
# Whether it is time, for the one that asks first.
_IS_DUE = """
    INSERT INTO leaders (name, holder, until) VALUES ('search', '', :until) ON CONFLICT (name)
    DO UPDATE SET until = excluded.until WHERE leaders.until < :at RETURNING name
"""
# A place that was taken, while its job has another one that was not: that does for both.
_NEEDLESS = """
    DELETE FROM procrastinate_jobs AS taken
    WHERE id = %(id)s AND status = 'doing' AND worker_id IS NOT DISTINCT FROM %(worker)s::bigint
    AND EXISTS (SELECT FROM procrastinate_jobs WHERE queueing_lock = taken.queueing_lock AND status = 'todo')
    RETURNING id
"""
# By the database's clock, which procrastinate itself does not go by here.
_GIVE_BACK = """
    SELECT procrastinate_retry_job_v2(id, now() + make_interval(secs => %(seconds)s), NULL, NULL, NULL)
    FROM procrastinate_jobs
    WHERE id = %(id)s AND status = 'doing' AND worker_id IS NOT DISTINCT FROM %(worker)s::bigint
"""


def queue_name(scope: str, of_lane: str) -> str:
    """The queue of an account's lane."""
    return f"{scope}:{of_lane}"


# Does what there is to do for a job now; raises `NotYet` if this process cannot.
Advance = Callable[[str], Awaitable[None]]


class NotYet(Exception):
    """A place is given back: its job waits for a later moment, or for another process.

    Args:
        seconds: until it is looked at again.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(f"not before {seconds} s")
        self.seconds = seconds


class _GivenBack(BaseRetryStrategy):
    def get_retry_decision(self, *, exception: BaseException, job: jobs.Job) -> RetryDecision | None:  # noqa: ARG002
        """When a place is looked at again that could not be worked on."""
        return RetryDecision(retry_in={"seconds": exception.seconds if isinstance(exception, NotYet) else 0})


class _Connector(BaseAsyncConnector):
    """The queue's statements, by the connections that there are already, in worker threads."""

    def __init__(self, database: PostgresDatabase, clock: Clock) -> None:
        self._database, self._clock, self._sync = database, clock, SyncPsycopgConnector()

    def get_sync_connector(self) -> SyncPsycopgConnector:
        """What writes inside others' transactions."""
        return self._sync

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """Run a statement."""
        await self._run(query, arguments, lambda _: None)

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        """Run a statement that finds a row."""
        found = await self._run(query, arguments, lambda cursor: cursor.fetchone())
        if found is None:
            raise exceptions.NoResult
        return cast(dict[str, Any], found)

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        """Run a statement that finds rows."""
        return cast(list[dict[str, Any]], await self._run(query, arguments, lambda cursor: cursor.fetchall()))

    async def _run(self, query: Any, arguments: dict[str, Any], result: Callable[[Any], Any]) -> Any:
        values = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in arguments.items()}

        def work(session: Session) -> Any:
            return result(_connection(session).execute(query, values))

        try:
            return await self._database.read(work)
        except StateUnavailable as error:
            raise exceptions.ConnectorException(str(error)) from error

    async def listen_notify(self, on_notification: Any, channels: Iterable[str]) -> None:
        """Tell of each notification; runs until cancelled. While the database is away, places are looked for."""
        while True:
            try:
                await self._database.listen(channels, on_notification)
            except StateUnavailable as error:
                logger.info("New places are not told of for a moment: %s", error)
            await self._clock.sleep(_AGAIN_SECONDS)


class _Places(manager.JobManager):
    """Takes the next place of those accounts that this process has a key for.

    Attributes:
        left: what could not be given back, or be done with, when the database was away: it is in nobody's hands.
    """

    def __init__(self, connector: _Connector, queues: Callable[[], list[str]], left: list[jobs.Job]) -> None:
        super().__init__(connector)
        self._queues, self.left = queues, left

    async def fetch_job(self, queues: Any, worker_id: int) -> jobs.Job | None:  # noqa: ARG002 - they change
        """The next place; None if there is none."""
        rows = await self.connector.execute_query_all_async(_FETCH, worker=worker_id, queues=self._queues())
        return jobs.Job.from_row(rows[0]) if rows else None

    async def update_heartbeat(self, worker_id: int) -> None:
        """Say that a worker lives. If the database is away, that is said later: a failure would end all heartbeats."""
        try:
            await super().update_heartbeat(worker_id)
        except exceptions.ConnectorException as error:
            logger.info("A sign of life is left out: %s", error)

    async def finish_job(self, job: jobs.Job, status: jobs.Status, delete_job: bool) -> None:
        """Be done with a place. If the database is away, it is given to others later, who find nothing to do."""
        try:
            await super().finish_job(job, status, delete_job)
        except exceptions.ConnectorException as error:
            self.left.append(job)
            logger.info("A place stays for a while: %s", error)

    async def retry_job(self, job: jobs.Job, retry_at: datetime | None = None, *_: Any, **__: Any) -> None:
        """Give a place back, if it is in the same hands; if its job has got another one meanwhile, that is enough.

        Args:
            job: the place.
            retry_at: when it may be taken again, by this process's clock: only how long that is from now counts.
        """
        seconds = (retry_at - utcnow()).total_seconds() if retry_at else 0.0
        place = {"id": job.id, "worker": job.worker_id}
        try:
            if not await self.connector.execute_query_all_async(_NEEDLESS, **place):
                await self.connector.execute_query_async(_GIVE_BACK, **place, seconds=max(0.0, seconds))
        except exceptions.ConnectorException as error:
            self.left.append(job)
            logger.info("A place is given back later: %s", error)


class Queue:
    """The queue, as one process works through it.

    Args:
        database: where it is.
        clock: what time it is.

    Attributes:
        listens: whether new places are told of at once; otherwise they are looked for.
    """

    listens = True

    def __init__(self, database: PostgresDatabase, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._connector = _Connector(database, clock)
        self._left: list[jobs.Job] = []
        self._places = _Places(self._connector, list, self._left)
        self._advances: dict[str, Advance] = {}

    def place(self, session: Session, job: JobRecord) -> None:
        """Give a job a place, inside the transaction that writes it, unless it has one; see `JobStore`."""
        query = "SELECT id FROM procrastinate_jobs WHERE queueing_lock = ? AND status = 'todo'"
        if session.execute(query, (job.id,)).fetchone() is None:
            connection = _connection(session)
            # The place that one who is gone had in hand may be given back at this moment: then that is the job's.
            with suppress(exceptions.AlreadyEnqueued), _in_its_own_words(), connection.transaction():
                self._places.defer_job(_place(job), connection=connection)

    def works(self, scope: str, advance: Advance) -> None:
        """From now on take the places of an account: `advance` is awaited with each job's id."""
        self._advances[scope] = advance

    async def run(self) -> None:
        """Work through the queue; runs until cancelled, and then what it has in hand is ended by those who do it."""
        async with anyio.create_task_group() as group:
            for each in HANDS:
                group.start_soon(self._work, each, group)
            group.start_soon(self._sweep)

    async def _work(self, of_lane: str, group: TaskGroup) -> None:
        while True:
            await self._worked(self._worker(of_lane, group))
            await self._clock.sleep(_AGAIN_SECONDS)

    async def _worked(self, worker: Worker) -> None:
        """Return when a worker has ended, as it does when the database is away."""
        run = asyncio.ensure_future(worker.run())  # type: ignore[no-untyped-call]
        try:
            await asyncio.wait({run})
        finally:
            worker.stop()  # type: ignore[no-untyped-call]
            with anyio.CancelScope(shield=True):
                await asyncio.wait({run})
        if not run.cancelled() and (error := run.exception()):
            logger.warning("The queue rests for a moment: %s", error)

    def _worker(self, of_lane: str, group: TaskGroup) -> Worker:
        app = App(connector=self._connector)
        queues = lambda: [queue_name(scope, of_lane) for scope in self._advances]  # noqa: E731 - they change
        app.job_manager = _Places(self._connector, queues, self._left)
        app.task(name=TASK, retry=_GivenBack())(partial(self._advance, group))
        return Worker(
            app,
            concurrency=HANDS[of_lane],
            fetch_job_polling_interval=LOOK_SECONDS,
            abort_job_polling_interval=_REMOVED_SECONDS,  # nobody aborts a place: jobs are cancelled in their own rows
            listen_notify=self.listens,
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=_BEAT_SECONDS,
            stalled_worker_timeout=_REMOVED_SECONDS,
        )

    async def _advance(self, group: TaskGroup, scope: str, job_id: str) -> None:
        """Advance a job in a task of our own kind: what is out is brought to its end when this process ends."""
        ended, failure = anyio.Event(), list[Exception]()

        async def advance() -> None:
            try:
                await self._advances[scope](job_id)
            except Exception as error:  # noqa: BLE001 - it is raised where the place is held
                failure.append(error)
            except BaseException:
                failure.append(NotYet(0))
                raise
            finally:
                ended.set()

        group.start_soon(advance)
        await ended.wait()
        if failure:
            raise failure[0]

    async def _sweep(self) -> None:
        """Give the places of those that are gone to others, and a place to whoever has none."""
        asked = self._clock.now()
        while True:
            await self._clock.sleep(SWEEP_SECONDS)
            try:
                await self._give_back()
                if self._clock.now() - asked >= ASK_SECONDS:
                    asked = self._clock.now()
                    await self._database.write(self._place_again)
            except (StateUnavailable, exceptions.ConnectorException) as error:
                logger.info("The queue is looked through later: %s", error)

    async def _give_back(self) -> None:
        left = self._left.copy()
        self._left.clear()
        for job in [*left, *await self._places.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS)]:
            await self._places.retry_job(job)

    def _place_again(self, session: Session) -> None:
        """Give jobs a place that have none, if it is time to look for them."""
        at = session.now(0.0)
        if session.execute(_IS_DUE, {"at": at, "until": at + SEARCH_SECONDS}).fetchone() is None:
            return
        found = session.execute(_PLACELESS, (at - PLACELESS_SECONDS,))
        for job in list(map(record_of, found)):
            logger.warning("%s had no place in the queue", job.id)
            self.place(session, job)


def _connection(session: Session) -> Any:
    return cast(PostgresSession, session).connection


@contextmanager
def _in_its_own_words() -> Iterator[None]:
    """Have whoever wrote the transaction hear what the database said, not what the queue makes of it."""
    try:
        yield
    except exceptions.ConnectorException as error:
        raise error.__cause__ or error from None


def _place(job: JobRecord) -> jobs.Job:
    return jobs.Job(
        id=None,
        queue=queue_name(job.scope, lane(job)),
        lock=None,
        queueing_lock=job.id,
        task_name=TASK,
        priority=priority(job),
        task_kwargs={"scope": job.scope, "job_id": job.id},
    )
