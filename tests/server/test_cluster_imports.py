"""Nobody who shares no database and no storage loads what they need."""

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from qwen_localize_tools import TOOLS

ROOT = Path(__file__).parents[2]
PACKAGES = {"obstore", "procrastinate", "psycopg", "psycopg_pool"}
# Who knows them; they are themselves imported when a setting asks for them, which the contracts in pyproject.toml hold.
KNOWING = {
    "server/qwen_localize/files/object_storage.py",
    "server/qwen_localize/jobs/queue.py",
    "server/qwen_localize/state/postgres.py",
    "server/qwen_localize/state/postgres_migrations.py",
}


def imported(tree: ast.AST) -> Iterator[str]:
    """The names of the packages that are imported anywhere in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def test_the_packages_of_a_cluster_are_known_at_few_places() -> None:
    files = [*ROOT.glob("server/**/*.py"), *ROOT.glob("tools/**/*.py")]
    knowing = {path for path in files if PACKAGES & {*imported(ast.parse(path.read_text("utf-8")))}}
    assert {path.relative_to(ROOT).as_posix() for path in knowing} == KNOWING


@pytest.mark.process
async def test_a_server_that_shares_nothing_loads_nothing_of_a_cluster_even_for_a_call(tmp_path: Path) -> None:
    places = {"QWEN_LOCALIZE_STATE_DIR": str(tmp_path / "state"), "QWEN_LOCALIZE_OUTPUT_DIR": str(tmp_path / "out")}
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "qwen_localize"],
        env=os.environ | places | {"DASHSCOPE_API_KEY": "sk-any", "PYTHONPROFILEIMPORTTIME": "1"},
        cwd=tmp_path,
    )
    with (tmp_path / "imported").open("w") as log, anyio.fail_after(60):
        async with Client(stdio_client(server, errlog=log)) as client:
            assert len((await client.list_tools()).tools) == len(TOOLS)
            assert not (await client.call_tool("list_jobs", {})).is_error
    lines = (tmp_path / "imported").read_text("utf-8").splitlines()
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    assert "qwen_localize" in loaded
    assert not loaded & PACKAGES
