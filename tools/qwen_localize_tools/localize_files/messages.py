"""ICU messages: each branch is sent as a whole sentence, and the branches are those that the target language needs.

What stands around a choice is moved into each of its branches, since in most languages it changes along with them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from .._shared.gates import icu
from .composing import Apostrophes, Hole, Sentence, UnfitError, as_written
from .plurals import categories, category, numbers

# Of more than one choice in a message.
_MOST_COMBINED = 12
_KINDS: dict[str, Literal["cardinals", "ordinals"]] = {"plural": "cardinals", "selectordinal": "ordinals"}


@dataclass(frozen=True)
class Branches:
    """A choice, each branch a message by itself."""

    opening: str
    branches: tuple[tuple[str, "Node"], ...]
    between: str
    closing: str

    @property
    def strings(self) -> list[str]:
        """What is sent."""
        return [string for _, node in self.branches for string in node.strings]

    def put_together(self, answers: Mapping[str, str]) -> str:
        """The message.

        Raises:
            UnfitError: a branch cannot be made.
        """
        made = (f"{head}{{{node.put_together(answers)}}}" for head, node in self.branches)
        return self.opening + self.between.join(made) + self.closing


Node = Sentence | Branches
_Part = icu.Words | icu.Count | icu.Argument


@dataclass(frozen=True)
class _Place:
    """Within which branches a part of a message stands.

    Attributes:
        bound: the numbers that stand for counts, by the names of their arguments.
        single: the arguments of which this branch is for one number alone.
        innermost: the plural to which `#` belongs.
    """

    bound: Mapping[str, str] = field(default_factory=dict)
    single: frozenset[str] = frozenset()
    innermost: str = ""


class _Message:
    def __init__(self, text: str, source_lang: str, target_lang: str) -> None:
        self.text, self.source_lang, self.target_lang = text, source_lang, target_lang
        self.tree = icu.parsed(text)
        self.doubles = "''" in text
        self.room = _MOST_COMBINED if sum(bool(part.branches) for part in icu.arguments(self.tree)) > 1 else None
        self.offsets = {part.name for part in icu.arguments(self.tree) if part.type in icu.PLURALS and part.style}

    def expanded(self, parts: Sequence[_Part], place: _Place) -> Node:
        for index, part in enumerate(parts):
            if isinstance(part, icu.Argument) and part.branches:
                return self._branches(parts[:index], part, parts[index + 1 :], place)
        return self._sentence(parts, place)

    def _branches(
        self, before: Sequence[_Part], choice: icu.Argument, after: Sequence[_Part], place: _Place
    ) -> Branches:
        opening, head, between, closing = self._looks(choice)
        made = []
        for selector, branch, inner in self._wanted(choice, place):
            node = self.expanded([*before, *branch, *after], inner)
            made.append((f"{selector}{head}", node))
        return Branches(opening, tuple(made), between, closing)

    def _looks(self, choice: icu.Argument) -> tuple[str, str, str, str]:
        """How the choice is written: up to its first selector, before a brace, between branches, and at its end."""
        first, (name, _) = choice.insides[0][0], choice.branches[0]
        lead = self.text[choice.start : first - 1]
        at = lead.rindex(name)
        second = self.text[choice.insides[0][1] + 1 : choice.insides[1][0] - 1] if len(choice.insides) > 1 else " "
        between = second[: len(second) - len(second.lstrip())]
        return lead[:at], lead[at + len(name) :], between, self.text[choice.insides[-1][1] + 1 : choice.end]

    def _wanted(self, choice: icu.Argument, place: _Place) -> Iterator[tuple[str, icu.Message, _Place]]:
        branches = dict(choice.branches)
        if choice.type == "select":
            yield from ((selector, branch, place) for selector, branch in branches.items())
            return
        if "other" not in branches:
            raise UnfitError(f"The plural of {choice.name} has no branch called other.")
        yield from self._exact(choice, branches, place)
        kind = _KINDS[choice.type]
        for name in categories(self.target_lang, kind):
            known = numbers(self.target_lang, name, kind)
            number = next((one for one in known if not as_written(one).search(self.text)), "")
            if not number or number in place.bound.values():
                number = next((one for one in known if one not in place.bound.values()), known[0])
            branch = branches.get(category(self.source_lang, number, kind), branches["other"])
            yield name, branch, self._within(choice, number, place, is_single=len(known) == 1)

    def _exact(
        self, choice: icu.Argument, branches: Mapping[str, icu.Message], place: _Place
    ) -> Iterator[tuple[str, icu.Message, _Place]]:
        for selector, branch in branches.items():
            if selector[0] == "=":
                yield selector, branch, self._within(choice, selector[1:], place, is_single=True)

    def _within(self, choice: icu.Argument, number: str, place: _Place, *, is_single: bool) -> _Place:
        bound = {**place.bound, choice.name: number}
        single = place.single | {choice.name} if is_single else place.single - {choice.name}
        return replace(place, bound=bound, single=single, innermost=choice.name)

    def _sentence(self, parts: Sequence[_Part], place: _Place) -> Sentence:
        if self.room is not None:
            self.room -= 1
            if self.room < 0:
                raise UnfitError(f"The message has more than {_MOST_COMBINED} combinations of branches.")
        shown: list[str] = []
        counts: dict[str, list[str]] = {}
        for part in parts:
            if isinstance(part, icu.Words) or not self._is_count(part, place):
                shown.append(self._raw(part))
            else:
                counts.setdefault(part.name, []).append(self._count(part, place))
                shown.append(place.bound[part.name])
        times = Counter(place.bound[name] for name in counts)
        holes = tuple(
            Hole(place.bound[name], written[0], len(written), name in place.single)
            for name, written in counts.items()
            if times[place.bound[name]] == 1  # two that are for the same number alone may say it in digits
        )
        quoted = tuple(raw for raw in map(self._raw, parts) if raw[:1] == "'" and len(raw) > 1)
        return Sentence("".join(shown), holes, Apostrophes(self.doubles, quoted, counted=bool(place.innermost)))

    def _is_count(self, part: icu.Count | icu.Argument, place: _Place) -> bool:
        """Whether a number stands for it: the sign of its plural, or the same argument once more."""
        if part.name not in place.bound:
            return False
        return isinstance(part, icu.Count) or (part.type in ("", "number") and not part.style)

    def _count(self, part: icu.Count | icu.Argument, place: _Place) -> str:
        if isinstance(part, icu.Argument) or part.name == place.innermost:
            return self.text[part.start : part.end]
        if part.name in self.offsets:
            raise UnfitError(f"The # of {part.name} would stand in another plural, where it means something else.")
        return f"{{{part.name}}}"

    def _raw(self, part: _Part) -> str:
        raw = self.text[part.start : part.end]
        return "'" if raw == "''" and self.doubles else raw


def composed_message(text: str, source_lang: str, target_lang: str) -> Node:
    """What is sent for an ICU message.

    Raises:
        UnfitError: it has too many combinations of branches, or no `other`.
    """
    message = _Message(text, source_lang, target_lang)
    return message.expanded(message.tree, _Place())
