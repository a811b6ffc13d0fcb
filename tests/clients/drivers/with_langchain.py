"""LangChain's adapters, which start a server for every call, and an agent of LangGraph's."""

import asyncio
from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_mcp_adapters.client import MultiServerMCPClient
from scripted import ASKED, SERVER, Script

script = Script()


class Scripted(BaseChatModel):
    """A model that follows the script."""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        """The script knows its tools."""
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        outputs = [str(message.content) for message in messages if isinstance(message, ToolMessage)]
        call = script.next(outputs)
        calls = [{"name": call[0], "args": call[1], "id": f"call-{len(outputs)}"}] if call else []
        return ChatResult(generations=[ChatGeneration(message=AIMessage("" if call else "done", tool_calls=calls))])


async def main() -> None:
    """One run."""
    client = MultiServerMCPClient({"qwen-localize": {"transport": "stdio", **SERVER}})
    tools = await client.get_tools()
    run = await create_agent(Scripted(), tools).ainvoke({"messages": [("user", ASKED)]})
    script.tell(str(run["messages"][-1].content), [tool.name for tool in tools])


asyncio.run(main())
