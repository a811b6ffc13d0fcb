"""What an operator is told of a database and a storage that replicas share, also while they are away."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import httpx2
import psycopg
import pytest
from mcp.server import MCPServer
from psycopg import sql

from qwen_localize.mcp_server.http import health, observed
from qwen_localize.mcp_server.http.app import build_app
from qwen_localize.settings import Settings
from qwen_localize.state.postgres import PostgresDatabase
from server.mcp_server.http.stand import TOKEN, guest
from stores import Postgres, PostgresServer

pytestmark = pytest.mark.process
# Nobody has heard of it; a message that tells it has told too much.
PASSWORD = "only-the-operator-knows"


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are not remembered, and nobody waits long for one."""
    monkeypatch.setattr(health, "_REMEMBERED_SECONDS", 0.0)
    monkeypatch.setattr(observed, "ANSWER_SECONDS", 2)
    monkeypatch.setattr(health, "CHECK_SECONDS", 2.5)


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server that this test may pause and restart."""
    server = PostgresServer().start()
    yield server
    server.stop()


def with_password(url: str) -> str:
    return url.replace("postgres@", f"postgres:{PASSWORD}@")


def configured(folder: Path, database: str, **more: str) -> Settings:
    return Settings.load(
        {
            "DASHSCOPE_API_KEY": "sk-any",
            "QWEN_LOCALIZE_DATABASE_URL": with_password(database),
            "QWEN_LOCALIZE_OUTPUT_DIR": str(folder / "out"),
            "QWEN_LOCALIZE_STATE_DIR": str(folder / "state"),
            "QWEN_LOCALIZE_TOKEN": TOKEN,
            **more,
        }
    )


@asynccontextmanager
async def operator(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    app = build_app(MCPServer("none"), settings)
    headers = {"authorization": f"Bearer {TOKEN}"}
    async with guest(app) as origin, httpx2.AsyncClient(base_url=origin, headers=headers, timeout=30) as http:
        yield http


async def made(url: str, folder: Path) -> None:
    """Bring the database to this version, as a replica does."""
    database = await anyio.to_thread.run_sync(PostgresDatabase, url, folder)
    await anyio.to_thread.run_sync(database.close)


async def ready(http: httpx2.AsyncClient) -> tuple[int, list[str]]:
    """The status, and what is missing; a message says what to do, and no password."""
    answer = await http.get("/readyz")
    problems: list[dict[str, Any]] = answer.json()["problems"]
    assert PASSWORD not in answer.text
    assert all("QWEN_LOCALIZE_" in problem["message"] for problem in problems)
    return answer.status_code, [problem["what"] for problem in problems]


async def test_a_replica_is_ready_while_its_database_answers_and_only_then(
    own_server: PostgresServer, tmp_path: Path
) -> None:
    url = own_server.database()
    await made(url, tmp_path)
    async with operator(configured(tmp_path, url)) as http:
        assert await ready(http) == (200, [])
        assert 'qwen_localize_jobs{state="running"} 0.0' in (await http.get("/metrics")).text
        own_server.pause()
        try:
            with anyio.fail_after(health.CHECK_SECONDS + 1):
                assert await ready(http) == (503, ["database"])
            assert (await http.get("/metrics")).status_code == 503
            assert (await http.get("/healthz")).status_code == 200
        finally:
            own_server.thaw()
        assert await ready(http) == (200, [])
        await anyio.to_thread.run_sync(own_server.restart)
        assert await ready(http) == (200, [])


async def test_a_replica_whose_database_is_not_there_is_not_ready_at_once(tmp_path: Path) -> None:
    async with operator(configured(tmp_path, "postgresql://postgres@127.0.0.1:9/none")) as http:
        with anyio.fail_after(2):
            assert await ready(http) == (503, ["database"])


async def test_a_replica_is_ready_when_the_tables_are_made_that_it_needs(postgres: Postgres, tmp_path: Path) -> None:
    async with operator(configured(tmp_path, postgres.url)) as http:
        assert await ready(http) == (503, ["database"])
        seen: list[Any] = []

        async def ask() -> None:
            seen.append(await ready(http))

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await made(postgres.url, tmp_path)
        assert seen == [(200, [])]


async def test_a_database_that_can_only_be_read_is_told_of(postgres: Postgres, tmp_path: Path) -> None:
    await made(postgres.url, tmp_path)
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name))
    async with operator(configured(tmp_path, postgres.url)) as http:
        assert await ready(http) == (503, ["database"])


async def test_a_replica_whose_storage_has_gone_says_so_beside_all_else(postgres: Postgres, tmp_path: Path) -> None:
    await made(postgres.url, tmp_path)
    storage = tmp_path / "storage"
    settings = configured(tmp_path, postgres.url, QWEN_LOCALIZE_STORAGE_URL=f"file://{storage}")
    async with operator(settings) as http:
        assert await ready(http) == (200, [])
        storage.rmdir()
        assert await ready(http) == (503, ["storage"])
