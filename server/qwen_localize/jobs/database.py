"""The SQLite file: opened, checked, migrated; set aside if it is damaged or somebody else's."""

import logging
import sqlite3
from pathlib import Path

from filelock import FileLock

from ..errors import StateUnavailable

logger = logging.getLogger(__name__)

# "QLoc": tells our files from any other SQLite database.
APPLICATION_ID = 0x514C6F63
_BUSY_SECONDS = 15.0

# Step n brings version n-1 to version n. Steps are only ever added.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE jobs (
        id TEXT PRIMARY KEY, scope TEXT NOT NULL, tool TEXT NOT NULL, label TEXT NOT NULL, digest TEXT NOT NULL,
        model TEXT NOT NULL, directory TEXT NOT NULL, stem TEXT NOT NULL, owner TEXT NOT NULL,
        created REAL NOT NULL, changed REAL NOT NULL, cost REAL, kind TEXT NOT NULL, state TEXT NOT NULL,
        upstream_id TEXT,
        request_id TEXT NOT NULL, sent REAL, lost REAL, urls TEXT NOT NULL, usage TEXT NOT NULL,
        planned TEXT NOT NULL, artifacts TEXT NOT NULL, details TEXT NOT NULL, message TEXT NOT NULL,
        joins INTEGER NOT NULL, cancel INTEGER NOT NULL
    );
    CREATE INDEX jobs_by_state ON jobs (scope, state);
    CREATE UNIQUE INDEX one_live_job_per_request ON jobs (scope, digest)
        WHERE state NOT IN ('succeeded', 'failed', 'canceled');
    CREATE TABLE places (name TEXT NOT NULL, at REAL NOT NULL, tokens INTEGER NOT NULL);
    CREATE INDEX places_by_name ON places (name, at);
    CREATE TABLE spending (
        id INTEGER PRIMARY KEY, scope TEXT NOT NULL, at REAL NOT NULL, day TEXT NOT NULL, tool TEXT NOT NULL,
        model TEXT NOT NULL, cny REAL NOT NULL, job_id TEXT
    );
    CREATE TABLE answers (key TEXT PRIMARY KEY, at REAL NOT NULL, text TEXT NOT NULL);
    CREATE INDEX spending_by_day ON spending (scope, day);
    """,
)


def open_database(folder: Path) -> sqlite3.Connection:
    """The database in `folder`, at the newest version.

    Raises:
        StateUnavailable: the folder cannot be written, or a newer version of this program made the file.
    """
    path = folder / "jobs.sqlite3"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(folder / "open.lock", timeout=_BUSY_SECONDS):
            if path.exists() and (reason := _foreign(path)):
                _set_aside(path, reason)
            connection = _connect(path)
            _migrate(connection, path)
    except (OSError, sqlite3.Error, TimeoutError) as error:
        raise StateUnavailable(
            f"The job store in {folder} cannot be opened ({error}). Make the folder writable, or set "
            "QWEN_LOCALIZE_STATE_DIR to another one."
        ) from error
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    # A job must be on disk before money is spent on it, also if the power goes.
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _foreign(path: Path) -> str:
    """Why the file is not a store of ours, or nothing if it is (an empty file is as good as none)."""
    try:
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS)
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


def _set_aside(path: Path, reason: str) -> None:
    number = 1
    while (aside := path.with_name(f"{path.name}.set-aside-{number}")).exists():
        number += 1
    path.rename(aside)
    for ending in ("-wal", "-shm"):
        companion = path.with_name(path.name + ending)
        if companion.exists():
            companion.rename(aside.with_name(aside.name + ending))
    logger.warning("The job store %s was set aside as %s: %s. A new one was begun.", path, aside.name, reason)


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
