"""What replicas on many machines share: a PostgreSQL, which can be stopped and paused, and a storage."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from server.cluster.town import Shared
from stores import PostgresServer


@dataclass(frozen=True)
class Machines:
    """A server for any number of towns.

    Attributes:
        server: the PostgreSQL.
        storage: the URL of the storage.
    """

    server: PostgresServer
    storage: str

    def new(self, **settings: str) -> Shared:
        """An empty database and a storage for one town, with these settings besides."""
        database = self.server.database()
        return Shared(database, f"{self.storage}/{database.rpartition('/')[2]}", settings)


@contextmanager
def machines() -> Iterator[Machines]:
    """A PostgreSQL of one's own, and a folder as storage."""
    server = PostgresServer().start()
    try:
        with tempfile.TemporaryDirectory() as storage:
            yield Machines(server, f"file://{storage}")
    finally:
        server.stop()
