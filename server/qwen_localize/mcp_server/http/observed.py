"""What an operator sees of the job store: whether it can be used, and what stands in it."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString, TypeVar

import anyio
import anyio.to_thread

from ...clock import Clock
from ...errors import StateUnavailable
from ...settings import Settings
from ...state import Database, Session
from ...waiting_jobs import FILE

if TYPE_CHECKING:
    from ...state.postgres import PostgresLook

T = TypeVar("T")
# How long a shared database may take to say anything, and how often it is looked at while a replica makes its tables.
ANSWER_SECONDS = 4
_AGAIN_SECONDS = 0.2


class ObservedStore(ABC):
    """The job store, looked at from beside what works with it, and for every caller together."""

    @abstractmethod
    async def check(self) -> None:
        """Make sure that it can be written.

        Raises:
            StateUnavailable: it cannot.
        """

    async def jobs(self) -> dict[str, int]:
        """How many jobs there are, by state.

        Raises:
            StateUnavailable: the store cannot be read.
        """
        rows = await self._rows("SELECT state, count(*) AS jobs FROM jobs GROUP BY state")
        return {str(row["state"]): int(row["jobs"]) for row in rows}

    async def costs(self) -> list[dict[str, Any]]:
        """What is spent, by tool and model, for as long as the ledger remembers.

        Raises:
            StateUnavailable: the store cannot be read.
        """
        return await self._rows(
            "SELECT tool, model, count(*) AS calls, sum(cny) AS cny FROM spending WHERE cny > 0 GROUP BY tool, model"
        )

    @abstractmethod
    def close(self) -> None:
        """Look no more."""

    @abstractmethod
    async def _rows(self, query: LiteralString) -> list[dict[str, Any]]:
        """What a query finds."""


def observed_store(settings: Settings, clock: Clock) -> ObservedStore:
    """The store that the settings name."""
    if settings.database_url:
        return ObservedDatabase(settings.database_url.get_secret_value(), clock)
    return ObservedFile(settings.state_dir, clock)


class ObservedFile(ObservedStore):
    """The file of one machine.

    Args:
        folder: the state directory.
        clock: what time it is.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        self._database: Database | None = None
        self._file: os.stat_result | None = None
        self._opening = anyio.Lock()

    async def check(self) -> None:
        """See `ObservedStore`."""
        await (await self._opened()).write(lambda _: None)

    async def _rows(self, query: LiteralString) -> list[dict[str, Any]]:
        def work(session: Session) -> list[dict[str, Any]]:
            return [dict(row) for row in session.execute(query)]

        return await (await self._opened()).read(work)

    async def _opened(self) -> Database:
        async with self._opening:
            if self._database is None:
                self._database = await anyio.to_thread.run_sync(Database, self._folder, self._clock.wall())
                self._file = await anyio.to_thread.run_sync(self._look)
            elif not await anyio.to_thread.run_sync(self._is_the_same):
                # What works with it still writes into the file that was removed. A new one would hide that.
                raise StateUnavailable(f"The job store in {self._folder} was removed. Start the server again.")
            return self._database

    def _look(self) -> os.stat_result | None:
        try:
            return (self._folder / FILE).stat()
        except OSError:
            return None

    def _is_the_same(self) -> bool:
        now = self._look()
        return bool(self._file and now and os.path.samestat(self._file, now))

    def close(self) -> None:
        """See `ObservedStore`."""
        if self._database:
            self._database.close()
        self._database = None


class ObservedDatabase(ObservedStore):
    """The database that replicas share, by connections that no job waits for, and which are given up in time.

    Args:
        url: where it is.
        clock: what time it is.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._url, self._clock = url, clock

    async def check(self) -> None:
        """See `ObservedStore`; at a start, a replica may be making its tables just now."""
        while await self._answered(lambda look: look.lacking()):
            await self._clock.sleep(_AGAIN_SECONDS)

    async def _rows(self, query: LiteralString) -> list[dict[str, Any]]:
        [found] = await self._answered(lambda look: look.rows(query))
        return found

    def close(self) -> None:
        """See `ObservedStore`; nothing stays open."""

    async def _answered(self, ask: Callable[["PostgresLook"], T]) -> T:
        def asked() -> T:
            from ...state.postgres import PostgresLook  # with a package that only a shared database needs

            return ask(PostgresLook(self._url, ANSWER_SECONDS))

        try:
            with anyio.fail_after(ANSWER_SECONDS):
                return await anyio.to_thread.run_sync(asked, abandon_on_cancel=True)
        except TimeoutError as error:
            raise StateUnavailable(
                f"The database of QWEN_LOCALIZE_DATABASE_URL has said nothing for {ANSWER_SECONDS} s. See that it runs."
            ) from error
