"""What people have translated already: reused where it fits exactly, and shown to the model where it is like."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from .._shared.arguments import Term
from .pairing import Pair
from .planning import Plan, Task

# How many pairs a request is chosen from, and how long either side may be.
_MOST_PAIRS, _MOST_LENGTH = 5000, 300


class Memory:
    """The translations into one language that stay as they are.

    Args:
        plans: all files of the language.
    """

    def __init__(self, plans: Iterable[Plan]) -> None:
        self._texts: dict[tuple[str, str, str], str] = {}
        self.terms: list[Term] = []
        known: set[str] = set()
        for pair in (pair for plan in plans for pair in _kept(plan)):
            source, target = pair.source.get("", ""), pair.target.get("", "")
            self._texts.setdefault((source, pair.context, _place(source, pair)), target)
            if source not in known and len(self.terms) < _MOST_PAIRS and max(len(source), len(target)) <= _MOST_LENGTH:
                self.terms.append(Term(source=source, target=target))
            known.add(source)

    def answered(self, task: Task) -> Task:
        """The task, with its translation if the same text of the same meaning has one."""
        source = task.pair.source.get("", "")
        if task.form or task.given or task.state != "new" or not source:
            return task
        return replace(task, given=self._texts.get((source, task.pair.context, _place(source, task.pair)), ""))


def _kept(plan: Plan) -> Iterator[Pair]:
    for pair in plan.paired.pairs:
        if plan.states.get(pair.key) == "kept" and pair.source.get("") and pair.target.get("") and not pair.fault:
            yield pair


def _place(source: str, pair: Pair) -> str:
    """What else must be equal: one word alone means different things in different places."""
    return "" if len(source.split()) > 1 else pair.key.rpartition(".")[2]
