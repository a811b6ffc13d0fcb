"""The PostgreSQL database that replicas and workers share: connected, migrated, read and written.

Used from worker threads, like the file: the same statements run on both. The database's clock decides (`Session.now`),
and the day of a budget is that of UTC, since replicas may stand in several time zones.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, LiteralString, TypeVar, cast

import anyio
import anyio.to_thread
import psycopg
from psycopg import errors
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from ..errors import StateUnavailable
from .postgres_migrations import migrations
from .session import Rows, Session, Values

T = TypeVar("T")
Connection = psycopg.Connection[dict[str, Any]]
CONNECTIONS = 4
CONNECT_SECONDS = 10
# How long a statement may take, and a lock be waited for, before the database counts as away.
_SERVER_SETTINGS = "-c statement_timeout=30000 -c lock_timeout=20000 -c idle_in_transaction_session_timeout=30000"
# When a machine that has vanished without a word counts as away.
_KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 15_000}
# What two transactions at once can do to each other; the second of them then sees what the first has done.
_AGAIN = (errors.UniqueViolation, errors.DeadlockDetected, errors.SerializationFailure)
_TRIES = 5
# One replica migrates at a time, under this number.
_MIGRATION = 0x514C6F63
_MARK = re.compile(r"\?|(?<!:):([a-z_]+)\b")


class PostgresSession:
    """A transaction of the database; see `Session`.

    Attributes:
        connection: what it runs on, for those who write with statements of their own.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def execute(self, query: str, values: Values = (), /) -> Rows:
        """See `Session`."""
        return cast(Rows, self.connection.execute(_translated(query), _storable(values) if values else None))

    def lock(self, name: str) -> None:
        """See `Session`."""
        self.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", (name,))

    def now(self, own: float) -> float:
        """See `Session`."""
        row = self.execute("SELECT extract(epoch FROM clock_timestamp())::float8 AS now").fetchone()
        return float(row["now"]) if row else own

    def day(self, at: float) -> str:
        """See `Session`."""
        return datetime.fromtimestamp(at, UTC).date().isoformat()

    def has_digest(self, column: str) -> str:
        """See `Session`: in the words of an index."""
        return f"{column}::jsonb @> jsonb_build_array(jsonb_build_object('digest', ?::text))"


class PostgresDatabase:
    """One database, by a few connections that are opened as they are needed; see `Store`.

    Args:
        url: where it is; it may hold a password, which no message tells.
        folder: the state directory.

    Raises:
        StateUnavailable: it cannot be reached, or used.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.folder, self._url = folder, url
        with _explained():
            self._pool = ConnectionPool(
                url,
                connection_class=psycopg.Connection[dict[str, Any]],
                kwargs={"autocommit": True, "row_factory": dict_row, **connection_settings()},
                min_size=1,
                max_size=CONNECTIONS + 1,
                timeout=CONNECT_SECONDS,
                reconnect_timeout=CONNECT_SECONDS,
                open=False,
            )
            try:
                self._migrate(url)
                self._pool.open()
            except BaseException:
                self._pool.close()
                raise
        self._working = anyio.CapacityLimiter(CONNECTIONS)
        self._urgent = anyio.CapacityLimiter(1)

    def close(self) -> None:
        """Close its connections."""
        self._pool.close(timeout=2)

    async def write(self, work: Callable[[Session], T], *, urgent: bool = False) -> T:
        """See `Store`; what is `urgent` does not wait for others' writing."""

        def transaction() -> T:
            with _explained(), self._connection() as connection:
                return _repeated(lambda: _transaction(connection, work))

        return await anyio.to_thread.run_sync(transaction, limiter=self._urgent if urgent else self._working)

    async def read(self, work: Callable[[Session], T]) -> T:
        """See `Store`."""

        def look() -> T:
            with _explained(), self._connection() as connection:
                return work(PostgresSession(connection))

        return await anyio.to_thread.run_sync(look, limiter=self._working)

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """A connection; those that a restart of the database has broken are let go of when the first is found so."""
        try:
            with self._pool.connection() as connection:
                yield connection
        except psycopg.OperationalError:
            self._pool.check()
            raise

    async def listen(self, channels: Iterable[str], told: Callable[..., Awaitable[None]]) -> None:
        """Await `told(channel=..., payload=...)` for each notification, on a connection of its own; until cancelled.

        Raises:
            StateUnavailable: the database cannot be reached, or not any more.
        """
        with _explained():
            settings = connection_settings()
            async with await psycopg.AsyncConnection.connect(self._url, autocommit=True, **settings) as connection:
                for channel in channels:
                    await connection.execute(f'LISTEN "{channel}"'.encode())
                async for notification in connection.notifies():
                    await told(channel=notification.channel, payload=notification.payload)

    def _migrate(self, url: str) -> None:
        """Bring the database to this version, or leave it at a newer one; of several replicas, one does it."""
        with psycopg.connect(url, row_factory=dict_row, **connection_settings()) as connection:
            session = PostgresSession(connection)
            session.execute("SET LOCAL lock_timeout = 0")
            session.execute("SELECT pg_advisory_xact_lock(?)", (_MIGRATION,))
            session.execute("CREATE TABLE IF NOT EXISTS qwen_localize (version INTEGER NOT NULL)")
            row = session.execute("SELECT version FROM qwen_localize").fetchone()
            if row is None:
                session.execute("INSERT INTO qwen_localize (version) VALUES (0)")
            for script in migrations()[row["version"] if row else 0 :]:
                connection.execute(script)
                session.execute("UPDATE qwen_localize SET version = version + 1")


