"""What towns need besides their members: a PostgreSQL, which can be stopped and paused, a storage, and a starter."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.cluster.town import Shared, Start
from stores import PostgresServer

_TESTS = Path(__file__).parents[2]
_START_SECONDS = 60


@dataclass(frozen=True)
class Machines:
    """What any number of towns share.

    Attributes:
        start: starts their members.
        server: the PostgreSQL.
        storage: the URL of the storage.
    """

    start: Start
    server: PostgresServer
    storage: str

    def new(self, **settings: str) -> Shared:
        """An empty database and a storage for one town, with these settings besides."""
        database = self.server.database()
        return Shared(database, f"{self.storage}/{database.rpartition('/')[2]}", settings)

    @contextmanager
    def own_database(self) -> Iterator["Machines"]:
        """The same with a PostgreSQL that is nobody else's."""
        with _postgres() as server:
            yield Machines(self.start, server, self.storage)


@contextmanager
def machines() -> Iterator[Machines]:
    """A PostgreSQL and a folder as storage."""
    with forking() as start, _postgres() as server, tempfile.TemporaryDirectory() as storage:
        yield Machines(start, server, f"file://{storage}")


@contextmanager
def _postgres() -> Iterator[PostgresServer]:
    server = PostgresServer().start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def forking() -> Iterator[Start]:
    """Starts replicas and workers within milliseconds; see `starter`."""
    ours, its = socket.socketpair()
    command = [sys.executable, "-m", "server.cluster.starter", str(its.fileno())]
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(_TESTS), os.environ.get("PYTHONPATH", "")])}
    turn = threading.Lock()  # what comes back does not say whose it is

    def start(given: dict[str, Any], path: Path) -> int:
        with turn, path.open("ab") as log:
            socket.send_fds(ours, [json.dumps(given).encode() + b"\n"], [log.fileno()])
            return int(ours.recv(64))

    with ours, subprocess.Popen(command, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL, env=env):
        its.close()
        ours.settimeout(_START_SECONDS)
        try:
            yield start
        finally:
            ours.shutdown(socket.SHUT_RDWR)
