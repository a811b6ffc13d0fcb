"""A server on a machine of its own that shares database and storage with another one, for a caller at its disk."""

from pathlib import Path
from typing import Any

from mcp import Client
from pydantic import SecretStr

from qwen_localize.mcp_server import build_server
from server.jobs.world import TOOLS, assert_delivered, outcome, world
from stores import Postgres
from virtual_time import VirtualClock


async def test_the_file_of_a_job_that_another_machine_has_done_lies_where_its_caller_is_told(
    tmp_path: Path, clock: VirtualClock, virtual_postgres: Postgres
) -> None:
    url, storage = virtual_postgres.url, (tmp_path / "shared").as_uri()
    env: dict[str, Any] = {"QWEN_LOCALIZE_DATABASE_URL": url, "QWEN_LOCALIZE_STORAGE_URL": storage}
    async with world(tmp_path, clock=clock, task_seconds=0.5, **env) as w:
        done = (await w.translated(0, w.clients[0])).data
        places = {"output_dir": tmp_path / "elsewhere" / "out", "state_dir": tmp_path / "elsewhere" / "state"}
        elsewhere = w.settings.model_copy(update={"database_url": SecretStr(url), **places})
        async with Client(build_server(elsewhere, TOOLS, clock=clock)) as client:
            found = outcome(0, await client.call_tool("get_job", {"job_id": done["job_id"]}))
    assert_delivered(found)
    assert found.files[0].is_relative_to(tmp_path / "elsewhere" / "out")
