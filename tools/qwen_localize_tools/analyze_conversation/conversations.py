"""Conversations, from whatever form users have them in. One that cannot be read costs only itself."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from qwen_localize.errors import BadArgument, BadInput, quote

from .._shared import tables
from .headings import BARE, IDS, ROLES, ROW_IDS, TEXTS, TRANSCRIPTS, TURNS, WRAPPERS, has, listed, named
from .turns import Turn, from_items, from_text, writable

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LINE_END = re.compile(r"\r\n?|\n")
_EMPTY = 'The conversation is empty. Pass turns such as {"role": "customer", "text": "…"}.'
Row = dict[str, Any]


@dataclass(frozen=True)
class Conversation:
    """Turns, under the id that the user's data has, or its number; or why there are none."""

    id: str
    turns: tuple[Turn, ...]
    error: str = ""

    @property
    def has_chinese(self) -> bool:
        """Whether any turn has Chinese characters: the service documents Chinese dialogues only."""
        return any(_CHINESE.search(turn.text) for turn in self.turns)


def as_json(conversations: Sequence[Conversation]) -> bytes:
    """Conversations as the bytes that a job is given."""
    return json.dumps([asdict(conversation) for conversation in conversations]).encode()


def from_json(data: bytes) -> list[Conversation]:
    """The conversations in such bytes."""
    return [
        Conversation(item["id"], tuple(Turn(**turn) for turn in item["turns"]), item["error"])
        for item in json.loads(data)
    ]


def given(value: str | list[Any]) -> list[Conversation]:
    """The conversations in an argument: one text, the turns of one, or a list of several.

    Raises:
        BadArgument: none of them can be read.
    """
    value = _unpacked(value)
    found = _found(value) if isinstance(value, list | dict) else [_conversation(value, "1")]
    if all(item.error for item in found):
        raise BadArgument(found[0].error if found else _EMPTY)
    return found


def read(name: str, text: str) -> list[Conversation]:
    """The conversations in a JSON, JSONL or CSV file.

    Raises:
        BadInput: it is none of these, or none of its conversations can be read.
    """
    try:
        found = _from_json(text) or _from_lines(text) or _from_table(text)
    except BadArgument as error:
        raise BadInput(f"{quote(name)}: {error}") from None
    if not found:
        raise BadInput(
            f"{quote(name)} has no conversations that can be found. Use JSON or JSONL with turns of role and text, or "
            "a CSV with the columns conversation_id, role, text."
        )
    if all(item.error for item in found):
        raise BadInput(f"{quote(name)}: {found[0].error}")
    return found


def _from_json(text: str) -> list[Conversation]:
    value = _loaded(text)
    return _found(value) if isinstance(value, list | dict) else []


def _from_lines(text: str) -> list[Conversation]:
    """JSON to a line; a damaged line among them is a conversation that cannot be read."""
    values = [_loaded(line) for line in _LINE_END.split(text) if line.strip()]
    whole = sum(isinstance(value, list | dict) for value in values)
    return _found(values) if 2 * whole > len(values) else []


def _from_table(text: str) -> list[Conversation]:
    """
    Raises:
        BadArgument: it has headings of a table of conversations, but not all that are needed.
    """
    rows = tables.rows(text)
    # Of another file nothing is quoted: it may be secret.
    if not rows or not has(rows[0], IDS + ROW_IDS + ROLES + TEXTS + TRANSCRIPTS):
        return []
    names = _id_names(rows)
    if not names or not has(rows[0], TEXTS + TRANSCRIPTS):
        raise BadArgument(
            f"the headings found are {listed(rows[0])}. Name the columns conversation_id (the same in all rows of one "
            "conversation), role and text."
        )
    return _grouped(rows, names)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _unpacked(value: Any) -> Any:
    """Some hosts send a list as one JSON string; any other text is meant as it is."""
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        inner = _loaded(value)
        return inner if isinstance(inner, list | dict) else value
    return value


def _found(value: list[Any] | Row) -> list[Conversation]:
    """The conversations in a JSON value: under a name, one to an item, or turns that carry their conversation's id."""
    if isinstance(value, dict):
        inner = None if _is_turn(value) or _has_turns(value) else named(value, WRAPPERS)
        return _found(inner if isinstance(inner, list) else [value])
    flat = [item for item in value if _is_turn(item)]
    if not flat or any(isinstance(item, str | list) or _has_turns(item) for item in value):
        return [_conversation(item, str(number)) for number, item in enumerate(value, 1)]
    rows = [item for item in value if isinstance(item, dict)]
    others = [_no_conversation(number) for number, item in enumerate(value, 1) if not isinstance(item, dict)]
    return _grouped(rows, _id_names(rows)) + others


def _is_turn(value: Any) -> bool:
    return isinstance(value, dict) and has(value, TEXTS) and not _has_turns(value)


def _has_turns(value: Any) -> bool:
    return isinstance(value, dict) and has(value, TURNS) and not (has(value, TEXTS) and has(value, ROLES))


def _id_names(rows: Sequence[Row]) -> tuple[str, ...]:
    """The names under which rows have their conversation's id; none if they have none."""
    names = IDS + BARE if any(has(row, TEXTS) for row in rows) else IDS
    if any(has(row, names) for row in rows):
        return names
    own = [value for row in rows if (value := named(row, ROW_IDS)) is not None]
    numbered = len(set(map(str, own))) == len(rows) > 1
    # An id that no two rows share, where each row has its speaker, is the message's.
    if not own or (numbered and any(has(row, ROLES) for row in rows)):
        return ()
    return ROW_IDS


def _grouped(rows: Sequence[Row], names: tuple[str, ...]) -> list[Conversation]:
    """Rows of one turn each as conversations, in the order in which these begin; without an id they are one."""
    groups: dict[str, list[Row]] = {}
    lost: list[Conversation] = []
    for number, row in enumerate(rows, 1):
        if key := writable(named(row, names)).strip() if names else "1":
            groups.setdefault(key, []).append(row)
        else:
            lost.append(Conversation(f"row {number}", (), f"Row {number} does not say which conversation it is of."))
    return [_told(key, partial(from_items, group)) for key, group in groups.items()] + lost


def _conversation(value: Any, number: str) -> Conversation:
    """One conversation, whatever its form."""
    value = _unpacked(value)
    own = writable(named(value, IDS + ROW_IDS)).strip() if isinstance(value, dict) else ""
    return _told(own or number, lambda: _turns(value, number))


def _turns(value: Any, number: str) -> tuple[Turn, ...]:
    value = _unpacked(value)
    if isinstance(value, str):
        return from_text(value)
    if isinstance(value, list):
        return from_items(value)
    if _has_turns(value):
        return _turns(named(value, TURNS), number)
    if _is_turn(value):
        return from_items([value])
    raise BadArgument(_no_conversation(number).error)


def _told(key: str, turns: Callable[[], tuple[Turn, ...]]) -> Conversation:
    """A conversation of these turns, or why they cannot be had."""
    try:
        found = turns()
    except BadArgument as error:
        return Conversation(key, (), str(error))
    except RecursionError:
        return Conversation(key, (), "The conversation is nested too deeply. Pass turns of role and text.")
    return Conversation(key, found, "" if found else _EMPTY)


def _no_conversation(number: int | str) -> Conversation:
    words = f"conversation {number} is neither a text nor a list of turns with role and text."
    return Conversation(str(number), (), words)
