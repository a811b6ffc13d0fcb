"""What hosts and models send, brought to what a tool's arguments are."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata
from pydantic import ValidationError

from ..wellformed import whole_throughout


def checked(metadata: FuncMetadata, properties: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a tool's arguments. Null is not given; only where the rest does not fit, it is read generously.

    Args:
        metadata: the tool's function.
        properties: the schemas of its arguments.
        arguments: as the host sent them.

    Raises:
        ValidationError: they do not fit.
    """
    given = whole_throughout({name: value for name, value in arguments.items() if value is not None})
    try:
        return _values(metadata, given)
    except ValidationError:
        # Some hosts pack JSON in strings.
        unpacked = whole_throughout(metadata.pre_parse_json(given))
    try:
        return _values(metadata, unpacked)
    except ValidationError:
        listed = _listed(properties, unpacked)
        if listed == unpacked:
            raise
        with suppress(ValidationError):
            return _values(metadata, listed)
        raise  # what is said is said of what was sent


def _values(metadata: FuncMetadata, given: dict[str, Any]) -> dict[str, Any]:
    return metadata.arg_model.model_validate(given).model_dump_one_level()


def _listed(properties: Mapping[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """With one value as a list of one where a list is meant."""
    return {name: [value] if _wants_list(properties.get(name, {}), value) else value for name, value in given.items()}


def _wants_list(schema: Mapping[str, Any], value: Any) -> bool:
    branches = [branch.get("type") for branch in schema.get("anyOf", [schema])]
    kind = "string" if isinstance(value, str) else "object" if isinstance(value, dict) else None
    return kind is not None and "array" in branches and kind not in branches
