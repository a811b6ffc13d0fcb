"""JSON schemas cut to what clients use: every byte of `tools/list` is paid for in every chat."""

from collections.abc import Collection
from typing import Any

from pydantic import BaseModel

# Nobody comes to a bound above this one unless on purpose.
_MOST_TOLD = 1_000_000
# What these say is checked by us, and said in words when it matters.
_IDLE = frozenset({"title", "minLength", "maxLength", "pattern", "minItems", "maxItems"})


def arguments_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a tool's arguments: definitions in place, no titles, no defaults that say nothing.

    That unknown arguments are refused is not said either: the refusal names the right ones.
    """
    slim = _slim(model.model_json_schema(by_alias=True))
    return {key: slim[key] for key in ("type", "properties", "required") if key in slim}


def result_schema(schema: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The schema of a tool's result, down to the types of the fields that programs branch on."""
    fields = {name: field for name, field in _slim(schema).get("properties", {}).items() if name in names}
    return {"type": "object", "properties": {name: _type_only(field) for name, field in fields.items()}}


def _type_only(field: dict[str, Any]) -> dict[str, Any]:
    return {"type": field["type"]} if "type" in field else {}


def _slim(schema: dict[str, Any]) -> dict[str, Any]:
    definitions = schema.get("$defs", {})
    return {key: value for key, value in _inlined(schema, definitions).items() if key != "$defs"}


def _inlined(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inlined(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "anyOf" in node:
        # That null may be said for "not given" is taken, and not worth saying.
        branches = [branch for branch in node["anyOf"] if branch.get("type") != "null"]
        rest = {key: value for key, value in node.items() if key != "anyOf"}
        return _inlined(rest | (branches[0] if len(branches) == 1 else {}), definitions) | (
            {"anyOf": _inlined(branches, definitions)} if len(branches) > 1 else {}
        )
    if "$ref" in node:
        # A definition's own description is its class's docstring: for us, not for the model.
        target = definitions[node["$ref"].rpartition("/")[2]] | {"description": None}
        return _inlined(target | {key: value for key, value in node.items() if key != "$ref"}, definitions)
    return {key: _field(key, value, definitions) for key, value in node.items() if not _idle(key, value)}


def _field(key: str, value: Any, definitions: dict[str, Any]) -> Any:
    if key == "properties":
        # Here the keys are names of fields, and a field may be called "title".
        return {name: _inlined(field, definitions) for name, field in value.items()}
    return _inlined(value, definitions)


def _idle(key: str, value: Any) -> bool:
    if key == "additionalProperties":
        return value is False  # an object that is open must say so: strict converters close what does not
    if key in ("minimum", "maximum"):
        return bool(value == 0 or value > _MOST_TOLD)
    return key in _IDLE or value is None or (key == "default" and value in ("", [], False))
