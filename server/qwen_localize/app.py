"""Settings and tools make an MCP server: registration, lifetime, and what the model may read of a failure."""

import difflib
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata, func_metadata
from mcp_types import CallToolResult, ContentBlock, ResourceLink, TextContent, ToolAnnotations
from pydantic import ConfigDict, ValidationError

from . import __version__
from .clock import Clock, RealClock
from .contract import Tool
from .dashscope import Timeouts
from .errors import OWN_FAULT, LocalizeError, quote, redact
from .progress import Progress
from .results import Result
from .schema import arguments_schema, result_schema
from .services import Services, costs, open_services
from .settings import Settings

logger = logging.getLogger(__name__)

INSTRUCTIONS = (
    "Translates texts and pictures, edits and reads pictures, and judges chats with Alibaba Model Studio. Calls are "
    "billed to the user: pass many strings or chats in one call, and do not repeat a call that succeeded. An answer "
    "with status queued or running goes on by itself: ask get_job, do not call again."
)


def build_server(
    settings: Settings, tools: Sequence[Tool], *, clock: Clock | None = None, timeouts: Timeouts | None = None
) -> MCPServer[Services]:
    """The server. Opens no connection and needs no key until a tool is called."""
    clock = clock or RealClock()
    result_urls = {tool.name: tool.result_urls for tool in tools if tool.result_urls}

    @asynccontextmanager
    async def lifespan(_: MCPServer[Services]) -> AsyncIterator[Services]:
        async with open_services(settings, clock, timeouts, result_urls) as opened:
            yield opened

    server = MCPServer(
        "qwen-localize",
        title="Qwen Localize",
        version=__version__,
        instructions=INSTRUCTIONS,
        tools=[bind(tool) for tool in tools],
        lifespan=lifespan,
        middleware=[note_cancellation],
        log_level="WARNING",
    )

    @server.resource("qwen-localize://usage", name="usage", title="Costs", mime_type="application/json")
    async def usage() -> str:
        """Estimated costs in CNY by day, tool and model."""
        return json.dumps(await costs(settings, clock), ensure_ascii=False, indent=1)

    return server


async def describe_tools(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """The tools as `tools/list` shows them."""
    listed = await build_server(Settings.load({}), tools).list_tools()
    return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed]


def bind(tool: Tool) -> "BoundTool":
    """The tool as the SDK registers it, with schemas as small as clients need them."""
    metadata = func_metadata(tool.function, skip_names=["api"])
    arguments = _closed(metadata.arg_model)
    published: frozenset[str] = getattr(metadata.output_model, "PUBLISHED", frozenset())
    return BoundTool(
        fn=tool.function,
        name=tool.name,
        title=tool.title,
        description=tool.description,
        parameters=arguments_schema(arguments),
        fn_metadata=FuncMetadata(
            arg_model=arguments,
            output_model=metadata.output_model if tool.publishes else None,
            output_schema=result_schema(metadata.output_schema or {}, published) if tool.publishes else None,
        ),
        is_async=True,
        context_kwarg=None,
        # What is not said has the protocol's default: it writes, and it reaches the open world.
        annotations=ToolAnnotations(
            read_only_hint=tool.reads or None,
            destructive_hint=None if tool.reads or tool.destroys else False,
            open_world_hint=False if tool.reads else None,
        ),
    )


def _closed(model: type[ArgModelBase]) -> type[ArgModelBase]:
    """The SDK drops unknown arguments in silence; ours are refused."""
    return type(model.__name__, (model,), {"model_config": ConfigDict(extra="forbid"), "__module__": __name__})


