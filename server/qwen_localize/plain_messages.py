"""Which messages are so plain that nobody doubts how the SDK reads them. Only the standard library is imported."""

import json
from typing import Any

_PREFIX = "io.modelcontextprotocol/"
VERSION, CLIENT, ABLE = (_PREFIX + name for name in ("protocolVersion", "clientInfo", "clientCapabilities"))
_PARTS = frozenset({"jsonrpc", "id", "method", "params"})

Message = dict[str, Any]


def parsed(line: bytes) -> Message | None:
    """A request or notification; None if the SDK might take it for something else."""
    try:
        message = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    if b"\r" in line.rstrip(b"\r\n") or b"\\ud" in line.lower() or not isinstance(message, dict):
        return None  # to the SDK, a carriage return ends a line, and half a character is none
    fits = message.get("jsonrpc") == "2.0" and isinstance(message.get("method"), str) and set(message) <= _PARTS
    fits = fits and _is_name(message.get("id", 0)) and isinstance(message.get("params", {}), dict)
    meta = message.get("params", {}).get("_meta", {}) if fits else None
    return message if isinstance(meta, dict) and _is_name(meta.get("progressToken", 0)) else None


def is_modern(method: str, params: Message) -> bool:
    """Whether a request is of the era without handshakes."""
    return method != "initialize" and VERSION in params.get("_meta", {})


def introduces(params: Message) -> bool:
    """Whether these are parameters of `initialize`."""
    names = {"protocolVersion", "capabilities", "clientInfo"}
    return names <= set(params) <= names | {"_meta"} and _is_client(params["clientInfo"], params["capabilities"])


def is_envelope(meta: Message) -> bool:
    """Whether a request of the newer era carries all that it must, and nothing else that the protocol has a word in."""
    others = {name for name in meta if name.startswith(_PREFIX)} - {VERSION, CLIENT, ABLE}
    return not others and _is_client(meta.get(CLIENT, {"name": "", "version": ""}), meta.get(ABLE))


def _is_name(value: Any) -> bool:
    return type(value) in (int, str)


def _is_client(client: Any, abilities: Any) -> bool:
    """Whether both are plain enough for every version; the SDK refuses some that are not."""
    named = isinstance(client, dict) and {"name", "version"} <= set(client)
    plain = named and all(isinstance(value, str) for value in client.values())
    return plain and isinstance(abilities, dict) and all(map(_is_ability, abilities.values()))


def _is_ability(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(part, dict) or (name == "listChanged" and isinstance(part, bool)) for name, part in value.items()
    )
