"""Who is alive, and who leads: file locks, which the system lets go when their process dies, however it dies."""

import logging
import os
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from filelock import FileLock, Timeout

logger = logging.getLogger(__name__)

# How often a process with a paid request out leaves a sign of life.
BEAT_SECONDS = 0.5
# How old the files of processes that are gone get.
_FORGOTTEN_SECONDS = 7 * 24 * 3600.0


class Leader(Protocol):
    """Something that one process at a time holds."""

    async def take(self) -> bool:
        """Whether it is ours now; asked again and again by the one who has it."""

    async def release(self) -> None:
        """Let go, if it is held."""


class Presence(Protocol):
    """This process, under a name that others can ask after.

    Attributes:
        name: its own.
    """

    name: str

    @property
    def first_owner(self) -> str:
        """Who owns what this process begins; empty if whoever takes it from the queue first does."""

    def check(self) -> None:
        """Make sure that nobody has taken over, or will before what is sent now is out.

        Raises:
            StateUnavailable: that is not sure.
        """

    def is_alive(self, name: str) -> bool:
        """Whether the process of that name still runs."""

    def has_arrived(self, name: str) -> bool:
        """Whether all that a process which is gone had sent must have arrived."""

    def gone_since(self, name: str) -> float | None:
        """When a process that is gone sent nothing more, in Unix seconds; None if that is not known."""

    def beat(self, now: float) -> None:
        """Leave a sign of life, if that can be; `now` in Unix seconds.

        A process does so while it has a paid request out.
        """

    def stay(self) -> None:
        """Be there again, if somebody has removed the sign that this process lives."""

    async def leave(self) -> None:
        """Be gone."""


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


class FileLeader:
    """See `Leader`: among the processes of one machine."""

    def __init__(self, path: Path) -> None:
        self._lock = Lock(path)

    async def take(self) -> bool:
        """See `Leader`."""
        return self._lock.take()

    async def release(self) -> None:
        """See `Leader`."""
        self._lock.release()


class FilePresence:
    """See `Presence`: among the processes of one machine.

    Args:
        folder: the state directory.
        now: Unix seconds, for forgetting processes that went long ago.
    """

    def __init__(self, folder: Path, now: float) -> None:
        self._folder = folder / "processes"
        self.name = uuid4().hex[:12]
        self._lock = Lock(self._path(self.name))
        self._lock.take()
        self._forget_the_dead(now)

    @property
    def first_owner(self) -> str:
        """See `Presence`: who begins a job does it."""
        return self.name

    def check(self) -> None:
        """See `Presence`: the system lets go of a lock when its process dies, and not before."""

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"

    def is_alive(self, name: str) -> bool:
        """Whether the process of that name still runs."""
        if name == self.name:
            return True
        if not self._path(name).exists():
            return False
        other = Lock(self._path(name))
        if not other.take():
            return True
        other.release()
        return False

    def beat(self, now: float) -> None:
        """Leave a sign of life, if the disk takes it; `now` in Unix seconds.

        A process does so while it has a paid request out.
        """
        try:
            os.utime(self._path(self.name), (now, now))
        except OSError as error:
            logger.warning("No sign of life can be left: %s", error)

    def stay(self) -> None:
        """Be there again, if somebody has removed the sign that this process lives."""
        if self._path(self.name).exists():
            return
        try:
            self._lock.release()
            self._lock = Lock(self._path(self.name))
            self._lock.take()
        except OSError as error:
            logger.warning("Others cannot see that this process lives: %s", error)

    def has_arrived(self, name: str) -> bool:  # noqa: ARG002 - what has ended sends nothing more
        """See `Presence`."""
        return True

    def gone_since(self, name: str) -> float | None:
        """See `Presence`."""
        try:
            return self._path(name).stat().st_mtime + 2 * BEAT_SECONDS
        except OSError:
            return None

    async def leave(self) -> None:
        """Be gone. The file stays for those who ask when this process was last seen."""
        self._lock.release()

    def _forget_the_dead(self, now: float) -> None:
        for path in self._folder.glob("*.lock"):
            if now - path.stat().st_mtime > _FORGOTTEN_SECONDS and not self.is_alive(path.stem):
                path.unlink(missing_ok=True)
