"""Clients of other makers as judges: the real server, in front of a sandbox, each in a process of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clients import fetched, serving


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("process")
            item.add_marker("clients")


@pytest.fixture(scope="session")
def node() -> Path:
    return fetched.node()


@pytest.fixture(scope="session")
def node_packages() -> Path:
    return fetched.node_packages()


@pytest.fixture(scope="module")
def upstream() -> Iterator[serving.Upstream]:
    with serving.upstream() as upstream:
        yield upstream


@pytest.fixture
def poster(tmp_path: Path) -> Path:
    return serving.poster(tmp_path)
