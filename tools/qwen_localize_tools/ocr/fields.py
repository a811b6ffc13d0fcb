"""The fields that are asked for: names, names with hints, or a JSON Schema, made into what the service takes."""

import json
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import WithJsonSchema

from qwen_localize.errors import BadArgument, quote

# Of JSON objects in a schema (docs/model-studio.md 6).
_MOST_LEVELS = 3
_MOST_LISTS = 6
_MOST_NAMES = 500
_MOST_STEPS = 20

_TYPES = frozenset(
    {"string", "number", "integer", "boolean", "array", "object", "null"} | {"date", "datetime", "float", "int", "bool"}
)
_KEYWORDS = frozenset(
    {"type", "properties", "items", "required", "description", "title", "default", "enum", "const", "format"}
    | {"anyOf", "oneOf", "allOf", "not", "$ref", "$defs", "definitions", "$schema", "$id", "$comment", "nullable"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern"}
    | {"minItems", "maxItems", "uniqueItems", "prefixItems", "additionalProperties", "patternProperties", "examples"}
    | {"minProperties", "maxProperties", "propertyOrdering", "example", "readOnly", "writeOnly", "deprecated"}
)
_BRANCHES = ("anyOf", "oneOf", "allOf")
_TOLD_TYPES = frozenset({"number", "integer", "boolean"})
_EXAMPLES = {bool: "boolean", int: "number", float: "number"}

# What strict converters of hosts keep whole; a JSON Schema is taken all the same.
_PUBLISHED = {
    "anyOf": [
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "additionalProperties": {"type": "string"}},
    ]
}
Fields = Annotated[list[str] | dict[str, Any], WithJsonSchema(_PUBLISHED)]


class Wanted:
    """What is asked for.

    Attributes:
        hints: the service's `result_schema`: names, each with a hint, an object, or a list of one of these.
        kinds: the same shape with types in the place of hints; see `values.typed`.
    """

    def __init__(self, hints: dict[str, Any], kinds: dict[str, Any]) -> None:
        self.hints, self.kinds = hints, kinds


def wanted(fields: list[str] | dict[str, Any] | None) -> Wanted | None:
    """What fields ask for; None if they name none, so that all that is found is wanted.

    Raises:
        BadArgument: they have more levels or names than the service reads, or are a schema that cannot be followed.
    """
    if not fields:
        return None
    if isinstance(fields, list):
        fields = dict.fromkeys(fields, "")
    schema = _unwrapped(fields)
    is_list = _is_schema(schema) and schema.get("type") == "array"
    hints, kinds = _Reader(schema).read({"items": schema} if is_list else schema, 1, 0)
    if not isinstance(hints, dict) or not hints:
        raise BadArgument("fields: the schema names no fields. Put them under properties, or pass a list of names.")
    return Wanted(hints, kinds)


