"""Pydantic AI."""

import asyncio

from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelMessage, ModelResponse, RetryPromptPart, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from scripted import ASKED, SERVER, Script

script = Script()
tools: list[str] = []


def follow(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    """What the script says next."""
    tools[:] = [tool.name for tool in info.function_tools]
    parts = [part for message in messages for part in message.parts]
    outputs = [part.model_response_str() for part in parts if isinstance(part, ToolReturnPart)]
    outputs += [str(part.content) for part in parts if isinstance(part, RetryPromptPart)]
    call = script.next(outputs)
    return ModelResponse(parts=[ToolCallPart(*call) if call else TextPart("done")])


async def main() -> None:
    """One run."""
    agent = Agent(FunctionModel(follow), toolsets=[MCPToolset(StdioTransport(**SERVER), init_timeout=30)])
    async with agent:
        run = await agent.run(ASKED)
    script.tell(run.output, tools)


asyncio.run(main())
