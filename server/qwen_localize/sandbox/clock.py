"""Service time: the one source of time for everything the sandbox decides."""

import time
from datetime import datetime, timedelta, timezone
from typing import Protocol

import anyio

# The service writes its local time without a zone (docs/model-studio.md 2.1); both of its main regions,
# Beijing and Singapore, live at UTC+8.
SERVICE_ZONE = timezone(timedelta(hours=8))


class Clock(Protocol):
    """Service time, in seconds since the sandbox opened."""

    def now(self) -> float:
        """Service seconds since the sandbox opened."""

    def wall(self, moment: float) -> float:
        """The Unix time, in seconds, that is shown to clients for a service moment."""

    async def sleep(self, seconds: float) -> None:
        """Wait for that many service seconds."""


class ServiceClock:
    """Service time that runs `speed` times as fast as real time.

    What clients are shown stays on the real calendar, so that a task made a minute ago by the
    client's watch says so, whatever the speed.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._opened_wall = time.time()
        self._opened = time.monotonic()

    def now(self) -> float:
        """Service seconds since the sandbox opened."""
        return (time.monotonic() - self._opened) * self._speed

    def wall(self, moment: float) -> float:
        """The real Unix time of a service moment, past or to come."""
        return self._opened_wall + moment / self._speed

    async def sleep(self, seconds: float) -> None:
        """Wait for that many service seconds."""
        await anyio.sleep(max(0.0, seconds) / self._speed)


def stamp(wall: float) -> str:
    """Unix seconds as the service writes them: `YYYY-MM-DD HH:mm:ss.SSS` (docs/model-studio.md 2.1)."""
    moment = datetime.fromtimestamp(wall, SERVICE_ZONE)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"


def parse_compact(text: str) -> float:
    """Unix seconds of `YYYYMMDDhhmmss` (docs/model-studio.md 2.2); ValueError for anything else."""
    if len(text) != 14 or not text.isascii() or not text.isdigit():
        raise ValueError(f"{text!r} is not of the form YYYYMMDDhhmmss.")
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=SERVICE_ZONE).timestamp()
