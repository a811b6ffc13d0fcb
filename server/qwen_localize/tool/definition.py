"""What a tool is."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
