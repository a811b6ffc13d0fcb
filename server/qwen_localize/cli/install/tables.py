"""TOML, changed in one place and nowhere else."""

import re
import tomllib
from collections.abc import Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable

from ..clients import Step
from .jsonc import Broken


def plain(text: str) -> Any:
    """The value that `text` is.

    Raises:
        Broken: it is none.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise Broken(f"line {found[1]}" if found else "its end is missing") from None


def put(text: str, path: Sequence[Step], value: dict[str, Any]) -> str:
    """`text` with `value` at `path`, made where it is missing. Everything else stays as it is.

    Raises:
        Broken: the text is no TOML, or something else stands in the way.
    """
    document: Any = _read(text)
    node = document
    for step in path[:-1]:
        if step not in node:
            node[step] = tomlkit.table(is_super_table=True)
        node = node[step]
        if not isinstance(node, dict):
            raise Broken(f"“{step}” is not what it has to be to hold servers")
    if path[-1] not in node:
        inline = isinstance(node, InlineTable)
        node[path[-1]] = _filled(tomlkit.inline_table() if inline else tomlkit.table(), value)
    elif node[path[-1]] != value:
        _mend(node[path[-1]], value)
    return tomlkit.dumps(document)


def drop(text: str, path: Sequence[Step]) -> str:
    """`text` without what is at `path`, if anything is there."""
    document: Any = _read(text)
    node = document
    for step in path[:-1]:
        if step not in node:
            return text
        node = node[step]
    if path[-1] not in node:
        return text
    del node[path[-1]]
    return tomlkit.dumps(document)


def _read(text: str) -> tomlkit.TOMLDocument:
    plain(text)  # tomlkit takes some of what is none
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise Broken(f"line {getattr(error, 'line', 1)}") from None


def _filled(table: Any, value: dict[str, Any]) -> Any:
    for name, item in value.items():
        table[name] = item
    return table


def _mend(table: Any, value: dict[str, Any]) -> None:
    """Make a table equal to `value`, touching only what differs: the rest may have comments."""
    for name in [name for name in table if name not in value]:
        del table[name]
    for name, item in value.items():
        if table.get(name) != item:
            table[name] = item
