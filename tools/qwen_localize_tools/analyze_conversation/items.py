"""The turns in a text, and in a list of objects or lines."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from qwen_localize.errors import BadArgument

from .headings import IDS, ROLES, TEXTS, TIMES, TRANSCRIPTS, has, listed, named
from .markup import as_text
from .messengers import from_text
from .speakers import are_fields, is_dialogue, is_role
from .turns import SPEAKER, Turn

_TEXTS = TEXTS + TRANSCRIPTS
# What one person said at once; a longer text with one speaker is an export of a form that is not known here.
_SHORT_TEXT, _FEW_LINES = 1000, 10
_WRITE = 'Begin each turn on a line with its speaker and a colon, "Customer: …", or pass turns of role and text.'
NO_DIALOGUE = "it is no conversation between people that can be told apart, so nothing of it is sent."


def said(text: str, *, is_file: bool) -> tuple[Turn, ...]:
    """The turns in lines of text.

    Args:
        text: lines, perhaps a messenger's export.
        is_file: whether it came from a file, which is sent only if it is a dialogue for certain.

    Raises:
        BadArgument: it is no conversation.
    """
    script = from_text(text)
    turns = script.turns
    if is_file:
        lead = turns[0].text if turns and turns[0].role == SPEAKER else ""
        if len(lead) > _SHORT_TEXT or not is_dialogue(turns, script.stamps):
            raise BadArgument(NO_DIALOGUE)
    elif turns and are_fields(turns):
        raise BadArgument(f"conversation: {NO_DIALOGUE} {_WRITE}")
    if len({turn.role for turn in turns}) == 1 and _is_long(text, turns[0].role):
        raise BadArgument(f"Only one speaker can be made out in a long text. {_WRITE}")
    return turns


def _is_long(text: str, speaker: str) -> bool:
    lines = sum(map(bool, map(str.strip, text.splitlines())))
    return lines > _FEW_LINES or (
        sum(map(len, text.split())) > _SHORT_TEXT and (speaker == SPEAKER or not is_role(speaker))
    )


def from_items(items: Sequence[Any], *, is_file: bool) -> tuple[Turn, ...]:
    """The turns in a list of objects or lines. One that says nothing, such as a tool call, is left out.

    Raises:
        BadArgument: one is no turn, or nothing tells who speaks.
    """
    rows = [item for item in items if isinstance(item, dict)]
    for number, item in enumerate(items, 1):
        if not isinstance(item, str) and not (isinstance(item, dict) and has(item, _TEXTS)):
            raise BadArgument(f'Item {number} is no turn. A turn is {{"role": "customer", "text": "…"}}.')
    if not items:
        return ()
    if any(_role(row) for row in rows):
        return tuple(turn for item in in_time(items) for turn in _turns(item, is_file=is_file))
    texts = [item if isinstance(item, str) else _said(named(item, _TEXTS)) for item in items]
    return _transcript(rows, texts, is_file=is_file)


def in_time(items: Sequence[Any]) -> Sequence[Any]:
    """Turns in the order in which they were said: some exports begin with the newest."""
    times = [_time(item) for item in items]
    falls = all(time and after and after <= time for time, after in pairwise(times))
    return items[::-1] if falls and times[0] != times[-1] else items


def _time(item: Any) -> tuple[float, str] | None:
    """A time as it can be compared: a number, or written with the year first."""
    value = named(item, TIMES) if isinstance(item, dict) else None
    if isinstance(value, str) and value[:4].isdecimal() and value[4:5] in ("-", "/"):
        return (0, value)
    try:
        return (float(value), "") if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        return None


def _turns(item: Any, *, is_file: bool) -> Sequence[Turn]:
    """The turns in an item of a list in which speakers are named."""
    if isinstance(item, str):
        return said(item, is_file=is_file)
    text = _said(named(item, _TEXTS)).strip()
    return (Turn(_role(item) or SPEAKER, text),) if text else ()


def _transcript(rows: Sequence[Mapping[str, Any]], texts: Sequence[str], *, is_file: bool) -> tuple[Turn, ...]:
    """The turns in lines, or in cells that hold whole dialogues."""
    text = "\n".join(texts)
    if rows and any(turn.role == SPEAKER for turn in from_text(text).turns[:1]):
        heads = f": the headings found are {listed(rows[0])}" if has(rows[0], IDS) else ""
        raise BadArgument(
            f"Nothing tells customer from agent{heads}. Name the one that says who speaks role, speaker, sender or "
            '角色 (or pass columns={"role": its name}), or begin each line of the text with its speaker and a colon.'
        )
    turns = said(text, is_file=is_file)
    nameless = all(turn.role == SPEAKER for turn in turns)
    return tuple(Turn(SPEAKER, line) for line in map(str.strip, texts) if line) if nameless else turns


def _role(row: Mapping[str, Any]) -> str:
    value = named(row, ROLES)
    if isinstance(value, dict):
        value = named(value, (*ROLES, "type", "name"))
    return str(value).strip() if isinstance(value, str | int) else ""


def _said(value: Any) -> str:
    """A turn's text, which some write as parts: those that are text, one after the other."""
    parts = value if isinstance(value, list) else [value]
    return as_text(" ".join(filter(None, map(_part, parts))))


def _part(value: Any) -> str:
    for key in ("text", "value"):
        if isinstance(value, dict):
            value = value.get(key)
    return str(value) if isinstance(value, str | int | float) else ""
