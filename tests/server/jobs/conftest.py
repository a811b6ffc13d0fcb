"""What makes many worlds affordable."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
import respx

from peer import Peer, speaking_to
from qwen_localize.mcp_server import build_server
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from server.jobs.batches import Judge, Open
from server.jobs.desk import Desk
from server.jobs.processes import by_fork
from server.jobs.scenarios import play
from virtual_time import VirtualClock


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """What the module's SCENARIOS with real processes came to; they are played at once, for they mostly wait."""
    with by_fork() as start:
        found = anyio.run(play, request.module.SCENARIOS, tmp_path_factory.mktemp("played"), start)

    def result(name: str) -> Any:
        if isinstance(found[name], Exception):
            raise found[name]
        return found[name]

    return result


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    await desk.presence.leave()
    desk.database.close()


@pytest.fixture
def model(httpx2_mock: respx.Router) -> Judge:
    return Judge(httpx2_mock)


@pytest.fixture
def server(settings: Settings, clock: VirtualClock) -> Open:
    @asynccontextmanager
    async def opened(**changes: Any) -> AsyncIterator[Peer]:
        async with speaking_to(build_server(settings.model_copy(update=changes), TOOLS, clock=clock)) as peer:
            yield peer

    return opened
