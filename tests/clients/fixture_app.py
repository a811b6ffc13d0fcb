"""A server made by our factory that also has the tools, resources and prompts that the conformance suite asks for.

What each must do stands in the suite's scenarios. Those that our own machinery can express are our own `Tool`s.
"""

import base64
import json
from typing import Annotated, Any

import anyio
from mcp.server import MCPServer
from mcp.server.mcpserver import Context as McpContext
from mcp.server.mcpserver.prompts.base import Prompt, UserMessage
from mcp.shared.exceptions import MCPError
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    Completion,
    EmbeddedResource,
    EmptyResult,
    ImageContent,
    RequestParams,
    SamplingMessage,
    SetLevelRequestParams,
    SubscribeRequestParams,
    TextContent,
    TextResourceContents,
    UnsubscribeRequestParams,
)
from pydantic import BaseModel, Field

from clients import fixture_forms as forms
from clients import fixture_rounds
from clients.listening import serve
from qwen_localize.errors import Rejected
from qwen_localize.mcp_server import build_server
from qwen_localize.settings import Settings
from qwen_localize.tool import Context, Result, Tool
from qwen_localize_tools import TOOLS

_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
_WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="
_PICTURE = ImageContent(type="image", data=_PNG, mime_type="image/png")


class _Words(Result):
    words: str

    def blocks(self) -> list[str]:
        return [self.words]


async def test_simple_text(context: Context) -> _Words:
    """Says something."""
    return _Words(words="This is a simple text response for testing.")


async def test_error_handling(context: Context) -> _Words:
    """Fails."""
    raise Rejected("This tool intentionally returns an error for testing")


async def test_tool_with_progress(context: Context) -> _Words:
    """Tells how far it is."""
    for done in (0, 50, 100):
        await context.jobs.progress(done, 100, f"Completed step {done} of 100")
    return _Words(words="Told three times.")


OURS = tuple(
    Tool(function, title="Fixture") for function in (test_simple_text, test_error_handling, test_tool_with_progress)
)


def _resource(uri: str, text: str, mime_type: str = "text/plain") -> EmbeddedResource:
    contents = TextResourceContents(uri=uri, mime_type=mime_type, text=text)
    return EmbeddedResource(type="resource", resource=contents)


def _said(content: Any) -> UserMessage:
    return UserMessage(
        role="user", content=TextContent(type="text", text=content) if isinstance(content, str) else content
    )


def _add_contents(server: MCPServer[Any]) -> None:
    """Tools that answer with each kind of content."""

    @server.tool()
    def test_image_content() -> list[ImageContent]:
        """Answers with a picture."""
        return [_PICTURE]

    @server.tool()
    def test_audio_content() -> list[AudioContent]:
        """Answers with a sound."""
        return [AudioContent(type="audio", data=_WAV, mime_type="audio/wav")]

    @server.tool()
    def test_embedded_resource() -> list[EmbeddedResource]:
        """Answers with a resource."""
        return [_resource("test://embedded-resource", "This is an embedded resource content.")]

    @server.tool()
    def test_multiple_content_types() -> list[TextContent | ImageContent | EmbeddedResource]:
        """Answers with a text, a picture and a resource."""
        data = _resource("test://mixed-content-resource", '{"test": "data", "value": 123}', "application/json")
        return [TextContent(type="text", text="Multiple content types test:"), _PICTURE, data]

    @server.tool()
    def test_x_mcp_header(
        region: Annotated[str, Field(description="A header too", json_schema_extra={"x-mcp-header": "Region"})] = "-",
    ) -> str:
        """Takes an argument that is a header too."""
        return region

    @server.tool()
    def json_schema_2020_12_tool() -> str:
        """Has a schema with all that JSON Schema 2020-12 has."""
        return "done"

    server._tool_manager._tools["json_schema_2020_12_tool"].parameters = forms.SCHEMA_2020_12


