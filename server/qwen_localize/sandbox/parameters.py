"""What the requests of several models say alike, and how it is checked (docs/model-studio.md 3, 5, 6 and 7)."""

from collections.abc import Callable, Mapping
from typing import Any

from .errors import invalid
from .pseudo import Pair

# The range in words, whether only whole numbers count, the range.
_RANGES: dict[str, tuple[str, bool, Callable[[float], bool]]] = {
    "temperature": ("[0.0, 2.0)", False, lambda n: 0 <= n < 2),
    "top_p": ("(0.0, 1.0]", False, lambda n: 0 < n <= 1),
    "top_k": ("[0, inf)", True, lambda n: n >= 0),
    "repetition_penalty": ("(0.0, inf)", False, lambda n: n > 0),
}


def check_sampling(parameters: Mapping[str, Any], limit: int) -> int:
    """The most tokens that may come out, at most `limit`.

    Raises:
        Refusal: a parameter is out of its range.
    """
    for name, (words, whole, holds) in _RANGES.items():
        check_range(parameters, name, words, holds, whole=whole)
    check_seed(parameters)
    check_range(parameters, "max_tokens", f"[1, {limit}]", lambda n: 1 <= n <= limit)
    wanted = parameters.get("max_tokens")
    return limit if wanted is None else int(wanted)


def check_seed(parameters: Mapping[str, Any]) -> None:
    """Refuse a seed that is not one."""
    check_range(parameters, "seed", f"[0, {2**31 - 1}]", lambda n: 0 <= n <= 2**31 - 1)


def check_range(
    parameters: Mapping[str, Any], name: str, words: str, holds: Callable[[float], bool], *, whole: bool = True
) -> None:
    """Refuse a number outside its range, in the service's words; a missing one is in it."""
    value = parameters.get(name)
    if value is None:
        return
    right = isinstance(value, int) if whole else isinstance(value, int | float)
    if isinstance(value, bool) or not right or not holds(value):
        raise invalid(f"Range of {name} should be {words}")


def checked_messages(messages: object) -> list[dict[str, Any]]:
    """The messages of a request; what each of them may say is for the model to check.

    Raises:
        Refusal: they are no list of objects, or none.
    """
    if not isinstance(messages, list) or not messages or not all(isinstance(message, dict) for message in messages):
        raise invalid("messages must be a list of messages.")
    return messages


def checked_pairs(rows: object, name: str, source: str, target: str) -> tuple[Pair, ...]:
    """The entries of a glossary or a translation memory; none if `rows` is missing.

    Args:
        rows: as sent.
        name: what the list is called.
        source: what the source is called in each entry.
        target: what the target is called in each entry.

    Raises:
        Refusal: they are no list of such entries.
    """
    entries = rows or []
    if not isinstance(entries, list):
        raise invalid(f"{name} must be a list.")
    if not all(isinstance(row, dict) and _are_strings(row.get(source), row.get(target)) for row in entries):
        raise invalid(f"Each entry of {name} needs {source} and {target} as strings.")
    return tuple(Pair(row[source], row[target]) for row in entries)


def _are_strings(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)
