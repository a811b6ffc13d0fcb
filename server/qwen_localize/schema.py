"""JSON schemas cut to what clients use: every byte of `tools/list` is paid for in every chat."""

from typing import Any

from pydantic import BaseModel


def arguments_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a tool's arguments: definitions in place, no titles, no defaults that say nothing.

    That unknown arguments are refused is not said either: the refusal names the right ones.
    """
    slim = _slim(model.model_json_schema(by_alias=True))
    return {key: slim[key] for key in ("type", "properties", "required") if key in slim}


def result_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a tool's result, down to the names and types of its fields."""
    slim = _slim(schema)
    fields = {name: _type_only(field) for name, field in slim.get("properties", {}).items()}
    return {"type": "object", "properties": fields}


def _type_only(field: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in field:
        return {"anyOf": [{"type": option["type"]} for option in field["anyOf"]]}
    return {key: field[key] for key in ("type", "enum") if key in field}


def _slim(schema: dict[str, Any]) -> dict[str, Any]:
    definitions = schema.get("$defs", {})
    return {key: value for key, value in _inlined(schema, definitions).items() if key != "$defs"}


def _inlined(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inlined(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        # A definition's own description is its class's docstring: for us, not for the model. What is refused
        # inside it is refused by us, in words.
        silent = {"description": None, "additionalProperties": None}
        target = definitions[node["$ref"].rpartition("/")[2]] | silent
        return _inlined(target | {key: value for key, value in node.items() if key != "$ref"}, definitions)
    return {key: _field(key, value, definitions) for key, value in node.items() if not _idle(key, value)}


def _field(key: str, value: Any, definitions: dict[str, Any]) -> Any:
    if key == "properties":
        # Here the keys are names of fields, and a field may be called "title".
        return {name: _inlined(field, definitions) for name, field in value.items()}
    return _inlined(value, definitions)


def _idle(key: str, value: Any) -> bool:
    return key in ("title", "minLength") or value is None or (key == "default" and value in ("", [], False))
