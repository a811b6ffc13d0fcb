"""What makes many worlds affordable."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from server.jobs.desk import Desk
from server.jobs.processes import by_fork
from server.jobs.scenarios import play


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
    desk.presence.leave()
    desk.database.close()
