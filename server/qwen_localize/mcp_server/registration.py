"""A tool as the SDK registers it: its schemas, its checked arguments, its progress, its answer."""

import base64
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePath
from typing import Any

import anyio
from mcp.server.mcpserver import Context as McpContext
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.server.mcpserver.tools import ToolManager
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata, func_metadata
from mcp_types import (
    CallToolResult,
    ContentBlock,
    ImageContent,
    InputRequiredResult,
    ResourceLink,
    TextContent,
    ToolAnnotations,
)
from pydantic import ConfigDict, ValidationError

from ..errors import OWN_FAULT, LocalizeError, redact
from ..settings import Links
from ..tool import NO_CONSENT, Consent, Registry, Result, SavedFile, Tool
from ..tool.runtime import Runtime
from ..wellformed import whole, whole_throughout
from . import asking
from .argument_errors import argument_words
from .arguments import checked
from .callers import Callers
from .cancellation import Cancellations, known_as
from .progress import Progress
from .roots import Roots
from .schema import arguments_schema, result_schema
from .wait_limits import margined, wait_limit

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Serving:
    """What the calls of one server share."""

    runtime: Runtime
    callers: Callers = field(default_factory=Callers)
    cancellations: Cancellations = field(default_factory=Cancellations)
    roots: Roots = field(default_factory=Roots)


def bind(tool: Tool) -> "BoundTool":
    """The tool as the SDK registers it, with schemas as small as clients need them."""
    metadata = func_metadata(tool.function, skip_names=["context"])
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
        context: McpContext[Any, Any],
        convert_result: bool = False,  # noqa: ARG002 - the SDK's signature
    ) -> Any:
        """Check the arguments, run the tool, and report progress while it runs."""
        serving: Serving = context.request_context.lifespan_context
        runtime = serving.runtime
        try:
            values = checked(self.fn_metadata, self.parameters["properties"], arguments)
        except ValidationError as error:
            return _failure(argument_words(error, list(self.parameters["properties"])), runtime)
        progress = Progress(serving.callers.telling(context.report_progress), runtime.clock)
        async with anyio.create_task_group() as group:
            group.start_soon(progress.beat)
            outcome = await self._outcome(serving, progress, context, values)
            group.cancel_scope.cancel()
        return outcome

    async def _outcome(
        self, serving: Serving, progress: Progress, context: McpContext[Any, Any], values: dict[str, Any]
    ) -> CallToolResult | InputRequiredResult:
        try:
            return await self._asked(serving, context, partial(self._done, serving, progress, context, values))
        except LocalizeError as error:
            logger.info("%s: %s: %s", self.name, type(error).__name__, error)
            return _failure(str(error), serving.runtime)
        except Exception:
            logger.exception("%s failed in a way nobody foresaw", self.name)
            return _failure(OWN_FAULT, serving.runtime)

    async def _asked(
        self, serving: Serving, context: McpContext[Any, Any], run: Callable[..., Awaitable[CallToolResult]]
    ) -> CallToolResult | InputRequiredResult:
        """What the call comes to. A user is asked once at most, and their answer counts for this call alone."""
        if told := await asking.answer_with_call(context, serving.runtime.is_first_answer):
            return await run(told.consent) if told.consent != NO_CONSENT else _failure(told.refusal, serving.runtime)
        begun = serving.runtime.clock.now()
        try:
            return await run(NO_CONSENT)
        except LocalizeError as error:
            asked = asking.question(error, serving.runtime.settings.key)
            if not asked or not asking.can_ask(context):
                raise
            if question := asking.as_result(asked, context):
                return question
            if not await asking.says_yes(asked, context, _limit(serving, context)):
                raise
        return await run(asked.consent, waited=serving.runtime.clock.now() - begun)

    async def _done(
        self,
        serving: Serving,
        progress: Progress,
        context: McpContext[Any, Any],
        values: dict[str, Any],
        consent: Consent,
        waited: float = 0.0,
    ) -> CallToolResult:
        runtime, patience = serving.runtime, margined(_patience(serving, context))
        ours = await runtime.context(
            self.name,
            progress.report,
            max(0.0, _limit(serving, context) - waited),
            partial(serving.cancellations.given_up, known_as(context.request_context, context.request_id)),
            consent=consent,
            roots=await serving.roots.folders(context),
            patience=math.inf if runtime.settings.wait is not None else patience,
        )
        result: Result = await self.fn(ours, **values)
        has_links = _has_links(_client_name(context), runtime.settings.links)
        return _success(result, (serving.callers.link or result.link) if has_links else None)


def _limit(serving: Serving, context: McpContext[Any, Any]) -> float:
    """Seconds that a call may keep this client waiting."""
    return wait_limit(_client_name(context), serving.runtime.settings.wait, _patience(serving, context))


def _patience(serving: Serving, context: McpContext[Any, Any]) -> float:
    """Seconds after which this client was seen to give up; over HTTP there are others too."""
    return math.inf if context.request_context.request is not None else serving.cancellations.patience


class BoundTools(ToolManager):
    """The tools as the SDK asks for them, each bound when it is first called or listed."""

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self._registry = registry

    def get_tool(self, name: str) -> McpTool | None:
        """The tool of this name, if there is one."""
        if name not in self._tools and (tool := self._registry.named(name)):
            self._tools[name] = bind(tool)
        return self._tools.get(name)

    def list_tools(self) -> list[McpTool]:
        """All tools, in their order; behind them whatever was added to the server besides."""
        return [tool for name in dict.fromkeys((*self._registry.names, *self._tools)) if (tool := self.get_tool(name))]


def _client_name(context: McpContext[Any, Any]) -> str | None:
    introduction = context.request_context.session.client_params
    return introduction.client_info.name if introduction else None


def _has_links(client_name: str | None, setting: Links) -> bool:
    """Whether results carry resource links: by default not for the frameworks that introduce themselves as `mcp`.

    One of them makes a picture of a link to a picture, and its model's service refuses that.
    """
    return setting == "on" or (setting == "auto" and client_name != "mcp")


def _success(result: Result, link: Callable[[SavedFile], str] | None) -> CallToolResult:
    blocks: list[ContentBlock] = [TextContent(type="text", text=whole(text)) for text in result.blocks()]
    if picture := result.picture():
        data, mime_type = picture
        image = ImageContent(type="image", data=base64.b64encode(data).decode(), mime_type=mime_type)
        # Some hosts show a model the structured content alone, and no picture then.
        return CallToolResult(content=[image, *blocks])
    if link:
        blocks += [_resource(file, link(file)) for file in result.files()]
    return CallToolResult(content=blocks, structured_content=whole_throughout(result.structured()))


def _resource(file: SavedFile, uri: str) -> ResourceLink:
    return ResourceLink(
        type="resource_link",
        uri=uri,
        name=PurePath(file.path).name,
        mime_type=file.mime_type,
        size=file.bytes,
    )


def _failure(words: str, runtime: Runtime) -> CallToolResult:
    text = redact(whole(words), runtime.settings.key)
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)