def _add_askers(server: MCPServer[Any]) -> None:
    """Tools that ask the client for something while they run, as it was done until 2025-11-25."""

    @server.tool()
    async def test_tool_with_logging(ctx: McpContext) -> str:
        """Logs three lines."""
        for line in ("Tool execution started", "Tool processing data", "Tool execution completed"):
            await ctx.info(line)
            await anyio.lowlevel.checkpoint()
        return "Logged."

    @server.tool()
    async def test_sampling(prompt: str, ctx: McpContext) -> str:
        """Asks the client's model."""
        asked = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
        answer = await ctx.session.create_message([asked], max_tokens=100, related_request_id=ctx.request_id)
        return f"LLM response: {getattr(answer.content, 'text', '?')}"

    def add_form(name: str, form: type[BaseModel]) -> None:
        async def ask(ctx: McpContext, message: str = "Please fill in") -> str:
            answer = await ctx.elicit(message=message, schema=form)
            content = answer.data.model_dump_json() if answer.action == "accept" else "{}"
            return f"User response: action={answer.action}, content={content}"

        server.add_tool(ask, name=name, description="Asks the user.")

    add_form("test_elicitation", forms.Answer)
    add_form("test_elicitation_sep1034_defaults", forms.Defaults)
    add_form("test_elicitation_sep1330_enums", forms.Choices)

    @server.tool()
    async def test_missing_capability(ctx: McpContext) -> str:
        """Needs a client with a model."""
        capabilities = ctx.session.client_capabilities
        if capabilities is None or capabilities.sampling is None:
            needed: dict[str, Any] = {"requiredCapabilities": {"sampling": {}}}
            raise MCPError(code=MISSING_REQUIRED_CLIENT_CAPABILITY, message="This needs sampling.", data=needed)
        return "The client has a model."


def _add_changes(server: MCPServer[Any]) -> None:
    """Tools that change what the server has, and tell those who listen."""

    def passing() -> str:
        return "gone soon"

    @server.tool()
    async def test_trigger_tool_change(ctx: McpContext) -> str:
        """Adds a tool for a moment."""
        server.add_tool(passing, name="test_dynamic_tool")
        server.remove_tool("test_dynamic_tool")
        await ctx.notify_tools_changed()
        return "changed"

    @server.tool()
    async def test_trigger_prompt_change(ctx: McpContext) -> str:
        """Adds a prompt for a moment."""
        server.add_prompt(Prompt.from_function(passing, name="test_dynamic_prompt", description="passing"))
        server.remove_prompt("test_dynamic_prompt")
        await ctx.notify_prompts_changed()
        return "changed"


def _add_resources(server: MCPServer[Any]) -> None:
    @server.resource("test://static-text")
    def static_text() -> str:
        """A text."""
        return "This is the content of the static text resource."

    @server.resource("test://static-binary")
    def static_binary() -> bytes:
        """A picture."""
        return base64.b64decode(_PNG)

    @server.resource("test://template/{id}/data")
    def template(id: str) -> str:  # noqa: A002 - the suite's name
        """A text for each id."""
        return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})

    @server.resource("test://watched-resource")
    def watched() -> str:
        """A text to be watched."""
        return "Watched resource content"


def _add_prompts(server: MCPServer[Any]) -> None:
    @server.prompt()
    def test_simple_prompt() -> list[UserMessage]:
        """A prompt."""
        return [_said("This is a simple prompt for testing.")]

    @server.prompt()
    def test_prompt_with_arguments(arg1: str, arg2: str) -> list[UserMessage]:
        """A prompt with arguments."""
        return [_said(f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")]

    @server.prompt()
    def test_prompt_with_embedded_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803 - the suite's name
        """A prompt with a resource."""
        return [_said(_resource(resourceUri, "Embedded resource content for testing.")), _said("Process it.")]

    @server.prompt()
    def test_prompt_with_image() -> list[UserMessage]:
        """A prompt with a picture."""
        return [_said(_PICTURE), _said("Please analyze the image above.")]

    @server.completion()  # type: ignore[no-untyped-call, untyped-decorator]
    async def complete(ref: Any, argument: Any, context: Any) -> Completion:
        return Completion(values=[], total=0, has_more=False)


def _add_acknowledgements(server: MCPServer[Any]) -> None:
    """Requests of older revisions that are only acknowledged."""

    async def acknowledge(_: Any, __: Any) -> EmptyResult:
        return EmptyResult()

    methods: dict[str, type[RequestParams]] = {
        "logging/setLevel": SetLevelRequestParams,
        "resources/subscribe": SubscribeRequestParams,
        "resources/unsubscribe": UnsubscribeRequestParams,
    }
    for method, params in methods.items():
        server._lowlevel_server.add_request_handler(method, params, acknowledge)


def build() -> MCPServer[Any]:
    """Our server, with all its tools and the fixtures."""
    server = build_server(Settings.load(), (*TOOLS, *OURS))
    for add in (_add_contents, _add_askers, _add_changes, _add_resources, _add_prompts, _add_acknowledgements):
        add(server)
    fixture_rounds.add(server)
    return server


if __name__ == "__main__":
    serve(build())
