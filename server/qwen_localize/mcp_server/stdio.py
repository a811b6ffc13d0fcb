"""MCP over stdin and stdout, with what the SDK's own transport leaves undone.

A line that the SDK cannot read, it drops: the client then waits for an answer that never comes. Here it is answered
with an error, if it has an id. And a client that closes one end, and neither reads nor writes at the other, would keep
the process alive; here it ends.
"""

import logging
import re
import sys
from contextvars import Context
from io import TextIOWrapper
from typing import Any, Self, cast

import anyio
from mcp.server import MCPServer
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError, JSONRPCResponse
from pydantic import ValidationError

from ..errors import BadSetting
from ..finishing import end_within
from ..front import LEAVE_SECONDS, Front
from ..wellformed import Malformed, parsed

logger = logging.getLogger(__name__)

# A string (perhaps cut off), a sign, or a word; possessive, so that no line takes longer than it is long.
_PART = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}:,]|[^\s\[\]{}:,"]++', re.DOTALL)
_ID = re.compile(r"-?\d{1,40}")


async def serve_stdio(server: MCPServer[Any], front: Front | None = None, line: bytes = b"") -> None:
    """Serve until the input ends.

    Args:
        server: what is served.
        front: who has answered so far; none if nobody has.
        line: what it could not answer.

    Raises:
        BadSetting: there is no input or no output.
    """
    if sys.stdin is None or sys.stdout is None:
        raise BadSetting(
            "stdin or stdout is closed, and MCP is spoken over both. An MCP client starts this program with both open; "
            "see the README for how to configure yours."
        )
    # The SDK's own loop over stdio takes no streams; `test_stdio` notices if this name goes.
    lowlevel = server._lowlevel_server  # noqa: SLF001
    stdin = anyio.wrap_file(TextIOWrapper(front.rest(line), "utf-8", "replace")) if front else None
    try:
        async with stdio_server(stdin) as (heard, wire):
            said: Any = OnceStream(wire, front.answered) if front else wire
            try:
                await lowlevel.run(AnsweringStream(heard, said), said, lowlevel.create_initialization_options())
            finally:
                end_within(LEAVE_SECONDS)
    except* (ConnectionError, anyio.BrokenResourceError):
        logger.info("The client has closed its end, or this process is told to stop; that ends the server.")


class OnceStream:
    """What is said, but for the answers that have been given already.

    Args:
        said: where messages go.
        answered: the ids of the requests that were answered.
    """

    def __init__(self, said: Any, answered: set[str | int]) -> None:
        self._said, self._answered = said, answered

    async def send(self, item: SessionMessage) -> None:
        """Say a message, unless it is such an answer."""
        message = item.message
        if isinstance(message, JSONRPCResponse | JSONRPCError) and message.id in self._answered:
            self._answered.discard(message.id)
        else:
            await self._said.send(item)

    async def aclose(self) -> None:
        """Say no more."""
        await self._said.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()


class AnsweringStream:
    """What is heard, but for lines that cannot be read: they are answered with an error.

    Args:
        heard: messages, and in the place of each that could not be read, the exception.
        said: where answers go.
    """

    def __init__(self, heard: Any, said: Any) -> None:
        self._heard, self._said = heard, said

    @property
    def last_context(self) -> Context | None:
        """The context in which the last message was sent, which the SDK goes on in."""
        return getattr(self._heard, "last_context", None)

    async def receive(self) -> SessionMessage:
        """The next message that can be read."""
        while isinstance(item := await self._heard.receive(), Exception):
            await self._answer(item)
        return cast(SessionMessage, item)

    async def _answer(self, error: Exception) -> None:
        line, reason = _problem(error)
        broken = isinstance(line, str)
        request_id = _id_in_line(line) if isinstance(line, str) else _id_of(line)
        if request_id is None:
            logger.warning("A message that cannot be read was dropped: %s", reason)
            return
        code, words = (PARSE_ERROR, "not JSON that can be read") if broken else (INVALID_REQUEST, "not a request")
        data = ErrorData(code=code, message=f"The message is {words}: {reason[:200]}. Nothing was done.")
        await self._said.send(SessionMessage(JSONRPCError(jsonrpc="2.0", id=request_id, error=data)))

    async def aclose(self) -> None:
        """Hear no more."""
        await self._heard.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage:
        while isinstance(item := await self._heard.__anext__(), Exception):
            await self._answer(item)
        return cast(SessionMessage, item)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()


def _problem(error: Exception) -> tuple[Any, str]:
    """What was not understood, as a line or, if that was JSON, as the message that it held; and why."""
    if not isinstance(error, ValidationError):
        return None, str(error)
    problems = error.errors(include_url=False)
    reason = ": ".join([*map(str, problems[0]["loc"][1:]), problems[0]["msg"]])
    # For each kind of message that it is not there is a problem, the one with a part of it, the other with the whole.
    return next(
        (found["input"] for found in problems if isinstance(found["input"], dict)), problems[0]["input"]
    ), reason


def _id_of(message: Any) -> str | int | None:
    request_id = message.get("id") if isinstance(message, dict) else None
    return request_id if isinstance(request_id, str | int) and not isinstance(request_id, bool) else None


def _id_in_line(line: str) -> str | int | None:
    """The id in a line that is no JSON to be read, found without reading the rest; None if it has none."""
    depth, key, at_key = 0, "", False
    for part in (found.group() for found in _PART.finditer(line)):
        if part in "{[":
            depth += 1
            at_key = part == "{"
        elif part in "}]":
            depth -= 1
        elif depth == 1 and part == ",":
            at_key = True
        elif depth == 1 and part == ":":
            at_key = False
        elif depth == 1 and at_key:
            key = part
        elif depth == 1 and key == '"id"':
            return _as_id(part)
    return None


def _as_id(part: str) -> str | int | None:
    if part.startswith('"'):
        return _as_text(part)
    return int(part) if _ID.fullmatch(part) else None


def _as_text(part: str) -> str | None:
    """A string as JSON has it; None where a part of it may have been lost."""
    try:
        text = parsed(part.encode())
    except Malformed:
        return None
    return text if isinstance(text, str) and "\ufffd" not in text else None