def _unwrapped(fields: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, of what OpenAI's interfaces put around one."""
    for key, others in (("json_schema", {"type"}), ("schema", {"type", "name", "strict", "description"})):
        inner = fields.get(key)
        if not isinstance(inner, dict) or not fields.keys() <= others | {key}:
            continue
        if key == "json_schema" or _is_object(inner) or _is_schema(inner):
            fields = inner
    return fields


def _is_object(node: Mapping[str, Any]) -> bool:
    return node.get("type") == "object" and isinstance(node.get("properties"), dict)


def _is_schema(node: Mapping[str, Any]) -> bool:
    """Whether an object is a JSON Schema, and not a mapping with fields that happen to be called as its keywords."""
    if _is_object(node):
        return True
    if not node.keys() <= _KEYWORDS or any(_is_type(node.get(name)) for name in ("description", "title")):
        return False
    if "properties" in node and "type" not in node:
        parts = node["properties"]
        return isinstance(parts, dict) and all(isinstance(part, dict | bool) for part in parts.values())
    if not isinstance(node.get("properties", {}), dict):
        return False
    branches = any(isinstance(node.get(name), list) for name in (*_BRANCHES, "enum"))
    return branches or str(node.get("$ref", "")).startswith("#") or _is_type(node.get("type"))


def _is_type(value: Any) -> bool:
    names = value if isinstance(value, list) and value else [value]
    return all(isinstance(name, str) and name in _TYPES for name in names)


class _Reader:
    """Reads one description of fields, whose references point into itself."""

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._names = 0

    def read(self, node: Any, level: int, lists: int) -> tuple[Any, Any]:
        """Hints and kinds of a node: an object, a list, or what stands for a value."""
        if isinstance(node, dict):
            # At the top, {"type": "string"} can only be a field called type.
            if _is_schema(node) and (level > 1 or lists or _is_about_objects(node)):
                return self._schema(node, level, lists)
            return self._object(node, level, lists) if node else ("", "")
        if isinstance(node, list):
            hints, kinds = self._list(node[0] if node else "", level, lists)
            return (node if all(isinstance(item, str) for item in node) and node else hints), kinds
        word = node if isinstance(node, str) else _EXAMPLES.get(type(node), "")
        return word, word

    def _schema(self, node: dict[str, Any], level: int, lists: int) -> tuple[Any, Any]:
        node = self._followed(node)
        if isinstance(node.get("properties"), dict) and node["properties"]:
            return self._object(node["properties"], level, lists, are_schemas=True)
        items = node["items"] if "items" in node else next(iter(_parts(node, "prefixItems")), None)
        if node.get("type") == "array" or isinstance(items, dict):
            own = {"description": node["description"]} if node.get("description") else {}
            return self._list(own | items if isinstance(items, dict) else own, level, lists, is_schema=True)
        kind = str(node.get("type", ""))
        return _hint(node, kind), kind

    def _object(
        self, parts: dict[str, Any], level: int, lists: int, *, are_schemas: bool = False
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        self._names += len(parts)
        if self._names > _MOST_NAMES:
            raise BadArgument(f"fields: more than {_MOST_NAMES} names are not read in one call. Ask for fewer.")
        _check(level <= _MOST_LEVELS)
        read = self._part if are_schemas else self.read
        found = {name: read(part, level + 1, lists) for name, part in parts.items()}
        return {name: hints for name, (hints, _) in found.items()}, {name: kinds for name, (_, kinds) in found.items()}

    def _list(self, item: Any, level: int, lists: int, *, is_schema: bool = False) -> tuple[list[Any], list[Any]]:
        _check(lists < _MOST_LISTS)
        hints, kinds = (self._part if is_schema else self.read)(item, level, lists + 1)
        return [hints], [kinds]

    def _part(self, node: Any, level: int, lists: int) -> tuple[Any, Any]:
        return self._schema(node, level, lists) if isinstance(node, dict) else self.read(node, level, lists)

    def _followed(self, node: dict[str, Any]) -> dict[str, Any]:
        """A schema with its reference, and the branch that is not null, put in their places."""
        for _ in range(_MOST_STEPS):
            rest = {name: value for name, value in node.items() if name not in ("$ref", *_BRANCHES)}
            if "$ref" in node:
                node = self._target(node["$ref"]) | rest
            elif branches := [part for name in ("anyOf", "oneOf") for part in _parts(node, name) if not _is_null(part)]:
                node = branches[0] | rest
            elif parts := _parts(node, "allOf"):
                node = self._joined(parts) | rest
            else:
                types = rest.get("type")
                if isinstance(types, list):
                    rest["type"] = next((item for item in types if item != "null"), "string")
                return rest
        raise BadArgument("fields: the schema refers to itself without end. Write its fields out.")

    def _joined(self, parts: list[dict[str, Any]]) -> dict[str, Any]:
        """What `allOf` puts together."""
        joined: dict[str, Any] = {}
        for part in parts:
            part = self._target(part["$ref"]) if "$ref" in part else part
            found = [node["properties"] for node in (joined, part) if isinstance(node.get("properties"), dict)]
            joined |= part | ({"properties": {name: each[name] for each in found for name in each}} if found else {})
        return joined

    def _target(self, reference: Any) -> dict[str, Any]:
        if not isinstance(reference, str):
            raise BadArgument('fields: a $ref is not a text. Write it as "#/$defs/name", or write out what it means.')
        node: Any = self._root
        for step in reference.removeprefix("#").split("/")[1:]:
            name = unquote(step).replace("~1", "/").replace("~0", "~")
            node = node.get(name) if isinstance(node, dict) else None
        if not isinstance(node, dict) or not reference.startswith("#"):
            raise BadArgument(
                f"fields: {quote(reference, 60)} is not in the schema. Put it into $defs, or write it out."
            )
        return node


def _is_about_objects(node: Mapping[str, Any]) -> bool:
    has_parts = bool(node.keys() & {"properties", "$ref", *_BRANCHES})
    return has_parts or node.get("type") in ("object", "array")


def _parts(node: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    parts = node.get(name)
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _is_null(node: Mapping[str, Any]) -> bool:
    return node.get("type") == "null" or ("const" in node and node["const"] is None)


def _check(is_within: bool) -> None:
    if not is_within:
        raise BadArgument(
            f"fields: more than {_MOST_LEVELS} objects inside each other are not read. Flatten the schema."
        )


def _hint(node: Mapping[str, Any], kind: str) -> str:
    """What helps to find a value: its description, what it can be, its form."""
    choices = node.get("enum")
    told = [
        _text(node.get("description")) or _text(node.get("title")),
        f"one of: {', '.join(filter(None, map(_text, choices)))}" if isinstance(choices, list) else "",
        _text(node.get("format")) or (kind if kind in _TOLD_TYPES else ""),
    ]
    return "; ".join(filter(None, told))


def _text(value: Any) -> str:
    """A word as it is, and anything else as JSON."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
