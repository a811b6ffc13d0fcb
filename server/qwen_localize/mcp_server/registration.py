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
from ..tool import Result, Tool
from ..tool.runtime import Runtime
from ..wellformed import whole, whole_throughout
from .argument_errors import argument_words
from .cancellation import Cancellations
from .progress import Progress
from .schema import arguments_schema, result_schema
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
            values = self._checked(arguments)
        except ValidationError as error:
            return _failure(argument_words(error, list(self.parameters["properties"])), runtime)
        progress = Progress(context.report_progress, runtime.clock)
        async with anyio.create_task_group() as group:
            group.start_soon(progress.beat)
            outcome = await self._outcome(serving, progress, context, values)
            group.cancel_scope.cancel()
        return outcome

    def _checked(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments as they are; only if they do not fit, with JSON in strings unpacked as some hosts pack it."""
        model = self.fn_metadata.arg_model
        try:
            return model.model_validate(arguments).model_dump_one_level()
        except ValidationError:
            unpacked = whole_throughout(self.fn_metadata.pre_parse_json(arguments))
            if unpacked == arguments:
                raise
            return model.model_validate(unpacked).model_dump_one_level()

    async def _outcome(
        self, serving: Serving, progress: Progress, context: McpContext[Any, Any], values: dict[str, Any]
    ) -> CallToolResult:
        runtime = serving.runtime
        limit = wait_limit(_client_name(context), runtime.settings.wait)
        given_up = partial(serving.cancellations.given_up, context.request_id)
        try:
            ours = await runtime.context(self.name, progress.report, limit, given_up)
            result: Result = await self.fn(ours, **values)
            return _success(result)
        except LocalizeError as error:
            logger.info("%s: %s: %s", self.name, type(error).__name__, error)
            return _failure(str(error), runtime)
        except Exception:
            logger.exception("%s failed in a way nobody foresaw", self.name)
            return _failure(OWN_FAULT, runtime)


def _client_name(context: McpContext[Any, Any]) -> str | None:
    introduction = context.request_context.session.client_params
    return introduction.client_info.name if introduction else None


def _success(result: Result) -> CallToolResult:
    blocks: list[ContentBlock] = [TextContent(type="text", text=whole(text)) for text in result.blocks()]
    blocks += [
        ResourceLink(
            type="resource_link",
            uri=file.uri,
            name=PurePath(file.path).name,
            mime_type=file.mime_type,
            size=file.bytes,
        )
        for file in result.files()
    ]
    return CallToolResult(content=blocks, structured_content=whole_throughout(result.model_dump(mode="json")))


def _failure(words: str, runtime: Runtime) -> CallToolResult:
    text = redact(whole(words), runtime.settings.key)
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)
