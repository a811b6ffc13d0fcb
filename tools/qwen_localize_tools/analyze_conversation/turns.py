"""What was said in a conversation: from objects and from plain lines, and as the service reads it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qwen_localize.errors import BadArgument, quote

from .headings import ROLES, TEXTS, TRANSCRIPTS, has, listed, named

SPEAKER = "speaker"
_TEXTS = TEXTS + TRANSCRIPTS
_DATE = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp][Mm]\b)?(?:Z|[+-]\d{2}:?\d{2})?"
_STAMP = rf"[\[(（【]?(?:{_DATE}(?:[T,\s]\s*{_TIME})?|(?:\d{{1,2}}[-/.月]\d{{1,2}}日?\s+)?{_TIME})[\])）】]?"
_NAME = r"[^:：\s][^:：\n]{0,30}?"
# Neither the colon of a time nor that of a URL.
_COLON = r"(?:：|(?<!\d):(?!//)|:(?!\d\d|//))"
_SPOKEN = re.compile(rf"\s*(?:{_STAMP}[\s,|–—-]*)?({_NAME})\s*(?:{_STAMP}\s*)?{_COLON}\s*(.+)")
# A speaker above what was said, as messengers export it. A bare time could be part of what is said.
_MOMENT = rf"(?:{_DATE}[T,\s]\s*{_TIME}|\d{{1,2}}:\d{{2}}:\d{{2}})"
_ABOVE = re.compile(rf"\s*(?!{_STAMP})({_NAME})\s*[\[(（]?{_MOMENT}[\])）]?\s*[:：]?\s*")


@dataclass(frozen=True)
class Turn:
    """Something that somebody said."""

    role: str
    text: str


def from_text(text: str) -> tuple[Turn, ...]:
    """Lines such as "Agent: hello", perhaps after a time; a line without a speaker goes on with the one before."""
    turns: list[Turn] = []
    for line in filter(str.strip, text.splitlines()):
        if match := _ABOVE.fullmatch(line):
            turns.append(Turn(match[1].strip(), ""))
        elif match := _SPOKEN.fullmatch(line):
            turns.append(Turn(match[1].strip(), match[2].strip()))
        elif turns:
            turns[-1] = Turn(turns[-1].role, f"{turns[-1].text} {line.strip()}".strip())
        else:
            turns.append(Turn(SPEAKER, line.strip()))
    return tuple(turns)


def from_items(items: Sequence[Any]) -> tuple[Turn, ...]:
    """The turns in a list of objects or lines. One that says nothing, such as a tool call, is left out.

    Raises:
        BadArgument: one is no turn, or nothing tells who speaks.
    """
    known = any(_role(item) for item in items if isinstance(item, dict))
    return tuple(turn for item in items for turn in _turns(item, known))


def _turns(item: Any, known: bool) -> Sequence[Turn]:
    if isinstance(item, str):
        return from_text(item)
    if not isinstance(item, dict) or not has(item, _TEXTS):
        raise BadArgument(f'{quote(str(item), 60)} is no turn. A turn is {{"role": "customer", "text": "…"}}.')
    text = _said(named(item, _TEXTS)).strip()
    if not text:
        return ()
    if known:
        return (Turn(_role(item) or SPEAKER, text),)
    return _transcript(item, text)


def _transcript(row: Mapping[str, Any], text: str) -> Sequence[Turn]:
    """The turns in a cell that holds a whole dialogue."""
    turns = from_text(text)
    if turns[0].role == SPEAKER:
        raise BadArgument(
            f"Nothing tells customer from agent: the headings found are {listed(row)}. Name the one that says who "
            "speaks role, speaker, sender or 角色, or begin each line of the text with its speaker and a colon."
        )
    return turns


def _role(row: Mapping[str, Any]) -> str:
    value = named(row, ROLES)
    if isinstance(value, dict):
        value = named(value, (*ROLES, "type", "name"))
    return str(value).strip() if isinstance(value, str | int) else ""


def _said(value: Any) -> str:
    """A turn's text, which some write as parts: those that are text, one after the other."""
    parts = value if isinstance(value, list) else [value]
    return " ".join(filter(None, map(_part, parts)))


def _part(value: Any) -> str:
    for key in ("text", "value"):
        if isinstance(value, dict):
            value = value.get(key)
    return str(value) if isinstance(value, str | int | float) else ""


def lines(turns: Iterable[Turn]) -> str:
    """The dialogue as the service's guide writes it, `[turn] role: text`; no turn can begin a line of its own."""
    spoken = ((_one_line(turn.role)[:40] or SPEAKER, _one_line(turn.text)) for turn in turns)
    return "\n".join(f"[{number}] {role}: {text}" for number, (role, text) in enumerate(spoken, 1))


def writable(value: Any) -> str:
    """A word or number as text for a file: JSON can hold halves of characters, which no file takes."""
    return str(value).encode("utf-8", "replace").decode() if isinstance(value, str | int | float) else ""


def _one_line(text: str) -> str:
    """All white space and control characters, line separators of any script among them, as single spaces."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
