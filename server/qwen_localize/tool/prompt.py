"""What a prompt is: words for a user to start with."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

# What may stand in an argument that begins so.
Suggest = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Prompt:
    """One prompt. Name, description and arguments are the function's own, and what it returns is the user's message.

    Attributes:
        function: takes texts.
        title: for people.
        suggest: what may stand in an argument, by its name.
    """

    function: Callable[..., str]
    title: str
    suggest: Mapping[str, Suggest] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name by which clients ask for it."""
        return self.function.__name__

    @property
    def description(self) -> str:
        """The docstring, as one line."""
        return " ".join(inspect.cleandoc(self.function.__doc__ or "").split())
