"""Start the installed server as a client would, and see that it lists its tools, and answers a call."""

import sys
from tempfile import TemporaryDirectory

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from qwen_localize_tools import TOOLS


async def listed() -> list[str]:
    """The names of the tools that the server lists; fails where it does not start, or cannot be called."""
    with anyio.fail_after(60), TemporaryDirectory() as folder:
        own = {"QWEN_LOCALIZE_STATE_DIR": folder, "QWEN_LOCALIZE_OUTPUT_DIR": folder}
        command = StdioServerParameters(command=sys.executable, args=["-m", "qwen_localize"], env=own)
        async with Client(command) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            # Lists come from a file; a call needs the whole server.
            answer = await client.call_tool("list_jobs", {})
            if answer.is_error:
                sys.exit(f"The installed server cannot be called: {answer.content}.")
            return names


names = anyio.run(listed)
if names != [tool.name for tool in TOOLS]:
    sys.exit(f"The installed server lists {names}.")
sys.stdout.write(f"The package at its lowest direct versions lists {len(names)} tools, and answers.\n")
