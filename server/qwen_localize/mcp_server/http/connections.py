"""One HTTP connection, bounded in time: who sends or reads too slowly is hung up on, and makes room for others."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

# How long a request's line and headers may take from the first byte, or from the connection's beginning.
HEAD_SECONDS = 10.0
# How long nothing of an answer may be taken while more of it waits.
STALLED_SECONDS = 60.0
MOST_CONNECTIONS = 512


class BoundedConnection(H11Protocol):
    """As uvicorn has it, and nobody can hold it for nothing.

    Where there are too many, the one that has waited longest for a request makes room: whoever opens connections and
    sends nothing cannot keep others out.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._since = 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether no request is being answered on it."""
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Begin to wait for a request."""
        if len(self.connections) >= MOST_CONNECTIONS:
            self._make_room()
        super().connection_made(transport)
        self._since = self.loop.time()
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The client takes less than there is to be sent."""
        super().pause_writing()
        self._stalled = self._stalled or self.loop.call_later(STALLED_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has taken what there was."""
        super().resume_writing()
        if self._stalled:
            self._stalled.cancel()
            self._stalled = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Watch no more."""
        for timer in (self._head, self._stalled):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self._head and not self.is_waiting:
            self._head.cancel()
            self._head = None
        elif self._head is None and self.is_waiting and not self.transport.is_closing():
            self._head = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _make_room(self) -> None:
        waiting = [each for each in self.connections if isinstance(each, BoundedConnection) and each.is_waiting]
        if waiting:
            longest = min(waiting, key=lambda each: each._since)  # noqa: SLF001 - of its own kind
            self.connections.discard(longest)
            longest.transport.abort()
