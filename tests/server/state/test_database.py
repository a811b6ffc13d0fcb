"""The store's file: it outlives processes and versions, and is never overwritten."""

import sqlite3
import sys
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from qwen_localize.errors import StateUnavailable
from qwen_localize.jobs import JobRecord, JobStore
from qwen_localize.state import Database, Notices, Session
from qwen_localize.state.database import APPLICATION_ID
from qwen_localize.state.migrations import MIGRATIONS

NOW = 1_800_000_000.0


def file_of(folder: Path) -> Path:
    return folder / "jobs.sqlite3"


def opened(folder: Path) -> list[JobRecord]:
    """The jobs that a server finds when it starts."""
    database = Database(folder, NOW)
    try:
        return anyio.run(JobStore(database).recent, 100)
    finally:
        database.close()


def spoiled_header(path: Path) -> None:
    path.write_bytes(b"This is a letter, not a database. " * 100)


def spoiled_middle(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * 4096 + whole[8192:])


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("damage", [spoiled_header, spoiled_middle, cut_short])
def test_a_damaged_file_is_set_aside_with_a_message_and_never_overwritten(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: object
) -> None:
    opened(tmp_path)
    assert callable(damage)
    damage(file_of(tmp_path))
    damaged = file_of(tmp_path).read_bytes()
    assert opened(tmp_path) == []
    assert (tmp_path / "jobs.sqlite3.set-aside-1").read_bytes() == damaged
    assert "set aside as jobs.sqlite3.set-aside-1: it is damaged" in caplog.text


