"""A row of a report."""

from dataclasses import dataclass
from typing import Literal

State = Literal["new", "changed", "kept", "stale", "left"]


@dataclass(frozen=True)
class Row:
    """One text in one language.

    Attributes:
        file: where it is, relative to the project's root.
        language: as the project spells it.
        key: what it is called in its file.
        form: which of a plural's; empty for the only one.
        source: the text in the source language.
        old: what was there before; empty if nothing was.
        new: what is there now.
        state: what was done with it.
        check: the gate that has something to say of it; empty if none has.
        message: why it was left, or is in doubt.
        hard: whether the gate keeps it from being written.
    """

    file: str
    language: str
    key: str
    form: str
    source: str
    old: str
    new: str
    state: State
    check: str = ""
    message: str = ""
    hard: bool = False

    @property
    def is_doubt(self) -> bool:
        """Whether a gate warns of what is there."""
        return bool(self.check) and not self.hard
