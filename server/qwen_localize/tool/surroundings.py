"""What the jobs of a process stand on: an SQLite file and file locks, or a database that many machines share."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup

from ..clock import Clock, SharedClock
from ..errors import BadSetting, StateUnavailable
from ..jobs import Environment, FileLeader, FilePresence, Gate, JobStore, Leader, Presence, Submission
from ..settings import Settings
from ..state import Database, Store

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Surroundings:
    """The one or the other.

    Attributes:
        jobs: the jobs in it.
        leader: of a scope: held by the one process that polls for it.
        look_after: begins to take a scope's jobs from the queue, where there is one.
        gate: where submissions go one by one, where other machines submit as well.
    """

    database: Store
    presence: Presence
    jobs: JobStore
    leader: Callable[[str], Leader]
    look_after: Callable[[Environment, Submission], None] = lambda _, __: None
    gate: Gate | None = None

    async def close(self) -> None:
        """Be gone, and close the database."""
        await self.presence.leave()
        await anyio.to_thread.run_sync(self.database.close)


def clock_for(settings: Settings, clock: Clock) -> Clock:
    """The clock that decides."""
    return SharedClock(clock) if settings.database_url else clock


async def open_surroundings(settings: Settings, clock: Clock, group: TaskGroup) -> Surroundings:
    """What the settings name.

    Args:
        settings: what the user decides.
        clock: see `clock_for`.
        group: lives as long as the process.

    Raises:
        StateUnavailable: it cannot be used now.
    """
    if settings.database_url:
        return await _shared(settings, clock, group)
    with anyio.CancelScope(shield=True):  # what is opened is known, and closed, also if the server ends meanwhile
        opened = await anyio.to_thread.run_sync(_alone, settings.state_dir, clock.wall())
    return opened  # noqa: RET504 - for all that its type says, a scope could swallow the return inside


def open_database(settings: Settings, now: float) -> Store:
    """The database alone, for those who only look; `now` in Unix seconds. It blocks.

    Raises:
        StateUnavailable: it cannot be used now.
        BadSetting: what it needs is not installed.
    """
    if not settings.database_url:
        return Database(settings.state_dir, now)
    try:
        from ..state.postgres import PostgresDatabase
    except ImportError as error:
        raise BadSetting(
            f"QWEN_LOCALIZE_DATABASE_URL needs a package that is not installed ({error.name}). Install the extra: "
            "pip install 'qwen-localize[cluster]'."
        ) from error
    return PostgresDatabase(settings.database_url.get_secret_value(), settings.state_dir)


def _alone(state_dir: Path, now: float) -> Surroundings:
    database = Database(state_dir, now)
    try:
        presence = FilePresence(state_dir, now)
    except OSError as error:
        database.close()
        raise StateUnavailable(
            f"{state_dir} cannot be written ({error.strerror}). Make it writable, or set QWEN_LOCALIZE_STATE_DIR to "
            "another folder."
        ) from error

    def leader(scope: str) -> Leader:
        return FileLeader(state_dir / f"poller-{scope}.lock")

    return Surroundings(database, presence, JobStore(database), leader)


async def _shared(settings: Settings, clock: Clock, group: TaskGroup) -> Surroundings:
    with anyio.CancelScope(shield=True):
        database = await anyio.to_thread.run_sync(open_database, settings, clock.wall())
        try:
            opened = await _on(database, settings.output_dir, clock, group)
        except BaseException:
            await anyio.to_thread.run_sync(database.close)
            raise
    return opened


async def _on(database: Store, output_dir: Path, clock: Clock, group: TaskGroup) -> Surroundings:
    from ..jobs.advance import Advance
    from ..jobs.leases import LeaderLease, Leases
    from ..jobs.queue import Queue
    from ..state.postgres import PostgresDatabase

    if not isinstance(database, PostgresDatabase) or not isinstance(clock, SharedClock):
        raise TypeError(database, clock)
    leases, queue = Leases(database, clock), Queue(database, clock)
    jobs = JobStore(database, queue.place, output_dir)
    await leases.sign()
    group.start_soon(leases.live)
    group.start_soon(queue.run)

    def look_after(environment: Environment, submission: Submission) -> None:
        queue.works(environment.scope, Advance(environment, submission, group))

    def leader(scope: str) -> Leader:
        return LeaderLease(database, clock, f"poller {scope}", leases.name)

    return Surroundings(database, leases, jobs, leader, look_after, Gate(database))
