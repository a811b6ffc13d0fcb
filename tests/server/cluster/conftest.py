"""What takes real time with real processes is played all at once, for the tests to look at what came of each."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from server.cluster.machines import Machines, machines

Scenario = Callable[[Path, Machines], Awaitable[Any]]


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """What the module's SCENARIOS came to; each has a database of its own, on one server for the module."""
    if sys.platform == "win32":
        pytest.skip("processes are forked, and no package brings a PostgreSQL")
    with machines() as shared:
        found = anyio.run(_play, request.module.SCENARIOS, tmp_path_factory.mktemp("played"), shared)

    def result(name: str) -> Any:
        if isinstance(found[name], BaseException):
            raise found[name]
        return found[name]

    return result


async def _play(scenarios: dict[str, Scenario], folder: Path, shared: Machines) -> dict[str, Any]:
    found: dict[str, Any] = {}

    async def one(name: str) -> None:
        place = folder / name.replace(" ", "-")
        place.mkdir()
        try:
            with anyio.fail_after(400):  # far more than any of them needs, also on a machine that is busy
                found[name] = await scenarios[name](place, shared)
        except Exception as error:  # noqa: BLE001 - for the test that looks at this scenario
            found[name] = error

    async with anyio.create_task_group() as group:
        for name in scenarios:
            group.start_soon(one, name)
    return found
