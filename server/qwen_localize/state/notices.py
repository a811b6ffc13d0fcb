"""What a user must know and has not said to have read: shown with the jobs until it is acknowledged."""

import sqlite3

from .database import Database


class Notices:
    """Notices, the oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[str]:
        """Their words."""

        def work(connection: sqlite3.Connection) -> list[str]:
            return [str(row["words"]) for row in connection.execute("SELECT words FROM notices ORDER BY id")]

        return await self._database.read(work)

    async def acknowledge(self) -> None:
        """Show none of them any more."""
        await self._database.write(lambda connection: connection.execute("DELETE FROM notices"))
