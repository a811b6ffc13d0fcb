"""A look from outside whether jobs wait for a server: without opening the store, and with little more than SQLite."""

import os
from collections.abc import Mapping
from contextlib import closing

FILE = "jobs.sqlite3"
# As `jobs.records.RESTING`: nothing happens until somebody asks. A test compares them.
AT_REST = ("succeeded", "failed", "canceled", "undelivered", "needs_decision", "paused")


def waiting_scopes(environment: Mapping[str, str]) -> set[str]:
    """The services and keys (see `Settings.scope`) whose jobs go on as soon as a server runs.

    Raises:
        OSError: the store cannot be looked into.
    """
    folder = environment.get("QWEN_LOCALIZE_STATE_DIR", "").strip() or state_folder()
    path = os.path.abspath(os.path.join(os.path.expanduser(folder), FILE))  # noqa: PTH100, PTH111, PTH118
    if not os.path.exists(path):  # noqa: PTH110
        return set()
    import sqlite3

    escaped = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23").replace("\\", "/")
    marks = ", ".join("?" * len(AT_REST))
    try:
        with closing(sqlite3.connect(f"file:///{escaped.lstrip('/')}?mode=ro", uri=True, timeout=1)) as store:
            rows = store.execute(f"SELECT DISTINCT scope FROM jobs WHERE state NOT IN ({marks})", AT_REST)  # noqa: S608
            return {str(scope) for (scope,) in rows}
    except sqlite3.Error as error:
        raise OSError(str(error)) from error


def state_folder() -> str:
    """The platform's folder for state."""
    from platformdirs import user_state_dir

    return user_state_dir("qwen-localize", appauthor=False)
