"""The README's tables of tools, models and settings."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...settings import Settings
from ...tool import Model, Tool
from .registry import has_default


def tool_table(tools: Sequence[Mapping[str, Any]]) -> str:
    """The README's table of tools: name, arguments (required ones in bold), first sentence."""
    rows = ["| tool | arguments (**required**) | what it does |", "|---|---|---|"]
    for tool in tools:
        schema = tool["inputSchema"]
        required = set(schema.get("required", ()))
        names = ", ".join(f"**`{name}`**" if name in required else f"`{name}`" for name in schema["properties"])
        rows.append(f"| `{tool['name']}` | {names} | {tool['description'].splitlines()[0]} |")
    return "\n".join(rows)


def model_table(registry: Sequence[Tool]) -> str:
    """The README's table of models: which tools ask them, where they are, and at what list price there."""
    users: dict[str, tuple[Model, list[str]]] = {}
    for tool in registry:
        for model in tool.models:
            users.setdefault(model.name, (model, []))[1].append(f"`{tool.name}`")
    rows = ["| tool | model | regions: CNY |", "|---|---|---|"]
    for model, tools in users.values():
        places = [f"{name}: {_price(model, name)}" for name in model.regions]
        rows.append(f"| {', '.join(tools)} | `{model.name}` | {'; '.join(places)} |")
    return "\n".join(rows)


def _price(model: Model, region: str) -> str:
    price = model.prices.get(region)
    return price.words if price else "not published"


def settings_table() -> str:
    """The README's table of settings."""
    rows = ["| variable | default | what |", "|---|---|---|"]
    for field in Settings.model_fields.values():
        default = f"`{field.default}`" if has_default(field) else "-"
        rows.append(f"| `{field.validation_alias}` | {default} | {field.description} |")
    return "\n".join(rows)
