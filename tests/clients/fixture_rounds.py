"""Tools and a prompt that need several rounds, as 2026-07-28 does them: they end with what they want to be told."""

import json
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp_types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequest,
    InputRequiredResult,
    ListRootsRequest,
    SamplingMessage,
    TextContent,
)


def _form(field: str, kind: str = "string") -> ElicitRequest:
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return ElicitRequest(params=ElicitRequestFormParams(message=f"Tell the {field}.", requested_schema=schema))


def _question(text: str) -> CreateMessageRequest:
    asked = SamplingMessage(role="user", content=TextContent(type="text", text=text))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[asked], max_tokens=50))


def _told(ctx: Context, name: str, field: str) -> str:
    """What the user wrote into a field of a form."""
    answer = (ctx.input_responses or {}).get(name)
    return str(answer.content.get(field)) if isinstance(answer, ElicitResult) and answer.content else ""


def add(server: MCPServer[Any]) -> None:
    """All of them."""
    _add_one_round(server, "test_input_required_result_elicitation", {"user_name": _form("name")})
    _add_one_round(server, "test_input_required_result_sampling", {"capital_question": _question("France's capital?")})
    _add_one_round(server, "test_input_required_result_list_roots", {"client_roots": ListRootsRequest()})
    three: dict[str, InputRequest] = {"user_name": _form("name"), "greeting": _question("Greet.")}
    three["client_roots"] = ListRootsRequest()
    _add_one_round(server, "test_input_required_result_multiple_inputs", three, state="several")
    _add_one_round(server, "test_input_required_result_request_state", {"confirm": _form("ok", "boolean")}, state="1")
    _add_one_round(server, "test_input_required_result_tampered_state", {"confirm": _form("ok", "boolean")}, state="1")
    _add_several_rounds(server)
    _add_prompt(server)


def _add_one_round(server: MCPServer[Any], name: str, wants: dict[str, Any], state: str | None = None) -> None:
    """A tool that wants all this, and then says what it was told."""

    async def ask(ctx: Context) -> str | InputRequiredResult:
        told = ctx.input_responses or {}
        if not wants.keys() <= told.keys() or ctx.request_state != state:
            return InputRequiredResult(input_requests=wants, request_state=state)
        shown = {key: answer.model_dump(mode="json") for key, answer in told.items()}
        return f"state-ok: {json.dumps(shown)}"

    server.add_tool(ask, name=name, description="Asks, and says what it was told.")


def _add_several_rounds(server: MCPServer[Any]) -> None:
    @server.tool()
    async def test_input_required_result_multi_round(ctx: Context) -> str | InputRequiredResult:
        """Asks twice."""
        state = json.loads(ctx.request_state or '{"round": 0}')
        told = ctx.input_responses or {}
        if state["round"] == 2 and "step2" in told:
            return f"{state['name']} likes {_told(ctx, 'step2', 'color')}."
        if state["round"] == 1 and "step1" in told:
            after = json.dumps({"round": 2, "name": _told(ctx, "step1", "name")})
            return InputRequiredResult(input_requests={"step2": _form("color")}, request_state=after)
        return InputRequiredResult(input_requests={"step1": _form("name")}, request_state='{"round": 1}')

    @server.tool()
    async def test_input_required_result_capabilities(ctx: Context) -> InputRequiredResult:
        """Asks only for what the client can give."""
        can = ctx.client_capabilities
        wants: dict[str, InputRequest] = {}
        if can is None or can.sampling is not None:
            wants["sample"] = _question("Say hello")
        if can is None or can.elicitation is not None:
            wants["ask"] = _form("name")
        return InputRequiredResult(input_requests=wants, request_state="by capability")


def _add_prompt(server: MCPServer[Any]) -> None:
    @server.prompt()
    async def test_input_required_result_prompt(ctx: Context) -> list[UserMessage] | InputRequiredResult:
        """Asks for its context."""
        if not ctx.input_responses:
            return InputRequiredResult(input_requests={"user_context": _form("context")})
        text = f"Use the following context: {_told(ctx, 'user_context', 'context')}"
        return [UserMessage(role="user", content=TextContent(type="text", text=text))]
