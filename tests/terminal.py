"""What a command that was typed in this process came to."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """Its exit status, and what it wrote."""

    status: int
    out: str
    err: str


Typed = Callable[..., Said]
