"""Conversations turn by turn, as they are kept, and as the service reads them."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import Enum, auto
from typing import Any

# Who speaks where nothing says it.
SPEAKER = "speaker"
_CHINESE = re.compile(r"[\u3400-\u9fff]")


class Stamps(Enum):
    """The times beside the names of a text: none, such as logs have too, or such as only messengers write."""

    NONE = auto()
    ANY = auto()
    OF_MESSENGER = auto()


@dataclass(frozen=True)
class Turn:
    """Something that somebody said."""

    role: str
    text: str


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

    @property
    def is_one_sided(self) -> bool:
        """Whether only one person speaks."""
        return len({turn.role for turn in self.turns}) == 1


def as_json(conversations: Sequence[Conversation]) -> bytes:
    """Conversations as the bytes that a job is given."""
    return json.dumps([asdict(conversation) for conversation in conversations]).encode()


def from_json(data: bytes) -> list[Conversation]:
    """The conversations in such bytes."""
    return [
        Conversation(item["id"], tuple(Turn(**turn) for turn in item["turns"]), item["error"])
        for item in json.loads(data)
    ]


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
