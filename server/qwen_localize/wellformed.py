"""Text and JSON from outside, made fit to be kept and passed on: whole characters, finite numbers, bounded depth.

JSON can hold halves of characters (`"\\ud800"`), which no file and no protocol takes; Python's own reader lets them
through, and NaN and Infinity besides. Whatever comes in is therefore read here, once, and nobody later has to wonder.
"""

import json
import math
import re
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
    text = _ESCAPE.sub(_mended, data.decode("utf-8-sig", "replace"))
    try:
        value = json.loads(text, parse_float=_finite, parse_int=_bounded, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from None
    _prune(value, MOST_LEVELS)
    return value


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


def _bounded(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MOST_DIGITS else None


def _prune(value: Any, levels: int) -> None:
    """Put null in the place of what is nested deeper; without recursion, so that no depth breaks it."""
    left = [(value, 1)]
    while left:
        item, level = left.pop()
        pairs = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
        inner = [(key, part) for key, part in pairs if isinstance(part, dict | list)]
        for key, part in inner:
            if level < levels:
                left.append((part, level + 1))
            else:
                item[key] = None
