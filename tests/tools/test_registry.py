"""The registry keeps the rules, and the rules catch what is forgotten when a tool is added."""

import importlib
import json
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import BaseModel, Field

import qwen_localize_tools
from qwen_localize.mcp_server import describe_tools
from qwen_localize.tool import Context, Result, Tool
from qwen_localize_tools import TOOLS
from tools.rules import MOST_BYTES, faults_of, faults_of_all

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def described() -> list[dict[str, Any]]:
    return await describe_tools(TOOLS)


def test_every_tool_module_is_in_the_registry() -> None:
    names = [
        name
        for _, name, _ in pkgutil.iter_modules(qwen_localize_tools.__path__)
        if name[0] != "_" and name != "prompts"
    ]
    modules = [importlib.import_module(f"qwen_localize_tools.{name}") for name in names]
    missing = [module.__name__ for module in modules if getattr(module, "TOOL", None) not in TOOLS]
    assert not missing, f"{missing}: define TOOL there and add it to TOOLS in qwen_localize_tools/__init__.py"


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_tool_is_named_like_its_module(tool: Tool) -> None:
    assert tool.function.__module__ == f"qwen_localize_tools.{tool.name}"


async def test_every_tool_keeps_the_rules(described: list[dict[str, Any]]) -> None:
    assert [fault for tool, shown in zip(TOOLS, described, strict=True) for fault in faults_of(tool, shown)] == []
    assert list(faults_of_all(described)) == []


async def test_every_tool_has_a_snapshot_and_none_is_left_over(described: list[dict[str, Any]]) -> None:
    snapshots = {path.stem: json.loads(path.read_text("utf-8")) for path in (ROOT / "manifests/tools").glob("*.json")}
    assert snapshots == {tool["name"]: tool for tool in described}, "run: qwen-localize manifests"


class Silent(Result):
    """A result that clients are told nothing of."""

    words: str


class Told(Silent):
    """A result with a field that clients are told of."""

    PUBLISHED: ClassVar[frozenset[str]] = frozenset({"words"})


class Wrong(Silent):
    """A result that publishes what it does not have."""

    PUBLISHED: ClassVar[frozenset[str]] = frozenset({"speech"})


class _Nothing(BaseModel):
    """An argument of which nothing is known."""


Word = Annotated[str, Field(description="A word")]


async def good(context: Context, word: Word) -> Told:
    """Say a word. When somebody asks for it; the word comes back at once. Free, and does nothing else."""
    raise NotImplementedError


async def curt(context: Context, word: Word) -> Told:
    """Say a word. Free."""
    raise NotImplementedError


async def endless(context: Context, word: Word) -> Told:
    raise NotImplementedError


endless.__doc__ = f"Free. {'Talk on and on. ' * 60}"


async def priceless(context: Context, word: Word) -> Told:
    """Say a word. When somebody asks for it; the word comes back at once, and nothing else happens."""
    raise NotImplementedError


async def undescribed(context: Context, word: str) -> Told:
    """Say a word. When somebody asks for it; the word comes back at once. Free, and does nothing else."""
    raise NotImplementedError


async def vague(context: Context, word: Annotated[list[Any], Field(description="Words")]) -> Told:
    """Say a word. When somebody asks for it; the word comes back at once. Free, and does nothing else."""
    raise NotImplementedError


async def closed(context: Context, word: Annotated[_Nothing, Field(description="A word")]) -> Told:
    """Say a word. When somebody asks for it; the word comes back at once. Free, and does nothing else."""
    raise NotImplementedError


async def silent(context: Context, word: Word) -> Silent:
    """Say a word. When somebody asks for it; the word comes back at once. Free, and does nothing else."""
    raise NotImplementedError


async def wrong(context: Context, word: Word) -> Wrong:
    """Say a word. When somebody asks for it; the word comes back at once. Free, and does nothing else."""
    raise NotImplementedError


async def dear(context: Context, word: Word) -> Told:
    """Say a word. When somebody asks for it; the word comes back in a minute, for 0.5 CNY, once it is found."""
    raise NotImplementedError


async def faults(tool: Tool, tests: Path, content: str = "async def test_it() -> None: ...") -> list[str]:
    [described] = await describe_tools([tool])
    (tests / f"test_{tool.name}.py").write_text(content)
    return list(faults_of(tool, described, tests))


async def test_the_rules_find_nothing_in_a_tool_that_keeps_them(tmp_path: Path) -> None:
    assert await faults(Tool(good, title="Good"), tmp_path) == []


@pytest.mark.parametrize(
    ("function", "facts", "fault"),
    [
        (curt, {}, "curt: its description has 17 characters, and may have 60 to 500"),
        (endless, {}, "endless: its description has 965 characters, and may have 60 to 500"),
        (priceless, {}, "priceless: its description does not say what it costs"),
        (undescribed, {}, "undescribed: its argument word has no description"),
        (vague, {}, "vague: its argument word has a list of anything"),
        (closed, {}, "closed: its argument word has an object without fields"),
        (silent, {}, "silent: no field of Silent is PUBLISHED"),
        (wrong, {}, "wrong: Wrong publishes speech, and has no such field"),
        (dear, {"reads": True}, "dear: it spends the user's money, and calls itself read-only"),
        (dear, {"destroys": True}, "dear: it spends the user's money, and is announced as"),
    ],
)
async def test_the_rules_say_what_is_wrong_and_why(
    tmp_path: Path, function: Callable[..., Any], facts: dict[str, Any], fault: str
) -> None:
    [found] = await faults(Tool(function, title="Bad", **facts), tmp_path)
    assert found.startswith(fault)


async def test_a_tool_whose_test_file_is_missing_or_empty_is_named(tmp_path: Path) -> None:
    tool = Tool(good, title="Good")
    assert await faults(tool, tmp_path, '"""Tests to come."""\n') == [
        f"good: {tmp_path / 'test_good.py'} has no test in it"
    ]
    (tmp_path / "test_good.py").unlink()
    [described] = await describe_tools([tool])
    assert list(faults_of(tool, described, tmp_path)) == [f"good: write {tmp_path / 'test_good.py'}"]


async def test_a_tool_that_spends_is_known_by_what_its_module_does(monkeypatch: pytest.MonkeyPatch) -> None:
    tool = next(tool for tool in TOOLS if tool.name == "ocr")
    [described] = await describe_tools([tool])
    described["description"] = "Free."
    dearly = Tool(tool.function, title="OCR", reads=True)
    assert any("calls itself read-only" in fault for fault in faults_of(dearly, described))


async def test_a_list_that_has_grown_too_large_says_by_how_much_and_where(described: list[dict[str, Any]]) -> None:
    described[0]["description"] += "x" * MOST_BYTES
    [fault] = faults_of_all(described)
    assert f"more than the {MOST_BYTES} it may have" in fault
    assert f": {described[0]['name']} " in fault
