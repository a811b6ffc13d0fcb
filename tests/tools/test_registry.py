"""Rules over the registry: whatever is forgotten when a tool is added is named here."""

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import pytest

import qwen_localize_tools
from qwen_localize.mcp_server import describe_tools
from qwen_localize.tool import Tool
from qwen_localize_tools import TOOLS

ROOT = Path(__file__).parents[2]
# Every byte of tools/list is paid for in every chat.
MOST_BYTES = 9000


@pytest.fixture
async def described() -> list[dict[str, Any]]:
    return await describe_tools(TOOLS)


def test_every_tool_module_is_in_the_registry() -> None:
    names = [name for _, name, _ in pkgutil.iter_modules(qwen_localize_tools.__path__) if not name.startswith("_")]
    modules = [importlib.import_module(f"qwen_localize_tools.{name}") for name in names]
    missing = [module.__name__ for module in modules if getattr(module, "TOOL", None) not in TOOLS]
    assert not missing, f"{missing}: define TOOL there and add it to TOOLS in qwen_localize_tools/__init__.py"


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_tool_is_named_like_its_module_and_has_a_test_module(tool: Tool) -> None:
    assert tool.function.__module__ == f"qwen_localize_tools.{tool.name}"
    assert (ROOT / "tests" / "tools" / f"test_{tool.name}.py").exists(), f"write tests/tools/test_{tool.name}.py"


async def test_every_argument_of_every_tool_is_described(described: list[dict[str, Any]]) -> None:
    for tool in described:
        for name, schema in tool["inputSchema"]["properties"].items():
            assert schema.get("description") or schema.get("enum"), f"{tool['name']}: describe {name}"


async def test_every_tool_says_when_what_how_long_and_how_much_in_few_words(described: list[dict[str, Any]]) -> None:
    for tool in described:
        assert 60 < len(tool["description"]) < 500, tool["name"]
        words = tool["description"]
        assert "CNY" in words or "Free" in words or "paid" in words, tool["name"]


async def test_the_whole_list_stays_small(described: list[dict[str, Any]]) -> None:
    assert len(json.dumps(described, separators=(",", ":"), ensure_ascii=False)) <= MOST_BYTES


async def test_no_tool_that_bills_the_user_calls_itself_read_only(described: list[dict[str, Any]]) -> None:
    for tool in described:
        if "CNY" in tool["description"]:
            # By the protocol's defaults: not read-only, and open to the world.
            assert tool["annotations"] == {"destructiveHint": False}, tool["name"]


async def test_every_tool_has_a_snapshot_and_none_is_left_over(described: list[dict[str, Any]]) -> None:
    snapshots = {path.stem: json.loads(path.read_text("utf-8")) for path in (ROOT / "manifests/tools").glob("*.json")}
    assert snapshots == {tool["name"]: tool for tool in described}, "run: qwen-localize manifests"
