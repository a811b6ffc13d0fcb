"""One WebSocket on its way through the sandbox: what it gets, what befalls it, and what is written down about it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from ..faults import Fault
from ..ledger import Listened
from ..service import Sandbox

Complain = Callable[[str, str], Awaitable[None]]


class Over(Exception):
    """The session has ended.

    Attributes:
        end: how, as the ledger says it.
    """

    def __init__(self, end: str) -> None:
        super().__init__(end)
        self.end = end


class Line:
    """An accepted WebSocket.

    Attributes:
        sandbox: who answers.
        model: the model spoken to, once known.
        seconds: seconds of sound got so far.
        end: how it ended.
    """

    def __init__(self, sandbox: Sandbox, socket: WebSocket, model: str | None, mishap: Fault | None) -> None:
        self.sandbox = sandbox
        self.model = model
        self.seconds = 0.0
        self.end = "closed"
        self._socket = socket
        self._mishap = mishap
        self._mute = False
        self._opened = sandbox.clock.now()
        self._first: float | None = None
        self._last: float | None = None

    async def receive(self) -> str | bytes:
        """The next frame.

        Raises:
            Over: the client has gone.
        """
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise Over("closed")
        text: str | None = message.get("text")
        return message["bytes"] if text is None else text

    async def send(self, event: dict[str, Any]) -> None:
        """Send an event as JSON, unless the line has gone mute."""
        if not self._mute:
            await self._write(json.dumps(event, ensure_ascii=False))

    async def _write(self, text: str) -> None:
        try:
            await self._socket.send_text(text)
        except WebSocketDisconnect as gone:
            raise Over("closed") from gone

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close it from this side."""
        if not self._mute:
            await self._socket.close(code, reason)

    def room(self) -> float:
        """Seconds of sound until something befalls it."""
        return float("inf") if self._mishap is None else max(0.0, (self._mishap.after or 0.0) - self.seconds)

    def got(self, seconds: float) -> None:
        """Note down sound that has come."""
        now = self.sandbox.clock.now()
        self._first = now if self._first is None else self._first
        self._last = now
        self.seconds += seconds

    async def befall(self, complain: Complain) -> None:
        """Let happen what was to happen at this second.

        Args:
            complain: tells the client of an error (code, message) in the words of its protocol.

        Raises:
            Over: that was the end.
        """
        mishap = self._mishap
        if mishap is None or self.seconds + 1e-9 < (mishap.after or 0.0):
            return
        self._mishap = None
        match mishap.name:
            case "drop":
                await self._drop()
            case "stall":
                self._mute, self.end = True, "stall"
            case "garbage":
                await self._write("<html>sandbox: not what you asked for</html>")
            case "fail":
                await complain("internal_error", "An internal error has occured, please try again later.")
            case _:
                self.end = "expire"
                await complain("session_expired", "Your session hit the maximum duration.")
                await self.close()
                raise Over("expire")

    async def _drop(self) -> None:
        client = self._socket.client
        if client is not None:
            self.sandbox.hang_up((client.host, client.port))
        raise Over("drop")

    def ended(self, end: str) -> None:
        """Write down how it ended."""
        self.end = end if self.end == "closed" else self.end
        now = self.sandbox.clock.now()
        self.sandbox.ledger.listened(
            Listened(self._opened, self.model, round(self.seconds, 3), self._first, self._last, now, self.end)
        )
