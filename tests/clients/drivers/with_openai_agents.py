"""The OpenAI Agents SDK, whose calls time out after five seconds."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

from agents import Agent, Model, ModelResponse, RunConfig, Runner, Usage
from agents.mcp import MCPServerStdio
from agents.testing import assistant_message, function_call
from scripted import ASKED, SERVER, TOLD, Script


class Scripted(Model):
    """A model that follows the script."""

    def __init__(self, script: Script) -> None:
        self._script = script

    async def get_response(self, system_instructions: Any, input: Any, *_: Any, **__: Any) -> ModelResponse:  # noqa: A002
        """The next call, or the last words."""
        items = [] if isinstance(input, str) else input
        outputs = [json.dumps(item["output"]) for item in items if item.get("type") == "function_call_output"]
        call = self._script.next([json.loads(text) if text.startswith('"') else text for text in outputs])
        item = function_call(call[0], json.dumps(call[1]), call_id=f"call-{len(outputs)}") if call else None
        return ModelResponse(output=[item or assistant_message("done")], usage=Usage(), response_id=None)

    def stream_response(self, *_: Any, **__: Any) -> AsyncIterator[Any]:
        """Nobody streams here."""
        raise NotImplementedError


async def connected() -> MCPServerStdio:
    """A server that answered in time, on a machine that may be busy: what is judged are the calls."""
    for _ in range(3):
        server = MCPServerStdio(params=SERVER, client_session_timeout_seconds=TOLD["patience"])
        try:
            await server.connect()
        except Exception as error:  # noqa: BLE001 - each generation of the SDK raises something else
            sys.stderr.write(f"{error}\n")
            await server.cleanup()
        else:
            return server
    raise TimeoutError("The server did not answer three times.")


async def main() -> None:
    """One run."""
    script = Script()
    server = await connected()
    try:
        tools = [tool.name for tool in await server.list_tools()]
        agent = Agent("translator", model=Scripted(script), mcp_servers=[server])
        run = await Runner.run(agent, ASKED, run_config=RunConfig(tracing_disabled=True))
    finally:
        await server.cleanup()
    script.tell(run.final_output, tools)


asyncio.run(main())
