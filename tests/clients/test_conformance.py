"""The protocol's own conformance suite, for the last revision with a handshake and the first without."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clients import serving

_HERE = Path(__file__).parent
REVISIONS = ("2025-11-25", "2026-07-28")
# What the suite runs and scores nobody by, and we do not offer: the tasks extension, which no client has; and taking up
# a broken stream, of 2025-11-25 alone, which needs a store of events: a job's id does what it is for.
NOT_OFFERED = re.compile("tasks-|server-sse-polling")


@pytest.fixture(scope="module")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving.over_http(serving.environment(tmp_path_factory.mktemp("real"))) as url:
        yield url


@pytest.fixture(scope="module")
def fixture_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving.fixtures_over_http(serving.environment(tmp_path_factory.mktemp("fixtures"))) as url:
        yield url


@pytest.fixture
def judged(node: Path, node_packages: Path, tmp_path: Path) -> Callable[[str, str, str], str]:
    """What the suite says of a server; fails unless just what the baseline names fails, or is warned of."""

    def run(url: str, revision: str, baseline: str) -> str:
        suite = node_packages / "@modelcontextprotocol/conformance/dist/index.js"
        expected = _HERE / f"conformance-baseline-{baseline}.yml"
        command: list[str | Path] = [node, suite, "server", "--url", url, "--requirements", revision]
        command += ["--expected-failures", expected, "--output-dir", tmp_path]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
        summary = done.stdout[done.stdout.find("=== SUMMARY ===") :]
        assert done.returncode == 0, summary[-6000:] + done.stderr[-2000:]
        return summary

    return run


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_real_server_meets_all_but_what_is_written_down(
    revision: str, real_server: str, judged: Callable[[str, str, str], str]
) -> None:
    assert "tools-list: " in judged(real_server, revision, revision)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_server_made_by_our_factory_with_the_suites_fixtures_meets_all(
    revision: str, fixture_server: str, judged: Callable[[str, str, str], str]
) -> None:
    summary = judged(fixture_server, revision, "fixtures")
    failed = re.findall(r"^✗ ([\w-]+)", summary, re.MULTILINE)
    assert [name for name in failed if not NOT_OFFERED.match(name)] == []
    assert len(re.findall(r"^✓", summary, re.MULTILINE)) >= 30
