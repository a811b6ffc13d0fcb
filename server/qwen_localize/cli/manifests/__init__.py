"""Everything under manifests/ and the generated parts of the README, made from the code. Pure, but for `write`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...tool import Tool
from ..clients import CLIENTS
from .bundle import bundle
from .configs import client_table, config
from .registry import REPOSITORY_NAME, server_json
from .tables import model_table, settings_table, tool_table

__all__ = ["REPOSITORY_NAME", "bundle", "files", "outdated", "server_json", "write"]

Described = Sequence[Mapping[str, Any]]


def write(root: Path, tools: Described, registry: Sequence[Tool], opening: str) -> list[str]:
    """Bring every generated file below `root` up to date; the names of those that changed."""
    stale = outdated(root, tools, registry, opening)
    for name in stale:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files(_read(root / "README.md"), tools, registry, opening)[name], "utf-8", newline="\n")
    return stale


def outdated(root: Path, tools: Described, registry: Sequence[Tool], opening: str) -> list[str]:
    """The names of the generated files below `root` that are missing or differ."""
    wanted = files(_read(root / "README.md"), tools, registry, opening)
    return [name for name, text in wanted.items() if _read(root / name) != text]


def files(readme: str, tools: Described, registry: Sequence[Tool], opening: str) -> dict[str, str]:
    """Every generated file with its content.

    Args:
        readme: the README as it is.
        tools: as `tools/list` shows them.
        registry: the tools themselves.
        opening: what `front` answers.
    """
    tables = {"tools": tool_table(tools), "models": model_table(registry), "settings": settings_table()}
    tables["clients"] = client_table()
    for name, table in tables.items():
        readme = _between(readme, name, table)
    return {
        **{f"manifests/tools/{tool['name']}.json": _json(tool) for tool in tools},
        **{f"manifests/clients/{client.name}.{client.syntax}": config(client) for client in CLIENTS},
        "manifests/mcpb/manifest.json": _json(bundle(tools)),
        "manifests/server.json": _json(server_json()),
        "server/qwen_localize/front.json": opening,
        "README.md": readme,
    }


def _between(text: str, name: str, content: str) -> str:
    """`text` with what stands between the markers of `name` replaced."""
    start, end = f"<!-- {name}: generated -->\n", f"\n<!-- /{name} -->"
    head, found, rest = text.partition(start)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"README.md has no part between {start.strip()} and {end.strip()}")
    return f"{head}{start}{content}{end}{tail}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""
