"""The PostgreSQL that tests are given."""

import json
from pathlib import Path

import psycopg
import pytest

from stores import Postgres, PostgresServer, shared_server

pytestmark = pytest.mark.process


def _asked(url: str, statement: str, seconds: int = 10) -> str:
    with psycopg.connect(url, autocommit=True, connect_timeout=seconds) as connection:
        row = connection.execute(statement.encode()).fetchone()
    return str(row and row[0])


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_has_a_database_of_its_own(postgres: Postgres, time: str) -> None:
    assert _asked(postgres.url, "SELECT to_regclass('left_behind')::text") == "None"
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE left_behind AS SELECT 1")


def test_what_was_committed_survives_a_crash_of_the_server_at_the_same_address() -> None:
    server = PostgresServer().start()
    try:
        url = server.database()
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
            connection.commit()
            server.restart()
        assert _asked(url, "SELECT number FROM kept") == "7"
    finally:
        server.stop()
    assert not server.folder.exists()


def test_a_paused_server_answers_nobody_until_it_is_thawed() -> None:
    server = PostgresServer().start()
    try:
        server.pause()
        with pytest.raises(psycopg.OperationalError):
            _asked(server.url, "SELECT 1", seconds=2)
        server.thaw()
        assert _asked(server.url, "SELECT 1") == "1"
        server.pause()
    finally:
        server.stop()  # a paused one ends as well


def test_the_last_of_those_who_share_a_server_stops_it(tmp_path: Path) -> None:
    with shared_server(tmp_path) as server:
        noted = json.loads((tmp_path / "postgres.json").read_text())
        another = noted | {"users": [1, *noted["users"]]}  # process 1 lives as long as the machine
        (tmp_path / "postgres.json").write_text(json.dumps(another))
    assert _asked(server.url, "SELECT 1") == "1"
    (tmp_path / "postgres.json").write_text(json.dumps(noted | {"users": [2**22 + 1]}))
    with shared_server(tmp_path) as again:
        assert again.folder == server.folder
    assert not server.folder.exists()
