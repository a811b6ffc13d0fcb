"""A tool as the SDK registers it: its schemas, its checked arguments, its progress, its answer."""

import logging
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import Any

import anyio
from mcp.server.mcpserver import Context as McpContext
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata, func_metadata
from mcp_types import CallToolResult, ContentBlock, ResourceLink, TextContent, ToolAnnotations
from pydantic import ConfigDict, ValidationError

from ..errors import OWN_FAULT, LocalizeError, redact
from ..settings import Links
from ..tool import Result, Tool
from ..tool.runtime import Runtime
from ..wellformed import whole, whole_throughout
from .argument_errors import argument_words
from .arguments import checked
from .cancellation import Cancellations
from .progress import Progress
from .schema import arguments_schema, result_schema
from .visiting import telling
from .wait_limits import wait_limit

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Serving:
    """What the calls of one server share."""

    runtime: Runtime
    cancellations: Cancellations


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
        progress = Progress(telling(context.report_progress), runtime.clock)
        async with anyio.create_task_group() as group:
            group.start_soon(progress.beat)
            outcome = await self._outcome(serving, progress, context, values)
            group.cancel_scope.cancel()
        return outcome

    async def _outcome(
        self, serving: Serving, progress: Progress, context: McpContext[Any, Any], values: dict[str, Any]
    ) -> CallToolResult:
        runtime = serving.runtime
        limit = wait_limit(_client_name(context), runtime.settings.wait)
        given_up = partial(serving.cancellations.given_up, context.request_id)
        try:
            ours = await runtime.context(self.name, progress.report, limit, given_up)
            result: Result = await self.fn(ours, **values)
            return _success(result, links=_has_links(_client_name(context), runtime.settings.links))
        except LocalizeError as error:
            logger.info("%s: %s: %s", self.name, type(error).__name__, error)
            return _failure(str(error), runtime)
        except Exception:
            logger.exception("%s failed in a way nobody foresaw", self.name)
            return _failure(OWN_FAULT, runtime)


def _client_name(context: McpContext[Any, Any]) -> str | None:
    introduction = context.request_context.session.client_params
    return introduction.client_info.name if introduction else None


def _has_links(client_name: str | None, setting: Links) -> bool:
    """Whether results carry resource links: by default not for the frameworks that introduce themselves as `mcp`.

    One of them makes a picture of a link to a picture, and its model's service refuses that.
    """
    return setting == "on" or (setting == "auto" and client_name != "mcp")


def _success(result: Result, *, links: bool) -> CallToolResult:
    blocks: list[ContentBlock] = [TextContent(type="text", text=whole(text)) for text in result.blocks()]
    blocks += [
        ResourceLink(
            type="resource_link",
            uri=file.uri,
            name=PurePath(file.path).name,
            mime_type=file.mime_type,
            size=file.bytes,
        )
        for file in (result.files() if links else ())
    ]
    return CallToolResult(content=blocks, structured_content=whole_throughout(result.structured()))


def _failure(words: str, runtime: Runtime) -> CallToolResult:
    text = redact(whole(words), runtime.settings.key)
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)
