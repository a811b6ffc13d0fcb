"""What a user must know and has not said to have read: shown with the jobs until it is acknowledged."""

from .session import Session, Store


class Notices:
    """Notices, the oldest first, as one principal has not yet read them."""

    def __init__(self, database: Store, principal: str = "") -> None:
        self._database, self._principal = database, principal

    async def all(self) -> list[str]:
        """Their words."""

        def work(session: Session) -> list[str]:
            read = "SELECT notice FROM acknowledged WHERE principal = ?"
            query = f"SELECT words FROM notices WHERE id NOT IN ({read}) ORDER BY id"  # noqa: S608 - our own words
            found = [str(row["words"]) for row in session.execute(query, (self._principal,))]
            # Where this machine has its folders is its user's to know.
            return [words.replace(f"{self._database.folder}/", "") for words in found] if self._principal else found

        return await self._database.read(work)

    async def acknowledge(self) -> None:
        """Show none of them any more."""
        query = "INSERT INTO acknowledged SELECT id, ? FROM notices WHERE true ON CONFLICT DO NOTHING"
        await self._database.write(lambda session: session.execute(query, (self._principal,)))
