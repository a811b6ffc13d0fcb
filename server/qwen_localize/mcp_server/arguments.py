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
        meant = {name: _meant(value, properties.get(name, {})) for name, value in unpacked.items()}
        if meant == unpacked:
            raise
        with suppress(ValidationError):
            return _values(metadata, meant)
        raise  # what is said is said of what was sent


def _values(metadata: FuncMetadata, given: dict[str, Any]) -> dict[str, Any]:
    return metadata.arg_model.model_validate(given).model_dump_one_level()


def _meant(value: Any, schema: Mapping[str, Any]) -> Any:
    """One value as a list of one where a list is meant, and a whole number as the text that it was."""
    kinds = [branch.get("type") for branch in schema.get("anyOf", [schema])]
    if type(value) is int and "string" in kinds and not {"integer", "number"} & set(kinds):
        return str(value)
    kind = "string" if isinstance(value, str) else "object" if isinstance(value, dict) else None
    return [value] if kind and "array" in kinds and kind not in kinds else value
