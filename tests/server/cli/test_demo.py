"""The demo's steps on a slow day, against a faked network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from io import StringIO
from pathlib import Path

import pytest
import respx
from rich.console import Console

from fakes import RESULT_URL, Service, listed, task
from qwen_localize.cli.demo import Demo
from qwen_localize.errors import LocalizeError
from support import Connect

SAMPLE = Path(str(files("qwen_localize.cli.demo") / "sample.jpg"))


@pytest.fixture
def service(httpx2_mock: respx.Router) -> Service:
    httpx2_mock._assert_all_called = False
    return Service(httpx2_mock)


@asynccontextmanager
async def impatient(connect: Connect) -> AsyncIterator[Demo]:
    """A demo in front of a server whose calls wait for nothing; the sample lies where it may be read."""
    async with connect(wait=0.0, allowed_dirs=(SAMPLE.parent,)) as client:
        yield Demo(client, Console(file=StringIO()))


async def test_a_job_that_a_call_does_not_wait_for_is_followed_to_its_end(
    service: Service, connect: Connect, tmp_path: Path
) -> None:
    async with impatient(connect) as demo:
        await demo.image(SAMPLE, tmp_path)
    assert [path.name for path in demo.files] == ["sample.ru.jpg", "sample.ru-before-after.jpg"]
    assert all(path.exists() for path in demo.files)
    assert demo.cost == 0.003


async def test_a_job_that_fails_later_is_told_in_its_own_words(
    service: Service, connect: Connect, tmp_path: Path
) -> None:
    service.list.side_effect = lambda _: listed("FAILED")
    service.query.return_value = task("FAILED", code="InvalidImage.Format", message="cannot decode")
    async with impatient(connect) as demo:
        with pytest.raises(LocalizeError, match="cannot decode"):
            await demo.image(SAMPLE, tmp_path)


async def test_a_picture_without_text_does_not_end_the_demo(service: Service, connect: Connect, tmp_path: Path) -> None:
    service.query.return_value = task("SUCCEEDED", image_url=RESULT_URL, message="No text detected for translation")
    async with impatient(connect) as demo:
        await demo.image(SAMPLE, tmp_path)
    assert demo.files == []
