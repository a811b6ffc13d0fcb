"""What an operator sees of the job store: whether it can be used, and what stands in it."""

import os
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from ...clock import Clock
from ...errors import StateUnavailable
from ...state import Database, Session
from ...waiting_jobs import FILE


class ObservedStore:
    """The job store, looked at from beside what works with it, and for every caller together.

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
        """Make sure that it can be written.

        Raises:
            StateUnavailable: it cannot.
        """
        await (await self._opened()).write(lambda _: None)

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

    async def _rows(self, query: str) -> list[dict[str, Any]]:
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
        """Look no more."""
        if self._database:
            self._database.close()
        self._database = None
