"""Replacing parts of a text, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Splice:
    """From `start` to `end`, exclusive, `text` takes the place of what is there; where they are equal, it is added."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """The text with all the splices; those at one place in the order in which they are given.

    Raises:
        ValueError: two of them overlap.
    """
    parts, position = [], 0
    for splice in sorted(splices, key=lambda item: (item.start, item.end)):
        if splice.start < position:
            raise ValueError("two changes overlap")
        parts += [text[position : splice.start], splice.text]
        position = splice.end
    return "".join([*parts, text[position:]])


def line_start(text: str, position: int) -> int:
    """Where the line of a position begins."""
    return text.rfind("\n", 0, position) + 1


def line_end(text: str, position: int) -> int:
    """Where the next line begins; the text's end if there is none."""
    found = text.find("\n", position)
    return len(text) if found < 0 else found + 1


def line_number(text: str, position: int) -> int:
    """The number of a position's line, from 1."""
    return text.count("\n", 0, position) + 1
