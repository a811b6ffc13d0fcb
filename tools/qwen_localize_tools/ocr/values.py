"""Values that were read, as the types that were asked for where that loses nothing."""

import json
from typing import Any

from .numbers import number

_YES, _NO = frozenset({"true", "yes", "1", "是", "✓", "x"}), frozenset({"false", "no", "0", "否"})
_NAMES = {"float": "number", "int": "integer", "bool": "boolean", "text": "string"}


def typed(values: Any, kinds: Any) -> Any:
    """Values with their types.

    Args:
        values: what was read.
        kinds: the same shape, with "number", "integer", "boolean" or "string" in the place of values; any other word
            asks for none.
    """
    if isinstance(values, dict):
        inner = kinds if isinstance(kinds, dict) else {}
        return {name: typed(value, inner.get(name)) for name, value in values.items()}
    if isinstance(values, list):
        return [typed(value, kinds[0] if isinstance(kinds, list) and kinds else None) for value in values]
    kind = kinds.strip().lower() if isinstance(kinds, str) else ""
    return _typed(values, _NAMES.get(kind, kind))


def _typed(value: Any, kind: str) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        is_whole = isinstance(value, float) and value.is_integer()
        return json.dumps(value) if kind == "string" else int(value) if kind == "integer" and is_whole else value
    text = str(value).strip()
    if text in ("", "null"):
        return None  # what is not in the picture is said in all of these ways
    if kind in ("number", "integer"):
        return _number(value, whole=kind == "integer")
    if kind == "boolean" and text.lower() in _YES | _NO:
        return text.lower() in _YES
    return value


def _number(text: str, *, whole: bool) -> Any:
    """The number in a text; the text itself if it has none, or another one than is wanted."""
    value = number(text)
    if value is None or (whole and not value.is_integer()):
        return text
    return int(value) if whole else value
