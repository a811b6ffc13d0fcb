"""The outermost layer of every request: whom it may come from, how long its body may take, and its end at shutdown."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .visitors import Visitors

# How long a request's body may take, and how many bytes a second it may come with instead.
BODY_SECONDS, BODY_RATE = 10.0, 32 * 1024
MOST_HEAD_BYTES = 32 * 1024
_LEAVING = "This server is ending. Jobs go on when it starts again; call again then."
_SLOW = "The request's body did not arrive in time. Send it again."


class Edge:
    """Turns strangers away, hangs up on who sends too slowly, and ends what is going on when the server ends."""

    def __init__(self, app: ASGIApp, visitors: Visitors) -> None:
        self._app, self._visitors = app, visitors
        self._going_on: dict[anyio.CancelScope, bool] = {}
        self._leaving = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        if problem := _too_long(scope) or self._visitors.problem(scope["headers"]):
            await PlainTextResponse(f"{problem[1]}\n", problem[0])(scope, receive, send)
            return
        request = _Request(scope, receive, send)
        with self._noted(request):
            await self._app(scope, request.receive, request.send)
        if request.limit.cancelled_caught:
            await request.end(_LEAVING if self._leaving else _SLOW, 503 if self._leaving else 408)

    @contextmanager
    def _noted(self, request: "_Request") -> Iterator[None]:
        with request.limit:
            self._going_on[request.limit] = request.only_listens
            try:
                yield
            finally:
                del self._going_on[request.limit]

    async def leave(self, seconds: float) -> None:
        """End at once what only listens, and everything else after `seconds`."""
        self._leaving = True
        self._end(only_listeners=True)
        await anyio.sleep(seconds)
        self._end(only_listeners=False)

    def _end(self, *, only_listeners: bool) -> None:
        for limit, only_listens in list(self._going_on.items()):
            if only_listens or not only_listeners:
                limit.cancel()


class _Request:
    """One request, with the time that its body has left."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        headers = dict(scope["headers"])
        # A stream of events that never ends by itself.
        self.only_listens = (
            scope["method"] == "GET" and b"text/event-stream" in headers.get(b"accept", b"")
        ) or headers.get(b"mcp-method") == b"subscriptions/listen"
        self.limit = anyio.CancelScope()
        self._received = 0
        # What of the answer was sent: nothing, a part whose end is told by its last message, or all that can be.
        self._is_begun = self._is_ended = False
        if b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0":
            self._began = anyio.current_time()
            self._allow()

    async def receive(self) -> Message:
        """The next part of the body; the more there was, the longer the rest may take."""
        message = await self._receive()
        if self.limit.deadline < math.inf:
            self._received += len(message.get("body", b""))
            self._allow(everything=not message.get("more_body", False))
        return message

    async def send(self, message: Message) -> None:
        """A part of the answer; from now on its body may come as it likes."""
        if message["type"] == "http.response.start":
            self._is_begun = True
            self._is_ended = any(name == b"content-length" for name, _ in message["headers"])
            self.limit.deadline = math.inf
        elif not message.get("more_body", False):
            self._is_ended = True
        await self._send(message)

    def _allow(self, *, everything: bool = False) -> None:
        seconds = math.inf if everything else BODY_SECONDS + self._received / BODY_RATE
        self.limit.deadline = self._began + seconds

    async def end(self, words: str, status: int) -> None:
        """Answer in place of what was ended, as far as there is no answer yet."""
        if not self._is_begun:
            answer = PlainTextResponse(f"{words}\n", status, {"connection": "close"})
            await answer(self._scope, self._receive, self._send)
        elif not self._is_ended:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def _too_long(scope: Scope) -> tuple[int, str] | None:
    """Headers that came at once, which uvicorn does not count."""
    length = sum(len(name) + len(value) for name, value in scope["headers"])
    return (431, "The headers are too long.") if length > MOST_HEAD_BYTES else None
