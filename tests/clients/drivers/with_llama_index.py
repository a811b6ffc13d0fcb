"""LlamaIndex, which starts a server for every call, and shows its model the whole result as Python prints it."""

import asyncio
from collections.abc import Sequence
from typing import Any

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.base.llms.types import ToolCallBlock
from llama_index.core.llms import ChatMessage, MessageRole
from llama_index.core.llms.mock import MockFunctionCallingLLM
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec
from scripted import ASKED, SERVER, Script

script = Script()


def follow(messages: Sequence[ChatMessage], **_: Any) -> ChatMessage:
    """What the script says next."""
    outputs = [str(message.content) for message in messages if message.role == MessageRole.TOOL]
    call = script.next(outputs)
    if call is None:
        return ChatMessage(role="assistant", content="done")
    block = ToolCallBlock(tool_call_id=f"call-{len(outputs)}", tool_name=call[0], tool_kwargs=call[1])
    return ChatMessage(role="assistant", blocks=[block])


async def main() -> None:
    """One run."""
    client = BasicMCPClient(SERVER["command"], SERVER["args"], SERVER["env"])
    tools = await McpToolSpec(client).to_tool_list_async()
    model = MockFunctionCallingLLM(response_generator=follow)
    agent = FunctionAgent(llm=model, tools=tools, streaming=False)
    answer = await agent.run(ASKED)
    script.tell(str(answer), [tool.metadata.name for tool in tools])


asyncio.run(main())
