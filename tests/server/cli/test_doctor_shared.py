"""What the doctor, and the list of costs, say of a database and a storage that replicas share."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio.to_thread
import pytest

from qwen_localize.cli import _show_usage
from qwen_localize.cli.doctor import shared
from qwen_localize.cli.doctor.findings import Finding, State
from qwen_localize.settings import Settings
from qwen_localize.state import CostLedger
from qwen_localize.state.postgres import PostgresDatabase
from stores import Postgres

pytestmark = pytest.mark.process
SECRET = {"QWEN_LOCALIZE_LINK_SECRET": "0123456789abcdef0123456789abcdef"}
PASSWORD = "only-the-operator-knows"


async def found(findings: AsyncIterator[Finding]) -> list[tuple[State, str]]:
    """How all is, in words in which no password is; what is not well has a remedy."""
    told = [finding async for finding in findings]
    assert PASSWORD not in str(told)
    assert all(finding.remedy for finding in told if finding.state in (State.WARNING, State.BROKEN))
    return [(finding.state, finding.words) for finding in told]


def configured(url: str, **more: str) -> Settings:
    return Settings.load({"QWEN_LOCALIZE_DATABASE_URL": url.replace("postgres@", f"postgres:{PASSWORD}@")} | more)


async def opened(postgres: Postgres, folder: Path) -> PostgresDatabase:
    return await anyio.to_thread.run_sync(PostgresDatabase, postgres.url, folder)


async def test_nothing_is_said_of_what_is_not_shared() -> None:
    settings = Settings.load({})
    assert await found(shared.database(settings)) == []
    assert await found(shared.storage(settings)) == []


async def test_a_database_is_told_to_be_empty_or_at_this_version(postgres: Postgres, tmp_path: Path) -> None:
    settings = configured(postgres.url, QWEN_LOCALIZE_STORAGE_URL=f"file://{tmp_path}/shared", **SECRET)
    [(state, said)] = await found(shared.database(settings))
    assert (state, "behind this version" in said) == (State.NOTE, True)
    (await opened(postgres, tmp_path)).close()
    [(state, said)] = await found(shared.database(settings))
    assert (state, "at this version" in said) == (State.GOOD, True)


async def test_a_database_that_is_not_there_is_broken_and_what_replicas_lack_is_warned_of() -> None:
    told = await found(shared.database(configured("postgresql://postgres@127.0.0.1:9/none")))
    assert [state for state, _ in told] == [State.BROKEN, State.WARNING, State.WARNING]
    assert "QWEN_LOCALIZE_LINK_SECRET" in told[1][1]


async def test_a_storage_is_written_and_read_and_left_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    settings = Settings.load({"QWEN_LOCALIZE_STORAGE_URL": f"file://{folder}"})
    [(state, _)] = await found(shared.storage(settings))
    assert state is State.GOOD
    assert not [path for path in folder.rglob("*") if path.is_file()]


async def test_a_bucket_is_written_and_read_or_told_to_be_missing(s3: str) -> None:
    [(state, _)] = await found(shared.storage(Settings.load({"QWEN_LOCALIZE_STORAGE_URL": s3})))
    assert state is State.GOOD
    missing = Settings.load({"QWEN_LOCALIZE_STORAGE_URL": "s3://no-such-bucket/prefix"})
    [(state, words)] = await found(shared.storage(missing))
    assert (state, "no such bucket" in words) == (State.BROKEN, True)


async def test_the_costs_of_all_processes_are_shown(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QWEN_LOCALIZE_DATABASE_URL", postgres.url)
    monkeypatch.setenv("QWEN_LOCALIZE_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    await _show_usage()
    assert "Nothing has been spent yet in this database" in capsys.readouterr().out
    database = await opened(postgres, tmp_path)
    await database.write(
        lambda session: session.execute(
            "INSERT INTO spending (scope, at, day, tool, model, cny) VALUES ('s', 1, '2026-01-02', 'ocr', 'm', 1.5)"
        )
    )
    assert await CostLedger(database).by_day(None, shared=True)
    database.close()
    await _show_usage()
    assert "2026-01-02  ocr" in capsys.readouterr().out
