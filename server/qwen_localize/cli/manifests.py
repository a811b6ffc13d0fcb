"""Tools make everything under manifests/ and the generated parts of the README. Pure, but for `write`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from .. import __version__
from ..settings import Settings
from ..tool import Model, Tool

REPOSITORY_NAME = "io.github.qwen-localize/qwen-localize"
DESCRIPTION = "Alibaba Model Studio's translation and localization models as tools: finished files, not task ids."
_SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
# Where a clone lies is the reader's to fill in; the rest of each file works as it is.
_CLONE = "/path/to/qwen-localize"

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
    for name, table in tables.items():
        readme = _between(readme, name, table)
    return {
        **{f"manifests/tools/{tool['name']}.json": _json(tool) for tool in tools},
        **{f"manifests/clients/{name}": _json(config) for name, config in client_configs().items()},
        "manifests/server.json": _json(server_json()),
        "server/qwen_localize/front.json": opening,
        "README.md": readme,
    }


def tool_table(tools: Described) -> str:
    """The README's table of tools: name, arguments (required ones in bold), first sentence."""
    rows = ["| tool | arguments (**required**) | what it does |", "|---|---|---|"]
    for tool in tools:
        schema = tool["inputSchema"]
        required = set(schema.get("required", ()))
        names = ", ".join(f"**`{name}`**" if name in required else f"`{name}`" for name in schema["properties"])
        rows.append(f"| `{tool['name']}` | {names} | {tool['description'].splitlines()[0]} |")
    return "\n".join(rows)


def model_table(registry: Sequence[Tool]) -> str:
    """The README's table of models: by tool, where they are, and at what list price there."""
    rows = ["| tool | model | regions: CNY |", "|---|---|---|"]
    for tool in registry:
        for model in tool.models:
            places = [f"{name}: {_price(model, name)}" for name in model.regions]
            rows.append(f"| `{tool.name}` | `{model.name}` | {'; '.join(places)} |")
    return "\n".join(rows)


def _price(model: Model, region: str) -> str:
    price = model.prices.get(region)
    return price.words if price else "not published"


def settings_table() -> str:
    """The README's table of settings."""
    rows = ["| variable | default | what |", "|---|---|---|"]
    for field in Settings.model_fields.values():
        default = f"`{field.default}`" if _has_default(field) else "-"
        rows.append(f"| `{field.validation_alias}` | {default} | {field.description} |")
    return "\n".join(rows)


def client_configs() -> dict[str, Any]:
    """A configuration for each client, with the key in its place."""
    server = {"command": "uv", "args": ["run", "--no-dev", "--directory", _CLONE, "qwen-localize"]}
    env = {"DASHSCOPE_API_KEY": "sk-your-key"}
    plain = {"mcpServers": {"qwen-localize": server | {"env": env}}}
    prompt = {"type": "promptString", "id": "dashscope-key", "description": "Model Studio API key", "password": True}
    code = server | {"type": "stdio", "env": {"DASHSCOPE_API_KEY": "${input:dashscope-key}"}}
    return {
        "claude-desktop.json": plain,
        "claude-code.json": plain,
        "cursor.json": plain,
        "vscode.json": {"inputs": [prompt], "servers": {"qwen-localize": code}},
    }


def server_json() -> dict[str, Any]:
    """The entry for the MCP registry."""
    return {
        "$schema": _SCHEMA,
        "name": REPOSITORY_NAME,
        "title": "Qwen Localize",
        "description": DESCRIPTION,
        "version": __version__,
        "packages": [
            {
                "registryType": "pypi",
                "identifier": "qwen-localize",
                "version": __version__,
                "runtimeHint": "uvx",
                "transport": {"type": "stdio"},
                "environmentVariables": [_variable(name) for name in Settings.model_fields],
            }
        ],
    }


def _variable(name: str) -> dict[str, Any]:
    field = Settings.model_fields[name]
    default = {"default": str(field.default)} if _has_default(field) else {}
    secret = {"isSecret": True} if name in ("api_key", "token") else {}
    return {"name": field.validation_alias, "description": field.description} | secret | default


def _has_default(field: FieldInfo) -> bool:
    """Whether a setting has a default that is the same everywhere."""
    return field.default_factory is None and bool(field.default)


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
