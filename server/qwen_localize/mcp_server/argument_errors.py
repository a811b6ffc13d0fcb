"""Arguments that do not fit, in words that a model can act on."""

import difflib
from typing import Any

from pydantic import ValidationError

from ..errors import quote


def argument_words(error: ValidationError, known: list[str]) -> str:
    """The first few problems, each with the argument's name and what it takes.

    Args:
        error: what pydantic found.
        known: the tool's arguments.
    """
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