class BoundTool(McpTool):
    """A registered tool. Its `run` never raises: whatever goes wrong is told in words the caller can act on."""

    async def run(
        self,
        arguments: dict[str, Any],
        context: Context[Any, Any],
        convert_result: bool = False,  # noqa: ARG002 - the SDK's signature
    ) -> Any:
        """Check the arguments, run the tool, and report progress while it runs."""
        services: Services = context.request_context.lifespan_context
        try:
            values = self._checked(arguments)
        except ValidationError as error:
            return _failure(_argument_words(error, list(self.parameters["properties"])), services)
        progress = Progress(context.report_progress, services.clock)
        async with anyio.create_task_group() as group:
            group.start_soon(progress.beat)
            outcome = await self._outcome(services, progress, context, values)
            group.cancel_scope.cancel()
        return outcome

    def _checked(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments as they are; only if they do not fit, with JSON in strings unpacked as some hosts pack it."""
        model = self.fn_metadata.arg_model
        try:
            return model.model_validate(arguments).model_dump_one_level()
        except ValidationError:
            unpacked = self.fn_metadata.pre_parse_json(arguments)
            if unpacked == arguments:
                raise
            return model.model_validate(unpacked).model_dump_one_level()

    async def _outcome(
        self, services: Services, progress: Progress, context: Context[Any, Any], values: dict[str, Any]
    ) -> CallToolResult:
        try:
            api = services.api(self.name, progress, _client_name(context), context.request_id)
            result: Result = await self.fn(api, **values)
        except LocalizeError as error:
            logger.info("%s: %s: %s", self.name, type(error).__name__, error)
            return _failure(str(error), services)
        except Exception:
            logger.exception("%s failed in a way nobody foresaw", self.name)
            return _failure(OWN_FAULT, services)
        return _success(result)


async def note_cancellation(ctx: ServerRequestContext[Services, Any], call_next: CallNext) -> HandlerResult:
    """Write down which request the client has cancelled: one that ends with its connection looks the same inside."""
    if ctx.method == "notifications/cancelled" and ctx.params:
        ctx.lifespan_context.cancelled.append(str(ctx.params.get("requestId")))
    return await call_next(ctx)


def _client_name(context: Context[Any, Any]) -> str | None:
    introduction = context.request_context.session.client_params
    return introduction.client_info.name if introduction else None


def _success(result: Result) -> CallToolResult:
    blocks: list[ContentBlock] = [TextContent(type="text", text=text) for text in result.blocks()]
    blocks += [
        ResourceLink(
            type="resource_link",
            uri=file.uri,
            name=file.path.rpartition("/")[2],
            mime_type=file.mime_type,
            size=file.bytes,
        )
        for file in result.files()
    ]
    return CallToolResult(content=blocks, structured_content=result.model_dump(mode="json"))


def _failure(words: str, services: Services) -> CallToolResult:
    text = redact(words, services.settings.key)
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def _argument_words(error: ValidationError, known: list[str]) -> str:
    """The first few problems, each with the argument's name and what it takes."""
    by_place = {_place(problem): problem for problem in reversed(error.errors(include_url=False))}
    words = [_problem_words(place, problem, known) for place, problem in reversed(by_place.items())]
    more = f" ({len(words) - 3} more.)" if len(words) > 3 else ""
    return f"{' '.join(words[:3])}{more} Nothing was sent."


def _place(problem: Any) -> str:
    """The argument's name, without the parts that name a branch of a union."""
    return ".".join(str(part) for part in problem["loc"] if not _is_branch(str(part)))


def _is_branch(part: str) -> bool:
    return part == "str" or "[" in part


def _problem_words(place: str, problem: Any, known: list[str]) -> str:
    if problem["type"] == "extra_forbidden" and len(problem["loc"]) == 1:
        near = difflib.get_close_matches(place, known, 1)
        hint = f"Did you mean {near[0]}?" if near else f"It takes {', '.join(known)}."
        return f"There is no argument {quote(place, 40)}. {hint}"
    if problem["type"] == "missing":
        return f"The argument {place} is missing."
    reason = str(problem["msg"]).removeprefix("Value error, ")
    return f"{place}: {quote(reason)[1:-1]} (got {quote(str(problem['input']), 60)})."
