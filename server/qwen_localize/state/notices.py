"""What a user must know and has not said to have read: shown with the jobs until it is acknowledged."""

import sqlite3

from .database import Database


class Notices:
    """Notices, the oldest first, as one principal has not yet read them."""

    def __init__(self, database: Database, principal: str = "") -> None:
        self._database, self._principal = database, principal

    async def all(self) -> list[str]:
        """Their words."""

        def work(connection: sqlite3.Connection) -> list[str]:
            read = "SELECT notice FROM acknowledged WHERE principal = ?"
            query = f"SELECT words FROM notices WHERE id NOT IN ({read}) ORDER BY id"  # noqa: S608 - our own words
            found = [str(row["words"]) for row in connection.execute(query, (self._principal,))]
            # Where this machine has its folders is its user's to know.
            return [words.replace(f"{self._database.folder}/", "") for words in found] if self._principal else found

        return await self._database.read(work)

    async def acknowledge(self) -> None:
        """Show none of them any more."""
        query = "INSERT OR IGNORE INTO acknowledged SELECT id, ? FROM notices"
        await self._database.write(lambda connection: connection.execute(query, (self._principal,)))
