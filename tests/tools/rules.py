"""What every tool has to have. Each rule names the tool, the number, the limit, and why there is one."""

import inspect
import json
import re
import sys
import typing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from qwen_localize.tool import Result, Tool

TESTS = Path(__file__).parent
LEAST_WORDS, MOST_WORDS = 60, 500
MOST_BYTES = 13_000
_TEST = re.compile(r"^(async )?def test_", re.MULTILINE)
# What a module writes that spends money.
_SPENDS = re.compile(r"\.calls\.|\.jobs\.run\(")


def faults_of(tool: Tool, described: dict[str, Any], tests: Path = TESTS) -> Iterator[str]:
    """What is wrong with a tool.

    Args:
        tool: the tool.
        described: as `tools/list` shows it.
        tests: where its test module is.
    """
    for rule in (_description, _arguments, _converted, _published, _annotations):
        for fault in rule(tool, described):
            yield f"{tool.name}: {fault}"
    path = tests / f"test_{tool.name}.py"
    if not path.exists():
        yield f"{tool.name}: write {path}"
    elif not _TEST.search(path.read_text("utf-8")):
        yield f"{tool.name}: {path} has no test in it"


def _description(tool: Tool, described: dict[str, Any]) -> Iterator[str]:
    words = described["description"]
    if not LEAST_WORDS <= len(words) <= MOST_WORDS:
        yield (
            f"its description has {len(words)} characters, and may have {LEAST_WORDS} to {MOST_WORDS}: it is the "
            "prompt by which a model chooses it, and is paid for in every chat"
        )
    if not re.search(r"CNY|Free|paid", words):
        yield "its description does not say what it costs (CNY, or Free)"


def _arguments(tool: Tool, described: dict[str, Any]) -> Iterator[str]:
    for name, schema in described["inputSchema"]["properties"].items():
        if not schema.get("description") and not schema.get("enum"):
            yield f"its argument {name} has no description"


def _converted(tool: Tool, described: dict[str, Any]) -> Iterator[str]:
    for name, schema in described["inputSchema"]["properties"].items():
        for node in _nodes(schema):
            if node.get("type") == "array" and not node.get("items"):
                yield f"its argument {name} has a list of anything, which strict clients turn into a list of strings"
            if node.get("type") == "object" and not (node.get("properties") or node.get("additionalProperties")):
                yield f"its argument {name} has an object without fields, which strict clients close"


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nodes(item)


def _published(tool: Tool, described: dict[str, Any]) -> Iterator[str]:
    if not tool.publishes:
        return
    result: type[Result] = typing.get_type_hints(tool.function)["return"]
    if not result.PUBLISHED:
        yield f"no field of {result.__name__} is PUBLISHED, so clients are told nothing of what it returns"
    if unknown := result.PUBLISHED - result.model_fields.keys():
        yield f"{result.__name__} publishes {', '.join(sorted(unknown))}, and has no such field"


def _annotations(tool: Tool, described: dict[str, Any]) -> Iterator[str]:
    spends = tool.work is not None or "CNY" in described["description"] or _SPENDS.search(_source(tool))
    if spends and tool.reads:
        yield "it spends the user's money, and calls itself read-only, by which hosts call it without asking"
    elif spends and described["annotations"] != {"destructiveHint": False}:
        yield f"it spends the user's money, and is announced as {described['annotations']}"


def _source(tool: Tool) -> str:
    return inspect.getsource(sys.modules[tool.function.__module__])


def faults_of_all(described: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What is wrong with the tools together, as `tools/list` shows them."""
    sizes = {tool["name"]: len(json.dumps(tool, separators=(",", ":"), ensure_ascii=False)) for tool in described}
    whole = len(json.dumps(described, separators=(",", ":"), ensure_ascii=False))
    if whole > MOST_BYTES:
        largest = ", ".join(f"{name} {size}" for name, size in sorted(sizes.items(), key=lambda item: -item[1]))
        yield (
            f"tools/list has {whole} bytes, {whole - MOST_BYTES} more than the {MOST_BYTES} it may have, since every "
            f"byte of it is paid for in every chat: {largest}"
        )
