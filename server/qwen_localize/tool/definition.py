"""What a tool is."""

import importlib
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, overload

from ..dashscope import Model
from ..jobs import Work
from .results import JobResult, Result

# The languages of models, by the models' names: facts of each, of which `code` and `name` are some.
Languages = Mapping[str, Sequence[Mapping[str, Any]]]
ToolFunction = Callable[..., Awaitable[Result]]


@dataclass(frozen=True)
class Tool:
    """One capability. Name, description, arguments and result are the function's own.

    Attributes:
        function: takes the `Context`, then the arguments.
        work: how its jobs are done, for a tool whose work is a job.
        models: those that it can ask; none for a tool that asks nobody.
        languages: looks up those that its models know, for a tool that takes languages.
        result: what its jobs are told as, to its own caller and to get_job's.
        reads: it changes nothing and costs nothing.
        destroys: it ends something that cannot be taken up again.
        publishes: whether clients are told its result's schema; not where it is another tool's.
    """

    function: ToolFunction
    title: str
    work: Work | None = None
    models: Sequence[Model] = ()
    languages: Callable[[], Languages] | None = None
    result: type[JobResult] = JobResult
    reads: bool = False
    destroys: bool = False
    publishes: bool = True

    @property
    def name(self) -> str:
        """The name that clients call."""
        return self.function.__name__

    @property
    def description(self) -> str:
        """The docstring, which is a prompt, a paragraph to a line."""
        paragraphs = inspect.cleandoc(self.function.__doc__ or "").split("\n\n")
        return "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


class Registry(Sequence[Tool]):
    """Tools in the order in which they are listed, each imported when it is first asked for.

    A chat that calls one tool does not wait for the others.

    Attributes:
        names: the tools' names; they are known without importing anything.
    """

    def __init__(self, loads: Mapping[str, Callable[[], Tool]]) -> None:
        self.names = tuple(loads)
        self._loads = dict(loads)

    @classmethod
    def of(cls, tools: Sequence[Tool]) -> "Registry":
        """These tools, which may be a registry already."""
        return tools if isinstance(tools, cls) else cls({tool.name: partial(_itself, tool) for tool in tools})

    @classmethod
    def within(cls, package: str, *names: str) -> "Registry":
        """The `TOOL` of each of these modules of a package."""
        return cls({name: partial(_imported, f"{package}.{name}") for name in names})

    def named(self, name: str) -> Tool | None:
        """The tool of this name, if there is one."""
        return self._loads[name]() if name in self._loads else None

    @overload
    def __getitem__(self, index: int) -> Tool: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Tool]: ...
    def __getitem__(self, index: int | slice) -> Tool | Sequence[Tool]:
        if isinstance(index, slice):
            return [self._loads[name]() for name in self.names[index]]
        return self._loads[self.names[index]]()

    def __len__(self) -> int:
        return len(self.names)


def _itself(tool: Tool) -> Tool:
    return tool


def _imported(module: str) -> Tool:
    tool: Tool = importlib.import_module(module).TOOL
    return tool
