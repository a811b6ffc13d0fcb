"""Waiting for something to change."""

from collections.abc import Awaitable, Callable, Iterable

import anyio


class Signal:
    """Something that happens again and again, for one who waits: what happens while nobody does is not missed."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def happened(self) -> None:
        """Wake the one who waits, or who waits next."""
        self._event.set()

    async def next(self) -> None:
        """Return when it has happened since the last time."""
        await self._event.wait()
        self._event = anyio.Event()


class JobSignals:
    """A signal for each job, so that a change wakes those who wait for that job and nobody else."""

    def __init__(self) -> None:
        self._events: dict[str, anyio.Event] = {}

    def changed(self, job_ids: Iterable[str]) -> None:
        """Wake those who wait for one of these jobs."""
        for job_id in job_ids:
            if event := self._events.pop(job_id, None):
                event.set()

    def next(self, job_id: str) -> Callable[[], Awaitable[None]]:
        """Returns, awaited, when the job changes after this was called."""
        return self._events.setdefault(job_id, anyio.Event()).wait
