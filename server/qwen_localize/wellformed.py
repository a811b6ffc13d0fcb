"""Text and JSON from outside, made fit to be kept and passed on: whole characters, finite numbers, bounded depth.

JSON can hold halves of characters (`"\\ud800"`), which no file and no protocol takes; Python's own reader lets them
through, and NaN and Infinity besides. Whatever comes in is therefore read here, once, and nobody later has to wonder.
"""

import json
import math
import re
from collections.abc import Callable
from typing import Any

# Answers of the service have fewer than ten levels; what is deeper would break whoever walks through it.
MOST_LEVELS = 100
_MOST_DIGITS = 40
# A surrogate as an escape, with all the backslashes before it: after an even number of them it would be none. A whole
# pair is kept, a half is not.
_ESCAPE = re.compile(
    r"(?<!\\)(?P<slashes>(?:\\\\)*+\\)(?:(?P<pair>u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|"
    r"u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


class Malformed(ValueError):
    """It is not JSON that can be read."""


def parsed(data: bytes) -> Any:
    """The JSON value in UTF-8 text, with halves of characters replaced.

    null stands for numbers that are not finite, and for what is nested in more than `MOST_LEVELS` lists and objects.

    Raises:
        Malformed: it is not JSON that can be read.
    """
    value = _read(data, _finite, _bounded, lambda _: None)
    _prune(value, MOST_LEVELS)
    return value


def parsed_exactly(data: bytes) -> Any:
    """As `parsed`, for what is written out again: where that would put null, this refuses.

    Raises:
        Malformed: it is not JSON that can be read, or that can be kept as it is.
    """
    value = _read(data, _finite_or_refused, int, _finite_or_refused)
    if _prune(value, MOST_LEVELS):
        raise Malformed("It is nested too deep.")
    return value


Reader = Callable[[str], Any]


def _read(data: bytes, decimals: Reader, integers: Reader, constants: Reader) -> Any:
    text = _ESCAPE.sub(_mended, data.decode("utf-8-sig", "replace"))
    try:
        return json.loads(text, parse_float=decimals, parse_int=integers, parse_constant=constants)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from None


def whole(text: str) -> str:
    """The text with halves of characters joined where two belong together, and replaced otherwise."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def clipped(text: str, most: int) -> str:
    """The text as it is, or its beginning in at most so many bytes of UTF-8."""
    data = text.encode(errors="replace")
    return text if len(data) <= most else f"{data[: max(0, most - 3)].decode(errors='ignore')}…"


def whole_throughout(value: Any) -> Any:
    """A JSON value with every text in it, names of fields too, as `whole` makes it."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, dict):
        return {whole(name): whole_throughout(item) for name, item in value.items()}
    return [whole_throughout(item) for item in value] if isinstance(value, list) else value


def word(value: Any, most: int = 200) -> str:
    """An id or a code of the service as text; empty if it is anything but a short text or a number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value)[:most]


def _mended(escape: re.Match[str]) -> str:
    return escape[0] if escape["pair"] else f"{escape['slashes']}ufffd"


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _finite_or_refused(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("A number is not finite.")
    return number


def _bounded(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MOST_DIGITS else None


def _prune(value: Any, levels: int) -> bool:
    """Put null in the place of what is nested deeper, and say whether anything was; without recursion, at any depth."""
    left, pruned = [(value, 1)], False
    while left:
        item, level = left.pop()
        pairs = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
        inner = [(key, part) for key, part in pairs if isinstance(part, dict | list)]
        for key, part in inner:
            if level < levels:
                left.append((part, level + 1))
            else:
                item[key], pruned = None, True
    return pruned
