"""What a check found, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How things are: a note is worth knowing, a warning may become a fault, what is broken does not work."""

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: what was looked at, in a word or two.
        words: what is so, as a sentence.
        remedy: what to do, as a sentence; empty if there is nothing to do.
    """

    about: str
    state: State
    words: str
    remedy: str = ""


def good(about: str, words: str) -> Finding:
    """Something that is as it should be."""
    return Finding(about, State.GOOD, words)


def note(about: str, words: str, remedy: str = "") -> Finding:
    """Something that is worth knowing."""
    return Finding(about, State.NOTE, words, remedy)


def warning(about: str, words: str, remedy: str) -> Finding:
    """Something that may become a fault."""
    return Finding(about, State.WARNING, words, remedy)


def broken(about: str, words: str, remedy: str) -> Finding:
    """Something that does not work."""
    return Finding(about, State.BROKEN, words, remedy)
