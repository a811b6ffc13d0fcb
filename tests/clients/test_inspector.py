"""The Inspector, which looks at a server as people who write clients do, and warns of schemas that some cannot take."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clients import serving
from qwen_localize_tools import TOOLS

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inspector")


@pytest.fixture(scope="module", params=["stdio", "http"])
def target(request: pytest.FixtureRequest, folder: Path, upstream: serving.Upstream) -> Iterator[list[str]]:
    """How the Inspector is told where the server is."""
    env = serving.environment(folder, upstream.origin)
    if request.param == "stdio":
        yield [*serving.STDIO[:3], *(word for name, value in env.items() for word in ("-e", f"{name}={value}"))]
    else:
        with serving.over_http(env) as url:
            yield ["--server-url", url, "--transport", "http"]


@pytest.fixture
def ask(target: list[str], node: Path, node_packages: Path, folder: Path) -> Ask:
    """What the Inspector shows of the server; fails at any warning."""
    inspector = node_packages / "@modelcontextprotocol/inspector/clients/cli/build/index.js"
    env = os.environ | {"HOME": str(folder), "USERPROFILE": str(folder)}  # it keeps a catalogue of servers there

    def inspect(method: str, *more: str) -> dict[str, Any]:
        command: list[str | Path] = [node, inspector, *target, "--method", method, "--format", "json", *more]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=env, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout[-500:]
        return dict(json.loads(done.stdout)["result"])

    return inspect


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_every_tool_is_listed_with_schemas_that_every_client_can_take(ask: Ask, era: str) -> None:
    tools = ask("tools/list", "--strict", "--protocol-era", era)["tools"]
    assert [tool["name"] for tool in tools] == [tool.name for tool in TOOLS]


def test_a_tool_is_called_and_answers(ask: Ask) -> None:
    said = ask("tools/call", "--tool-name", "translate_text", "--tool-arg", "text=hello", "target_lang=ru")
    assert said["structuredContent"]["translations"]
    assert said["content"][0]["text"]


def test_resources_and_prompts_are_listed(ask: Ask) -> None:
    assert "qwen-localize://usage" in [resource["uri"] for resource in ask("resources/list")["resources"]]
    assert isinstance(ask("prompts/list")["prompts"], list)
