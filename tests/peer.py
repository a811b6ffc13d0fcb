"""A client that says exactly what it is told to say, over streams as stdio has them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import mcp_types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server import MCPServer
from mcp.shared.message import SessionMessage

from qwen_localize.mcp_server.stdio import AnsweringStream

_Sent = MemoryObjectSendStream[SessionMessage | Exception]
_Heard = MemoryObjectReceiveStream[SessionMessage]


class Peer:
    """One connection, as messages."""

    def __init__(self, sent: _Sent, heard: _Heard) -> None:
        self._sent, self._heard = sent, heard
        self._answers: dict[int | str, dict[str, Any]] = {}
        self._awaited: dict[int | str, anyio.Event] = {}

    async def say(self, message: dict[str, Any]) -> None:
        """Send one message."""
        await self.say_line(json.dumps({"jsonrpc": "2.0"} | message))

    async def say_line(self, line: str) -> None:
        """Send a line, which need not be a message; what cannot be read arrives as the SDK passes it on."""
        try:
            parsed = mcp_types.jsonrpc_message_adapter.validate_json(line, by_name=False)
        except ValueError as error:
            await self._sent.send(error)
        else:
            await self._sent.send(SessionMessage(parsed))

    async def error(self, number: int | str, line: str) -> dict[str, Any]:
        """The error that a line is answered with, under its number."""
        self._awaited[number] = anyio.Event()
        await self.say_line(line)
        await self._awaited[number].wait()
        return dict(self._answers[number]["error"])

    async def begin(self, number: int, tool: str, **arguments: Any) -> None:
        """Call a tool, and do not wait for what it answers."""
        self._awaited[number] = anyio.Event()
        await self.say({"id": number, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})

    async def call(self, number: int, tool: str, **arguments: Any) -> dict[str, Any]:
        """The result of a tool."""
        await self.begin(number, tool, **arguments)
        return await self.answer(number)

    async def answer(self, number: int) -> dict[str, Any]:
        """The result of what was begun under a number."""
        await self._awaited[number].wait()
        return dict(self._answers[number]["result"])

    async def cancel(self, number: int, reason: str | None) -> None:
        """Say that an answer is not waited for any more, with the reason that a client gives, if it gives any."""
        reasons = {} if reason is None else {"reason": reason}
        await self.say({"method": "notifications/cancelled", "params": {"requestId": number} | reasons})

    async def introduce(self) -> None:
        """What a client says first."""
        facts = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        self._awaited[0] = anyio.Event()
        await self.say({"id": 0, "method": "initialize", "params": facts})
        await self._awaited[0].wait()
        await self.say({"method": "notifications/initialized"})

    async def listen(self) -> None:
        """Take in what comes, until the server ends."""
        async for item in self._heard:
            message = item.message.model_dump(by_alias=True, mode="json", exclude_none=True)
            if (number := message.get("id")) in self._awaited:
                self._answers[number] = message
                self._awaited[number].set()


@asynccontextmanager
async def speaking_to(server: MCPServer[Any]) -> AsyncIterator[Peer]:
    """A connection to a server; when it is left, the server's input ends."""
    to_server, heard = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    said, from_server = anyio.create_memory_object_stream[SessionMessage](0)
    lowlevel = server._lowlevel_server
    async with to_server, heard, said, from_server, anyio.create_task_group() as group:
        peer = Peer(to_server, from_server)
        stream: Any = AnsweringStream(heard, said)
        group.start_soon(lowlevel.run, stream, said, lowlevel.create_initialization_options())
        group.start_soon(peer.listen)
        await peer.introduce()
        yield peer
        await to_server.aclose()
