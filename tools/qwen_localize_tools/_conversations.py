"""Conversations, from whatever form users have them in."""

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from qwen_localize.errors import BadArgument, BadInput, quote

_SPOKEN = re.compile(r"\s*([^:：\s][^:：\n]{0,30})[:：]\s*(.+)")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_ID_COLUMNS = ("conversation_id", "id", "session_id", "chat_id")
_ROLE_COLUMNS = ("role", "speaker", "from")
_TEXT_COLUMNS = ("text", "content", "message")


@dataclass(frozen=True)
class Turn:
    """Something that somebody said."""

    role: str
    text: str


@dataclass(frozen=True)
class Conversation:
    """Turns, under the id that the user's data has, or its number."""

    id: str
    turns: tuple[Turn, ...]

    @property
    def has_chinese(self) -> bool:
        """Whether any turn has Chinese characters: the service documents Chinese dialogues only."""
        return any(_CHINESE.search(turn.text) for turn in self.turns)


def given(value: str | list[Any]) -> list[Conversation]:
    """The conversations in an argument: one text, the turns of one, or a list of several.

    Raises:
        BadArgument: it has another form, or nothing in it.
    """
    if isinstance(value, list) and value and not all(_is_turn(item) for item in value):
        found = [_conversation(item, str(number)) for number, item in enumerate(value, 1)]
    else:
        found = [_conversation(value, "1")]
    if not found[0].turns:
        raise BadArgument('The conversation is empty. Pass turns such as {"role": "customer", "text": "…"}.')
    return found


def read(name: str, text: str) -> list[Conversation]:
    """The conversations in a JSON, JSONL or CSV file.

    Raises:
        BadInput: it is none of these, or has no conversations in it.
    """
    try:
        found = _from_json(text) or _from_lines(text) or _from_csv(text)
    except BadArgument as error:
        raise BadInput(f"{quote(name)}: {error}") from None
    if not found:
        raise BadInput(
            f"{quote(name)} has no conversations that can be found. Use JSON or JSONL with turns of role and text, or "
            "a CSV with the columns conversation_id, role, text."
        )
    return found


def _from_json(text: str) -> list[Conversation]:
    try:
        value = json.loads(text)
    except ValueError:
        return []
    if isinstance(value, list):
        return given(value)
    return [_conversation(value, "1")] if isinstance(value, dict) else []


def _from_lines(text: str) -> list[Conversation]:
    try:
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        return []
    return [_conversation(row, str(number)) for number, row in enumerate(rows, 1)]


def _from_csv(text: str) -> list[Conversation]:
    reader = csv.DictReader(io.StringIO(text))
    columns = {name.strip().lower(): name for name in reader.fieldnames or []}
    id_column, role_column, text_column = (
        next((columns[name] for name in names if name in columns), None)
        for names in (_ID_COLUMNS, _ROLE_COLUMNS, _TEXT_COLUMNS)
    )
    if text_column is None or id_column is None:
        return []
    turns: dict[str, list[Turn]] = {}
    for row in reader:
        role = row.get(role_column or "") or "speaker"
        turns.setdefault(row[id_column] or "", []).append(Turn(role, row[text_column] or ""))
    return [Conversation(key, tuple(spoken)) for key, spoken in turns.items()]


def _conversation(value: Any, number: str) -> Conversation:
    if isinstance(value, str):
        return Conversation(number, _from_text(value))
    if isinstance(value, dict):
        inner = next((value[key] for key in ("turns", "messages", "conversation", "dialogue") if key in value), None)
        own = next((str(value[key]) for key in _ID_COLUMNS if key in value), number)
        if inner is not None:
            return Conversation(own, _conversation(inner, number).turns)
    if isinstance(value, list):
        return Conversation(number, tuple(_turn(item) for item in value))
    raise BadArgument(f"conversation {number} is neither a text nor a list of turns with role and text.")


def _is_turn(value: Any) -> bool:
    return isinstance(value, dict) and any(key in value for key in _TEXT_COLUMNS)


def _turn(value: Any) -> Turn:
    if not _is_turn(value):
        raise BadArgument(f'{quote(str(value), 60)} is no turn. A turn is {{"role": "customer", "text": "…"}}.')
    text = next(value[key] for key in _TEXT_COLUMNS if key in value)
    role = next((value[key] for key in _ROLE_COLUMNS if key in value), "speaker")
    return Turn(str(role), str(text))


def _from_text(text: str) -> tuple[Turn, ...]:
    """Lines such as "Agent: hello"; a line without a speaker goes on with the one before."""
    turns: list[Turn] = []
    for line in filter(str.strip, text.splitlines()):
        match = _SPOKEN.fullmatch(line)
        if match:
            turns.append(Turn(match[1].strip(), match[2].strip()))
        elif turns:
            turns[-1] = Turn(turns[-1].role, f"{turns[-1].text} {line.strip()}")
        else:
            turns.append(Turn("speaker", line.strip()))
    return tuple(turns)


def lines(turns: Iterable[Turn]) -> str:
    """The dialogue as the service's guide writes it, `[turn] role: text`; no turn can begin a line of its own."""
    spoken = ((_one_line(turn.role)[:40] or "speaker", _one_line(turn.text)) for turn in turns)
    return "\n".join(f"[{number}] {role}: {text}" for number, (role, text) in enumerate(spoken, 1))


def _one_line(text: str) -> str:
    """All white space and control characters, line separators of any script among them, as single spaces."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
