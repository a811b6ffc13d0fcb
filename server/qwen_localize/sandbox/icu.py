"""ICU messages: rewrite the human text in the arms of plural and select, keep the syntax."""

import re
from collections.abc import Callable

HEAD = r"\{\s*[\w.\-]+\s*,\s*(?:plural|selectordinal|select)\s*,"

_HEAD = re.compile(HEAD + r"\s*(?:offset:\s*\d+\s*)?")
_ARM = re.compile(r"\s*(?:=\d+|[\w.\-]+)\s*\{")
_END = re.compile(r"\s*\}")
# A quote opens literal text only before a brace; the apostrophe of "isn't" does not.
_BRACE = re.compile(r"'[{}][^']*'?|[{}]")


def rewrite(text: str, start: int, translate: Callable[[str], str]) -> tuple[str, int] | None:
    """The message that begins at `start` with its arms translated, and where it ends.

    None if what begins there is not a complete message.
    """
    head = _HEAD.match(text, start)
    if head is None:
        return None
    parts, at = [head.group()], head.end()
    while arm := _ARM.match(text, at):
        close = _closing(text, arm.end())
        if close is None:
            return None
        parts += [arm.group(), translate(text[arm.end() : close]), "}"]
        at = close + 1
    end = _END.match(text, at)
    if end is None or len(parts) == 1:
        return None
    return "".join(parts) + end.group(), end.end()


def _closing(text: str, at: int) -> int | None:
    depth = 1
    for brace in _BRACE.finditer(text, at):
        depth += {"{": 1, "}": -1}.get(brace.group(), 0)
        if depth == 0:
            return brace.start()
    return None
