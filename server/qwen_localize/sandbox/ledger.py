"""The ledger: what was asked of the sandbox, and what it would have cost."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One request.

    Attributes:
        at: service seconds since the sandbox opened, when the request arrived.
        method: the HTTP method.
        kind: chat, submit, generate, query, list, cancel, policy, upload, download, session or other.
        model: the model it named, if any.
        status: the HTTP status answered, 101 for a session that began; 0 when there was no answer.
        task_id: the task it made or asked about.
        code: the native error code of a refusal.
        fault: the fault that struck, if one did.
        over_limit: whether it was refused because the client exceeded a documented limit.
    """

    at: float
    method: str
    kind: str
    model: str | None = None
    status: int = 0
    task_id: str | None = None
    code: str | None = None
    fault: str | None = None
    over_limit: bool = False


@dataclass(frozen=True)
class Paid:
    """One billed call or task, with the estimated price in CNY (docs/model-studio.md 13, Beijing list)."""

    at: float
    model: str
    cny: float
    tokens_in: int = 0
    tokens_out: int = 0
    images: int = 0
    task_id: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Listened:
    """One session over a WebSocket that has ended.

    Attributes:
        at: service seconds since the sandbox opened, when it began.
        model: the model it spoke to.
        seconds: how much sound it got, in seconds of that sound.
        first: service seconds when the first sound came; None if none came.
        last: service seconds when the last sound came.
        until: service seconds when it ended.
        end: `finished`, `closed` by the client, or the fault or limit that ended it.
    """

    at: float
    model: str | None
    seconds: float
    first: float | None
    last: float | None
    until: float
    end: str

    @property
    def took(self) -> float:
        """Service seconds from the first sound to the last."""
        return 0.0 if self.first is None or self.last is None else self.last - self.first


class Ledger:
    """Everything that happened, in order; nothing is ever taken out."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._paid: list[Paid] = []
        self._listened: list[Listened] = []

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def note(self, entry: Entry) -> None:
        """Add a request."""
        self._entries.append(entry)

    def bill(self, paid: Paid) -> None:
        """Add a charge."""
        self._paid.append(paid)

    def listened(self, session: Listened) -> None:
        """Add a session that has ended."""
        self._listened.append(session)

    @property
    def sessions(self) -> tuple[Listened, ...]:
        """Every session that has ended, in the order of their ends."""
        return tuple(self._listened)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every request so far."""
        return tuple(self._entries)

    @property
    def paid(self) -> tuple[Paid, ...]:
        """Every billed call and task so far."""
        return tuple(self._paid)

    @property
    def violations(self) -> tuple[Entry, ...]:
        """The requests that were refused because they broke a documented limit."""
        return tuple(entry for entry in self._entries if entry.over_limit)

    def count(self, kind: str) -> int:
        """How many requests of a kind arrived, refused ones included."""
        return sum(entry.kind == kind for entry in self._entries)

    def report(self) -> dict[str, Any]:
        """Everything as plain data, with the number of requests of each kind."""
        return {
            "entries": [asdict(entry) for entry in self.entries],
            "paid": [asdict(paid) for paid in self.paid],
            "sessions": [asdict(session) for session in self.sessions],
            "violations": [asdict(entry) for entry in self.violations],
            "counts": dict(Counter(entry.kind for entry in self.entries)),
        }
