"""The sampling parameters that every token model checks alike (docs/model-studio.md 3, 6 and 7)."""

from collections.abc import Callable, Mapping
from typing import Any

from .errors import invalid

# The range in words, whether only whole numbers count, the range.
_RANGES: dict[str, tuple[str, bool, Callable[[float], bool]]] = {
    "temperature": ("[0.0, 2.0)", False, lambda n: 0 <= n < 2),
    "top_p": ("(0.0, 1.0]", False, lambda n: 0 < n <= 1),
    "top_k": ("[0, inf)", True, lambda n: n >= 0),
    "repetition_penalty": ("(0.0, inf)", False, lambda n: n > 0),
    "seed": ("[0, 2147483647]", True, lambda n: 0 <= n <= 2**31 - 1),
}


def check_sampling(parameters: Mapping[str, Any], limit: int) -> int:
    """Check the ranges; the most tokens that may come out, at most `limit`."""
    for name, (words, whole, holds) in _RANGES.items():
        check_range(parameters, name, words, holds, whole=whole)
    check_range(parameters, "max_tokens", f"[1, {limit}]", lambda n: 1 <= n <= limit)
    wanted = parameters.get("max_tokens")
    return limit if wanted is None else int(wanted)


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
