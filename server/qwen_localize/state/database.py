"""The SQLite file: opened, checked, migrated; set aside if it is damaged or somebody else's; read and written."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import anyio
import anyio.to_thread
from filelock import FileLock

from ..errors import StateUnavailable
from ..waiting_jobs import FILE
from .migrations import MIGRATIONS
from .session import Rows, Session, Values

logger = logging.getLogger(__name__)

T = TypeVar("T")
# "QLoc": tells our files from any other SQLite database.
APPLICATION_ID = 0x514C6F63
# How long another process may hold the file.
BUSY_SECONDS = 15.0


class _Session:
    """A transaction of the file: whoever writes is alone, on a machine with one clock."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, query: str, values: Values = (), /) -> Rows:
        """See `Session`."""
        return self._connection.execute(query, values)

    def lock(self, name: str) -> None:
        """See `Session`."""

    def now(self, own: float) -> float:
        """See `Session`."""
        return own

    def day(self, at: float) -> str:
        """See `Session`: the user's own calendar day."""
        return datetime.fromtimestamp(at).astimezone().date().isoformat()

    def has_digest(self, column: str) -> str:
        """See `Session`: no other text of an entry is as long."""
        return f"{column} LIKE '%' || ? || '%'"


class Database:
    """One file, used from worker threads so that a busy disk holds up nobody else.

    There is one connection for writing and one for reading, each used by one thread at a time: a list of jobs does not
    wait for the thousand writes that were asked for before.

    Args:
        folder: the state directory.
        now: Unix seconds.

    Raises:
        StateUnavailable: the folder cannot be written, or a newer version of this program made the file.
    """

    def __init__(self, folder: Path, now: float) -> None:
        self.folder = folder
        self._writer = _open(folder, now)
        self._reader = connect(folder / FILE)
        self._writing, self._reading = anyio.CapacityLimiter(1), anyio.CapacityLimiter(1)

    def close(self) -> None:
        """Close the file."""
        self._writer.close()
        self._reader.close()

    async def write(self, work: Callable[[Session], T], *, urgent: bool = False) -> T:  # noqa: ARG002 - of one file, there is one writer
        """What `work` returns, done in one transaction.

        Raises:
            StateUnavailable: the file cannot be written; nothing was changed.
        """

        def transaction() -> T:
            with _explained():
                self._writer.execute("BEGIN IMMEDIATE")
                try:
                    result = work(_Session(self._writer))
                    self._writer.execute("COMMIT")
                except BaseException:
                    if self._writer.in_transaction:
                        self._writer.execute("ROLLBACK")
                    raise
                return result

        return await anyio.to_thread.run_sync(transaction, limiter=self._writing)

    async def read(self, work: Callable[[Session], T]) -> T:
        """What `work` returns; it only looks.

        Raises:
            StateUnavailable: the file cannot be read.
        """

        def look() -> T:
            with _explained():
                return work(_Session(self._reader))

        return await anyio.to_thread.run_sync(look, limiter=self._reading)


def _open(folder: Path, now: float) -> sqlite3.Connection:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(folder / "open.lock", timeout=BUSY_SECONDS):
            notice = _checked(folder / FILE)
            (folder / FILE).touch(mode=0o600)  # chats and pictures' names stand in it
            connection = connect(folder / FILE)
            try:
                _migrate(connection, folder / FILE)
                if notice:
                    connection.execute("INSERT INTO notices (at, words) VALUES (?, ?)", (now, notice))
            except BaseException:
                connection.close()
                raise
    except (OSError, sqlite3.Error, TimeoutError) as error:
        reason = getattr(error, "strerror", None) or error  # without the path, which may be a folder above
        raise StateUnavailable(
            f"The job store in {folder} cannot be opened ({reason}). Make the folder writable, or set "
            "QWEN_LOCALIZE_STATE_DIR to another one; if another program holds it, try again."
        ) from error
    return connection


def connect(path: Path) -> sqlite3.Connection:
    """A connection that waits for others' writing, and whose own is on disk when it is done."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    # A job must be on disk before money is spent on it, also if the power goes.
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _checked(path: Path) -> str:
    """What the user is to know if the file had to be set aside; nothing if it is a store of ours, or there is none."""
    reason = _foreign(path) if path.exists() else ""
    if not reason:
        return ""
    aside = _set_aside(path)
    logger.warning("The job store %s was set aside as %s: %s. A new one was begun.", path, aside.name, reason)
    return (
        f"The job store {path} was set aside as {aside.name}, since {reason}, and a new one was begun: jobs begun "
        "before are not known here any more. They may be paid; before such a call is repeated, ask the user."
    )


def _foreign(path: Path) -> str:
    """Why the file is not a store of ours, or nothing if it is (an empty file is as good as none)."""
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
        try:
            kind = connection.execute("PRAGMA application_id").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if kind != APPLICATION_ID and tables:
                return "it belongs to another program"
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            return "" if verdict == "ok" else "it is damaged"
        finally:
            connection.close()
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return "it is damaged"


def _set_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.set-aside-{number}")).exists():
        number += 1
    path.rename(aside)
    for ending in ("-wal", "-shm"):
        companion = path.with_name(path.name + ending)
        if companion.exists():
            companion.rename(aside.with_name(aside.name + ending))
    return aside


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise StateUnavailable(
            f"The job store {path} was made by a newer version of qwen-localize. Install that version, or point "
            "QWEN_LOCALIZE_STATE_DIR at another folder."
        )
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number};"
        connection.executescript(" ".join(("BEGIN IMMEDIATE;", script, marks, "COMMIT")))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StateUnavailable(
            f"The job store cannot be used ({error}). Free some space, make QWEN_LOCALIZE_STATE_DIR writable, or try "
            "again if another program holds it."
        ) from error
