"""Faults: the ways the sandbox can be told to misbehave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

KNOWN: dict[str, str] = {
    "throttle": "429 on chat and submit",
    "query-throttle": "429 on task queries",
    "error": "500 InternalError on chat and submit",
    "busy": "503 ModelUnavailable on chat and submit",
    "fail": "the image task ends FAILED",
    "stall": "the request is accepted and never answered",
    "cut": "a result download ends after half of the announced bytes",
    "drop": "the connection closes without an answer after a task was accepted",
    "garbage": "an API call is carried out, and answered with 200 and a body that is not JSON",
    "forget": "a queried task is UNKNOWN from then on",
    "debt": "400 Arrearage on chat and submit",
    "nokey": "401 on every API call",
}


@dataclass(frozen=True)
class Fault:
    """One way to misbehave, the next `times` times, or always if `times` is None."""

    name: str
    times: int | None = None

    def __post_init__(self) -> None:
        if self.name not in KNOWN:
            raise ValueError(f"There is no fault {self.name!r}; known are {', '.join(KNOWN)}.")
        if self.times is not None and self.times < 1:
            raise ValueError(f"A fault happens at least once, so {self.name}:{self.times} means nothing.")

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read `name` or `name:N`; ValueError with one sentence that lists the known names."""
        name, colon, times = text.strip().partition(":")
        if colon and not (times.isascii() and times.isdigit()):
            raise ValueError(f"{text!r} is not a fault: write name or name:N with one of {', '.join(KNOWN)}.")
        return cls(name, int(times) if colon else None)


class Faults:
    """The faults that are switched on now. The latest word on a name counts."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._left: dict[str, int | None] = {}
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        """Switch a fault on, replacing what was said about it before."""
        self._left[fault.name] = fault.times

    def clear(self) -> None:
        """Switch every fault off."""
        self._left.clear()

    def take(self, name: str) -> bool:
        """Whether this fault strikes now; a counted one is used up by one."""
        if name not in self._left:
            return False
        left = self._left[name]
        if left is not None:
            self._left[name] = left - 1
            if left == 1:
                del self._left[name]
        return True
