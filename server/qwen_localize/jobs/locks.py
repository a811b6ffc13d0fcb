"""Who is alive, and who leads: file locks, which the system lets go when their process dies, however it dies."""

from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout


class Lock:
    """A lock that is held or not; never waited for."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(path, thread_local=False)

    def take(self) -> bool:
        """Whether it is ours now."""
        if self._lock.is_locked:
            return True
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        """Let go, if it is held."""
        self._lock.release(force=True)


class Presence:
    """This process, under a name that others can ask after."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "processes"
        self.name = uuid4().hex[:12]
        self._lock = Lock(self._path(self.name))
        self._lock.take()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"

    def is_alive(self, name: str) -> bool:
        """Whether the process of that name still runs."""
        if name == self.name:
            return True
        other = Lock(self._path(name))
        if not other.take():
            return True
        other.release()
        self._path(name).unlink(missing_ok=True)
        return False

    def leave(self) -> None:
        """Be gone."""
        self._lock.release()
        self._path(self.name).unlink(missing_ok=True)
