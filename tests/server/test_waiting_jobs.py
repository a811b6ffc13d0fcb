"""A server that jobs wait for begins at once; one that nobody waits for is not loaded."""

import os
import sys
from pathlib import Path

import anyio
import pytest

from qwen_localize.jobs import JobStore, State
from qwen_localize.settings import Settings
from qwen_localize.state import Database
from qwen_localize.waiting_jobs import FILE, waiting_scopes
from server.jobs.records import record

SERVER = [sys.executable, "-X", "importtime", "-m", "qwen_localize"]
HELLO = b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n'


async def stored(folder: Path, state: State, scope: str = "scope") -> dict[str, str]:
    """The environment of a server whose store has one job."""
    database = Database(folder, 1000.0)
    await JobStore(database).add(record(state=state, scope=scope))
    database.close()
    return {"QWEN_LOCALIZE_STATE_DIR": str(folder)}


@pytest.mark.parametrize("state", list(State))
async def test_a_job_waits_unless_it_rests(tmp_path: Path, state: State) -> None:
    moving = state.value in ("prepared", "submitting", "unconfirmed", "queued", "running", "pausing", "ready", "newer")
    assert waiting_scopes(await stored(tmp_path, state)) == ({"scope"} if moving else set())


async def test_looking_changes_nothing_and_makes_nothing(tmp_path: Path) -> None:
    assert waiting_scopes({"QWEN_LOCALIZE_STATE_DIR": str(tmp_path / "none")}) == set()
    assert not (tmp_path / "none").exists()
    environment = await stored(tmp_path / "has # and ? and %41", State.QUEUED)
    [before] = [path.read_bytes() for path in Path(environment["QWEN_LOCALIZE_STATE_DIR"]).glob(FILE)]
    assert waiting_scopes(environment) == {"scope"}
    assert [path.read_bytes() for path in Path(environment["QWEN_LOCALIZE_STATE_DIR"]).glob(FILE)] == [before]


def test_a_store_that_cannot_be_read_is_left_to_the_server(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 100)
    with pytest.raises(OSError, match="not a database"):
        waiting_scopes({"QWEN_LOCALIZE_STATE_DIR": str(tmp_path)})


@pytest.mark.process
@pytest.mark.parametrize("is_ours", [True, False])
async def test_the_server_is_loaded_at_once_if_a_job_of_this_key_waits_and_only_then(
    tmp_path: Path, is_ours: bool
) -> None:
    env = os.environ | {"DASHSCOPE_API_KEY": "sk-this-key", "DASHSCOPE_BASE_URL": "http://127.0.0.1:9"}
    scope = Settings.load(env).scope if is_ours else "another"
    env |= await stored(tmp_path, State.QUEUED, scope)
    result = await anyio.run_process(SERVER, input=HELLO, env=env)
    assert b'"id":1' in result.stdout
    assert (b"mcp.server" in result.stderr) is is_ours
