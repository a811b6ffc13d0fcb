"""What was said in a conversation, turn by turn, and as the service reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

# Who speaks where nothing says it.
SPEAKER = "speaker"


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