class PostgresLook:
    """The shared database, for those who only look at it now and then: each time by a connection of its own.

    It is never brought to this version here, and who asks is answered in bounded time, unless the database falls silent
    in the middle of an answer. All of it blocks.

    Args:
        url: where it is; it may hold a password, which no message tells.
        seconds: how long the database may take to accept a connection, and then for each statement.
    """

    def __init__(self, url: str, seconds: int) -> None:
        self._url = url
        options = f"{_SERVER_SETTINGS} -c statement_timeout={seconds * 1000}"
        self._settings = connection_settings() | {"connect_timeout": seconds, "options": options}

    def rows(self, *queries: LiteralString) -> list[list[dict[str, Any]]]:
        """What each query finds.

        Raises:
            StateUnavailable: the database cannot be reached or read, or has not been begun.
        """
        with (
            _explained(),
            psycopg.connect(self._url, autocommit=True, row_factory=dict_row, **self._settings) as connection,
        ):
            return [connection.execute(query).fetchall() for query in queries]

    def lacking(self) -> int:
        """How many steps it still is from this version, or a newer one: 0 if it can be worked with.

        Raises:
            StateUnavailable: the database cannot be reached, or only be read.
        """
        [[state]] = self.rows(
            "SELECT current_setting('transaction_read_only') = 'on' AS is_closed, "
            "to_regclass('qwen_localize') IS NOT NULL AS is_begun"
        )
        if state["is_closed"]:
            raise StateUnavailable(
                "The database of QWEN_LOCALIZE_DATABASE_URL can only be read: it may be a standby. Name the primary."
            )
        if not state["is_begun"]:
            return len(migrations())
        [[found]] = self.rows("SELECT max(version) AS version FROM qwen_localize")
        return max(0, len(migrations()) - (found["version"] or 0))


def connection_settings() -> dict[str, Any]:
    """How a connection is made, so that one to a database that is away does not hang."""
    return {
        "connect_timeout": CONNECT_SECONDS,
        "options": _SERVER_SETTINGS,
        "application_name": "qwen-localize",
        **_KEEPALIVE,
    }


def _transaction(connection: Connection, work: Callable[[Session], T]) -> T:
    with connection.transaction():
        return work(PostgresSession(connection))


def _repeated(transaction: Callable[[], T]) -> T:
    for _ in range(_TRIES - 1):
        try:
            return transaction()
        except _AGAIN:
            continue
    return transaction()


@cache
def _translated(query: str) -> LiteralString:
    """A statement with the marks of psycopg."""
    return _MARK.sub(lambda mark: f"%({mark[1]})s" if mark[1] else "%s", query.replace("%", "%%"))


def _storable(values: Values) -> Any:
    """What the database can hold: no text with a zero, and none with half a character."""
    if isinstance(values, Mapping):
        return {name: _clean(value) for name, value in values.items()}
    return [_clean(value) for value in values]


def _clean(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return value.replace("\x00", "\ufffd").encode(errors="replace").decode()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, PoolTimeout) as error:
        raise StateUnavailable(
            f"The database of QWEN_LOCALIZE_DATABASE_URL cannot be used now ({type(error).__name__}"
            f"{_state(error)}). See that it runs, can be reached and has room; what is begun goes on when it is back."
        ) from error


def _state(error: Exception) -> str:
    """The code by which PostgreSQL says what is wrong; its words may hold what stands in a row."""
    return f", {error.sqlstate}" if isinstance(error, psycopg.Error) and error.sqlstate else ""
