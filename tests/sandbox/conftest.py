"""A sandbox on a real socket for each test that asks for one."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from PIL import Image

from qwen_localize.sandbox import SandboxConfig, uploads
from sandbox.stand import Caller, ManualClock, open_caller, png, write


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The sandbox is tested over real sockets, in real time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("process")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _lasting_policies(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the service's time flies, five minutes are a moment, in which no upload arrives on a busy machine."""
    if "clock" not in request.fixturenames:
        monkeypatch.setattr(uploads, "POLICY_SECONDS", 7 * 24 * 3600.0)


@pytest.fixture
async def caller() -> AsyncGenerator[Caller]:
    """A sandbox so fast that no limit is met by accident."""
    async with open_caller(SandboxConfig(speed=5000)) as caller:
        yield caller


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def timed(clock: ManualClock) -> AsyncGenerator[Caller]:
    """A sandbox whose time stands still until the test moves `clock`."""
    async with open_caller(SandboxConfig(), clock) as caller:
        yield caller


@pytest.fixture(scope="session")
def blank() -> bytes:
    """A picture without text; quick to read."""
    return png(Image.new("RGB", (40, 40), "white"))


@pytest.fixture(scope="session")
def poster() -> bytes:
    """Two lines of text, one of them in red."""
    return png(
        write(
            Image.new("RGB", (360, 240), "#f4efe2"),
            [((30, 40), "Summer sale", 40, "#b01020"), ((30, 140), "Free shipping", 30, "#102060")],
        )
    )
