"""Agent frameworks, each with a model that follows a script: it gets the path of the picture that it asked for."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clients import fetched, serving
from qwen_localize_tools import TOOLS

DRIVERS = Path(__file__).parent / "drivers"
# What concerns the Python of the tests, and not the frameworks'.
OURS = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV")
FRAMEWORKS = {
    "openai_agents": "frameworks-mcp1",
    "langchain": "frameworks-mcp1",
    "pydantic_ai": "frameworks-mcp1",
    "fastmcp": "frameworks-mcp2",
    "llama_index": "frameworks-mcp2",
}
Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def slow_upstream() -> Iterator[serving.Upstream]:
    with serving.upstream(task_seconds=6) as upstream:
        yield upstream


@pytest.fixture(scope="session")
def framework(request: pytest.FixtureRequest) -> tuple[str, Path]:
    """A framework's name and its Python, which is installed before the tests take the machine's proxies away."""
    return request.param, fetched.frameworks(FRAMEWORKS[request.param])


@pytest.fixture
def run(framework: tuple[str, Path], poster: Path, tmp_path: Path) -> Run:
    """What the framework's model heard and called, for a server in front of this sandbox."""

    def play(origin: str, *, looks: bool = False, **settings: str) -> dict[str, Any]:
        name, python = framework
        told: dict[str, Any] = {"command": serving.STDIO[0], "args": serving.STDIO[1:]}
        told |= {"patience": 5 if settings else 60}  # seconds; the first call waits for the server to be loaded
        told |= {"env": serving.environment(tmp_path, origin) | settings, "picture": str(poster), "looks": looks}
        command: list[str | Path] = [python, DRIVERS / f"with_{name}.py", json.dumps(told)]
        env = {variable: value for variable, value in os.environ.items() if variable not in OURS}
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", timeout=100, env=env, cwd=tmp_path, check=False
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return dict(json.loads(done.stdout))

    return play


@pytest.mark.parametrize("framework", FRAMEWORKS, indirect=True)
def test_a_run_ends_with_the_pictures_path_in_the_models_hands(
    run: Run, upstream: serving.Upstream, tmp_path: Path
) -> None:
    paid = len(upstream.tasks())
    said = run(upstream.origin)
    assert said["tools"] == [tool.name for tool in TOOLS]
    assert said["called"][0] == "translate_image"
    assert_holds_the_picture(said, tmp_path)
    assert len(upstream.tasks()) - paid == 1


@pytest.mark.parametrize("framework", ["openai_agents"], indirect=True)
@pytest.mark.parametrize("looks", [False, True], ids=["calls again", "looks for the job"])
def test_a_model_whose_call_timed_out_gets_the_picture_and_nothing_is_paid_twice(
    looks: bool, run: Run, slow_upstream: serving.Upstream, tmp_path: Path
) -> None:
    paid, submissions = len(slow_upstream.tasks()), slow_upstream.submissions()
    said = run(slow_upstream.origin, looks=looks, QWEN_LOCALIZE_WAIT="45")  # longer than this client has patience
    assert "poster" not in said["heard"][0]  # but of an error alone
    assert said["called"][:2] == ["translate_image", "list_jobs" if looks else "translate_image"]
    assert_holds_the_picture(said, tmp_path)
    assert len(slow_upstream.tasks()) - paid == slow_upstream.submissions() - submissions == 1


def assert_holds_the_picture(said: dict[str, Any], folder: Path) -> None:
    """The model was told in words where the file is, and given no picture, whose address its service could not read."""
    [file] = (folder / "out").iterdir()
    assert str(file) in said["heard"][-1]
    assert file.read_bytes().startswith(b"\xff\xd8")
    assert not re.search(r"""["']type["']: ?["'](input_)?image["']""", said["heard"][-1])
    assert said["answer"] == "done"
