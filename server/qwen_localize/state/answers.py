"""Paid answers of batches, kept so that a batch that was cut off does not pay for them again."""

from .session import Session, Store

KEPT_DAYS = 3


class Answers:
    """Texts by the key of what was asked."""

    def __init__(self, database: Store) -> None:
        self._database = database

    async def keep(self, key: str, text: str, at: float) -> None:
        """Keep an answer; `at` in Unix seconds."""
        query = (
            "INSERT INTO answers (key, at, text) VALUES (?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET at = excluded.at, text = excluded.text"
        )
        await self._database.write(lambda session: session.execute(query, (key, at, text)))

    async def is_first(self, key: str, at: float) -> bool:
        """Keep that something was answered: whether it had not been; `at` in Unix seconds."""

        def work(session: Session) -> bool:
            if session.execute("SELECT at FROM answers WHERE key = ?", (key,)).fetchone():
                return False
            session.execute("INSERT INTO answers (key, at, text) VALUES (?, ?, '')", (key, at))
            return True

        return await self._database.write(work)

    async def forget(self, key: str) -> None:
        """Let go of an answer."""
        await self._database.write(lambda session: session.execute("DELETE FROM answers WHERE key = ?", (key,)))

    async def prune(self, now: float) -> None:
        """Forget what is older than `KEPT_DAYS`."""
        before = now - KEPT_DAYS * 24 * 3600
        await self._database.write(lambda c: c.execute("DELETE FROM answers WHERE at < ?", (before,)))

    async def get(self, key: str) -> str | None:
        """The answer kept under a key."""

        def work(session: Session) -> str | None:
            row = session.execute("SELECT text FROM answers WHERE key = ?", (key,)).fetchone()
            return str(row["text"]) if row else None

        return await self._database.read(work)
