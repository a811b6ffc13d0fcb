"""FastMCP's client, by which other frameworks speak too."""

import asyncio

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from scripted import SERVER, Script


async def main() -> None:
    """One run, without an agent."""
    script = Script()
    outputs: list[str] = []
    async with Client(StdioTransport(**SERVER)) as client:
        tools = [tool.name for tool in await client.list_tools()]
        while call := script.next(outputs):
            result = await client.call_tool(*call)
            outputs.append(f"{result.data} {[getattr(block, 'text', block) for block in result.content]}")
    script.tell("done", tools)


asyncio.run(main())
