"""What a transaction of either store looks like: plain SQL with SQLite's marks, which the other one translates."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Values = Sequence[Any] | Mapping[str, Any]


class Row(Protocol):
    """A row, by its columns' names."""

    def __getitem__(self, name: str, /) -> Any:
        """The value of a column."""

    def keys(self) -> Any:
        """The columns' names."""


class Rows(Protocol):
    """What a statement has found."""

    def fetchone(self) -> Row | None:
        """The next row."""

    def __iter__(self) -> Iterator[Row]:
        """The rows that are left."""


class Session(Protocol):
    """One transaction."""

    def execute(self, query: str, values: Values = (), /) -> Rows:
        """Run a statement; its values are marked by `?`, or by `:name`."""

    def lock(self, name: str) -> None:
        """Let nobody else have this name until the transaction ends."""

    def now(self, own: float) -> float:
        """Seconds by the clock that decides: `own`, or that of a database that several machines share."""

    def day(self, at: float) -> str:
        """The calendar day that a moment, in Unix seconds, belongs to."""

    def has_digest(self, column: str) -> str:
        """A condition: that one of the entries in a column's JSON list has the digest that a `?` stands for."""


class Store(Protocol):
    """A database that is open.

    Attributes:
        folder: the state directory.
    """

    folder: Path

    def close(self) -> None:
        """Close it."""

    async def write(self, work: Callable[[Session], T], *, urgent: bool = False) -> T:
        """What `work` returns, done in one transaction. It may be begun anew, so it changes nothing but the database.

        Args:
            work: what is done.
            urgent: whether it is not to wait for others' writing, where that can be helped.

        Raises:
            StateUnavailable: the database cannot be written; nothing was changed, as far as is known.
        """

    async def read(self, work: Callable[[Session], T]) -> T:
        """What `work` returns; it only looks.

        Raises:
            StateUnavailable: the database cannot be read.
        """