def test_another_programs_database_is_set_aside_whole(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with sqlite3.connect(file_of(tmp_path)) as foreign:
        foreign.execute("CREATE TABLE recipes (name TEXT)")
        foreign.execute("INSERT INTO recipes VALUES ('borscht')")
    foreign.close()
    assert opened(tmp_path) == []
    kept = sqlite3.connect(tmp_path / "jobs.sqlite3.set-aside-1")
    assert kept.execute("SELECT name FROM recipes").fetchall() == [("borscht",)]
    kept.close()
    assert "it belongs to another program" in caplog.text


def test_files_set_aside_do_not_replace_each_other(tmp_path: Path) -> None:
    for number in (1, 2):
        file_of(tmp_path).write_bytes(f"letter {number} ".encode() * 200)
        opened(tmp_path)
    contents = [(tmp_path / f"jobs.sqlite3.set-aside-{number}").read_bytes()[:8] for number in (1, 2)]
    assert contents == [b"letter 1", b"letter 2"]


def test_an_empty_file_is_as_good_as_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file_of(tmp_path).touch()
    assert opened(tmp_path) == []
    assert not caplog.records


def test_a_file_of_a_newer_version_is_refused_in_words_and_left_alone(tmp_path: Path) -> None:
    opened(tmp_path)
    with sqlite3.connect(file_of(tmp_path)) as newer:
        newer.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    newer.close()
    before = file_of(tmp_path).read_bytes()
    with pytest.raises(StateUnavailable, match="made by a newer version of qwen-localize"):
        Database(tmp_path, NOW)
    assert file_of(tmp_path).read_bytes() == before
    assert not list(tmp_path.glob("*.set-aside-*"))


def test_a_folder_that_cannot_be_used_is_named_in_words(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(StateUnavailable, match="QWEN_LOCALIZE_STATE_DIR"):
        Database(tmp_path / "state", NOW)


def test_each_version_of_the_file_is_brought_to_the_newest(tmp_path: Path) -> None:
    for version in range(len(MIGRATIONS) + 1):
        folder = tmp_path / str(version)
        folder.mkdir()
        with sqlite3.connect(file_of(folder)) as old:
            old.executescript("".join(MIGRATIONS[:version]))
            old.execute(f"PRAGMA user_version = {version}")
            old.execute(f"PRAGMA application_id = {APPLICATION_ID if version else 0}")
        old.close()
        assert opened(folder) == []
        with sqlite3.connect(file_of(folder)) as newest:
            marks = [newest.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id")]
            columns = {row[1] for row in newest.execute("PRAGMA table_info(jobs)")}
        newest.close()
        assert marks == [len(MIGRATIONS), APPLICATION_ID]
        assert columns == {item.name for item in fields(JobRecord)}


def test_what_was_set_aside_is_noticed_until_it_is_acknowledged(tmp_path: Path) -> None:
    file_of(tmp_path).write_text("This is a letter. " * 100)
    opened(tmp_path)
    database = Database(tmp_path, NOW)
    try:
        notices = Notices(database)
        [notice] = anyio.run(notices.all)
        assert "was set aside as jobs.sqlite3.set-aside-1, since it is damaged" in notice
        assert "ask the user" in notice
        anyio.run(notices.acknowledge)
        assert anyio.run(notices.all) == []
    finally:
        database.close()


OLD = (
    "INSERT INTO jobs (id, scope, tool, label, digest, model, directory, stem, owner, created, changed, cost, kind, "
    "state, request_id, urls, usage, planned, artifacts, details, message, joins, cancel) VALUES "
    "(?, 's', 'translate_image', 'l', ?, 'm', '/', 'x', 'o', 1, 1, 0.003, ?, ?, '', '[]', '{}', '[]', '[]', '{}', '', "
    "0, 0)"
)


def test_the_jobs_of_the_first_version_go_on_and_what_it_had_not_sent_ends_for_free(tmp_path: Path) -> None:
    states = ["prepared", "submitting", "unsure", "unclear", "queued", "running", "ready", "undelivered", "succeeded"]
    jobs = [(state, state, "task", state) for state in states] + [("batch", "batch", "batch", "running")]
    with closing(sqlite3.connect(file_of(tmp_path))) as old:
        old.executescript(MIGRATIONS[0])
        old.executescript(f"PRAGMA user_version = 1; PRAGMA application_id = {APPLICATION_ID}")
        old.executemany(OLD, jobs)
        old.execute(
            "INSERT INTO spending (scope, at, day, tool, model, cny, job_id) "
            "VALUES ('s', 1, 'd', 't', 'm', 1, 'prepared')"
        )
        old.commit()
    found = {job.id: str(job.state) for job in opened(tmp_path)}
    unchanged = {state: state for state in states}
    assert found == unchanged | {
        "prepared": "failed",
        "batch": "failed",
        "unsure": "unconfirmed",
        "unclear": "needs_decision",
    }
    with closing(sqlite3.connect(file_of(tmp_path))) as new:
        assert new.execute("SELECT cny FROM spending").fetchone()[0] == 0


def test_the_jobs_of_the_version_before_principals_are_the_user_s_of_the_machine(tmp_path: Path) -> None:
    names = [
        "id",
        "scope",
        "tool",
        "label",
        "digest",
        "model",
        "directory",
        "stem",
        "owner",
        "kind",
        "state",
        "request_id",
    ]
    json_names = {"urls": "[]", "usage": "{}", "planned": "[]", "artifacts": "[]", "details": "{}"}
    values = dict.fromkeys(names, "x") | {"kind": "task", "state": "queued", "message": ""} | json_names
    values |= {"created": 1, "changed": 1, "cancel": 0}  # type: ignore[dict-item]
    with closing(sqlite3.connect(file_of(tmp_path))) as old:
        old.executescript("".join(MIGRATIONS[:5]))
        old.execute("PRAGMA user_version = 5")
        old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        marks = ", ".join("?" * len(values))
        old.execute(f"INSERT INTO jobs ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
        old.commit()
    [job] = opened(tmp_path)
    assert (job.id, job.principal, str(job.state)) == ("x", "", "queued")


async def test_what_is_read_does_not_wait_for_what_is_written(tmp_path: Path) -> None:
    """A thousand jobs at once must not keep a list of jobs waiting."""
    database = Database(tmp_path, NOW)
    done: list[str] = []

    async def write() -> None:
        await database.write(lambda connection: connection.execute("DELETE FROM notices"))
        done.append("written")

    async with anyio.create_task_group() as group:
        for _ in range(200):
            group.start_soon(write)
        await anyio.lowlevel.checkpoint()
        await database.read(lambda connection: connection.execute("SELECT count(*) FROM jobs").fetchone())
        before = len(done)
    database.close()
    assert before < 100


async def test_a_change_that_fails_leaves_nothing_half_done(tmp_path: Path) -> None:
    database = Database(tmp_path, NOW)

    def half(session: Session) -> None:
        session.execute("INSERT INTO notices (at, words) VALUES (1, 'half')")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(half)
    assert await Notices(database).all() == []
    await database.write(lambda session: session.execute("INSERT INTO notices (at, words) VALUES (1, 'whole')"))
    assert await Notices(database).all() == ["whole"]
    database.close()


@pytest.mark.skipif(sys.platform == "win32", reason="rights are the folder's there")
def test_what_is_written_down_can_be_read_by_its_user_only(tmp_path: Path) -> None:
    opened(tmp_path)
    assert [oct(path.stat().st_mode & 0o077) for path in tmp_path.glob("jobs.sqlite3*")] == ["0o0"]
