"""Prompts as the SDK registers them, and what a client is offered while its user writes an argument."""

from collections.abc import Iterable, Sequence
from typing import Any

from mcp import MCPError
from mcp.server import MCPServer
from mcp.server.mcpserver.prompts import Prompt as BoundPrompt
from mcp_types import (
    INVALID_PARAMS,
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)
from mcp_types import Prompt as McpPrompt

from ..errors import quote
from ..tool import Prompt, Tool
from ..tool.links import SCHEME

# As many as the protocol allows.
_MOST = 100


def add_prompts(server: MCPServer[Any], prompts: Sequence[Prompt], tools: Sequence[Tool]) -> None:
    """Let the server offer prompts, and complete their arguments and those of resources."""
    for prompt in prompts:
        made = BoundPrompt.from_function(
            prompt.function, name=prompt.name, title=prompt.title, description=prompt.description
        )
        server.add_prompt(made)
    suggest = {prompt.name: prompt.suggest for prompt in prompts}

    async def complete(
        ref: PromptReference | ResourceTemplateReference, argument: CompletionArgument, _: CompletionContext | None
    ) -> Completion | None:
        if isinstance(ref, ResourceTemplateReference):
            return _offered(_tables(ref.uri, argument, tools))
        known = suggest.get(ref.name, {}).get(argument.name)
        return _offered(known(argument.value)) if known else None

    server.completion()(complete)  # type: ignore[no-untyped-call]


def _tables(uri: str, argument: CompletionArgument, tools: Sequence[Tool]) -> Iterable[str]:
    """The names of tables of languages: those of tools, then of models."""
    if uri != f"{SCHEME}languages/{{name}}":
        return ()
    with_table = {tool.name: tool.languages() for tool in tools if tool.languages}
    names = dict.fromkeys([*with_table, *(model for table in with_table.values() for model in table)])
    return [name for name in names if name.startswith(argument.value.lower())]


def _offered(values: Iterable[str]) -> Completion:
    found = list(values)
    return Completion(values=found[:_MOST], total=len(found), has_more=len(found) > _MOST)


def check_prompt(prompt: McpPrompt | None, name: str, arguments: dict[str, Any], known: Iterable[str]) -> None:
    """Say what is wrong with a request for a prompt, where the SDK would only say that something is.

    Raises:
        MCPError: there is no such prompt, or its arguments are others.
    """
    if prompt is None:
        raise _refused(f"There is no prompt {quote(name, 60)}. There are: {', '.join(known)}.")
    taken = {argument.name: argument.required for argument in prompt.arguments or ()}
    if missing := [argument for argument, required in taken.items() if required and not arguments.get(argument)]:
        raise _refused(f"{name} needs {', '.join(missing)}.")
    if unknown := arguments.keys() - taken.keys():
        raise _refused(f"{name} has no argument {quote(min(unknown), 60)}. It takes {', '.join(taken)}.")


def _refused(words: str) -> MCPError:
    return MCPError(code=INVALID_PARAMS, message=words)
