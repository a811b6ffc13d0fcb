"""ICU messages: read as trees, and shown as their readers may see them.

Our own reader instead of a library's: the masking needs the places of the syntax, a text from outside may be nested
ten thousand deep, and all that is compared afterwards are the few facts below.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, product

PLURALS = ("plural", "selectordinal")
CATEGORIES = frozenset({"zero", "one", "two", "few", "many", "other"})
# Braces in quotation marks are no syntax: they are shown as others.
_INERT = str.maketrans("{}", "⦃⦄")
_MOST_DEPTH = 12
_MOST_COMBINED, _MOST_SHOWN = 48, 500_000

_CHOICE = re.compile(r"\{\s{0,20}[^\s{},#']{1,80}\s{0,20},\s{0,20}(?:plural|selectordinal|select)\s{0,20},")
_NAME = re.compile(r"\s*([^\s{},#'<>]{1,80})\s*([,}])")
_TYPE = re.compile(r"\s*([^\s{},#']{1,40})\s*([,}])")
_STYLE = re.compile(r"(?:[^{}']|'[^']*')*\}")
_OFFSET = re.compile(r"\s*offset:\s*(\d{1,6})")
_SELECTOR = re.compile(r"\s*([^\s{},#']{1,80})\s*\{")
_END = re.compile(r"\s*\}")
_LITERAL = re.compile(r"[^{}#']+")
_QUOTED = re.compile(r"'([{}#|][^']*(?:''[^']*)*)(?:'|\Z)")


@dataclass(frozen=True, slots=True)
class Words:
    """Literal text: as the reader sees it, and where it stands in the message."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Count:
    """The `#` of a plural: the number of the argument around it; and where it stands."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Argument:
    """What is filled in; with branches, a choice between texts.

    Attributes:
        start: where it stands in the message.
        end: where it ends.
        insides: from where to where the text of each branch stands, without its braces.
    """

    name: str
    type: str = ""
    style: str = ""
    branches: tuple[tuple[str, "Message"], ...] = ()
    start: int = 0
    end: int = 0
    insides: tuple[tuple[int, int], ...] = ()

    @property
    def selectors(self) -> list[str]:
        """What its branches are chosen by, in order."""
        return [selector for selector, _ in self.branches]


Message = tuple[Words | Count | Argument, ...]


class UnreadableError(ValueError):
    """The text breaks the syntax; says how."""


def has_choice(text: str) -> bool:
    """Whether the text looks like a message that chooses between branches."""
    return bool(_CHOICE.search(text))


@lru_cache(maxsize=16)
def parsed(text: str) -> Message:
    """The tree of a message.

    Raises:
        UnreadableError: it is none.
    """
    reader = _Reader(text)
    message = reader.message(0, "")
    if reader.position < len(text):
        raise UnreadableError("a brace is closed that was not opened")
    return message


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def message(self, depth: int, plural: str) -> Message:
        """Everything up to the brace that ends this branch, or the end of the text."""
        if depth > _MOST_DEPTH:
            raise UnreadableError("braces are nested too deep")
        parts: list[Words | Count | Argument] = []
        while self.position < len(self.text) and self.text[self.position] != "}":
            if self.text[self.position] == "{":
                start = self.position
                self.position += 1
                parts.append(replace(self._argument(depth, plural), start=start, end=self.position))
            elif self.text[self.position] == "#" and plural:
                self.position += 1
                parts.append(Count(plural, self.position - 1, self.position))
            else:
                parts.append(self._words())
        return tuple(parts)

    def _words(self) -> Words:
        start = self.position
        if quoted := _QUOTED.match(self.text, start):
            self.position = quoted.end()
            return Words(quoted[1].replace("''", "'").translate(_INERT), start, self.position)
        literal = _LITERAL.match(self.text, start)
        self.position = literal.end() if literal else start + (2 if self.text.startswith("''", start) else 1)
        return Words(literal[0] if literal else self.text[start], start, self.position)

    def _take(self, pattern: re.Pattern[str], wanted: str) -> re.Match[str]:
        match = pattern.match(self.text, self.position)
        if not match:
            raise UnreadableError(f"{wanted} is missing")
        self.position = match.end()
        return match

    def _argument(self, depth: int, plural: str) -> Argument:
        name, after = self._take(_NAME, "the name of an argument").groups()
        if after == "}":
            return Argument(name)
        kind, after = self._take(_TYPE, "the type of an argument").groups()
        if after == "}":
            return Argument(name, kind)
        if kind in PLURALS or kind == "select":
            return self._choice(name, kind, depth, name if kind in PLURALS else plural)
        style = self._take(_STYLE, "the end of an argument")[0][:-1]
        return Argument(name, kind, " ".join(style.split()))

    def _choice(self, name: str, kind: str, depth: int, plural: str) -> Argument:
        offset = _OFFSET.match(self.text, self.position) if kind in PLURALS else None
        self.position = offset.end() if offset else self.position
        branches, insides = [], []
        while not (end := _END.match(self.text, self.position)):
            selector = self._take(_SELECTOR, "a branch")[1]
            start = self.position
            branches.append((selector, self.message(depth + 1, plural)))
            insides.append((start, self.position))
            self._take(_END, "the end of a branch")
        self.position = end.end()
        return Argument(name, kind, offset[1] if offset else "", tuple(branches), insides=tuple(insides))


def arguments(message: Message) -> Iterator[Argument]:
    """All arguments of a message, also those in branches."""
    for part in message:
        if isinstance(part, Argument):
            yield part
            for _, branch in part.branches:
                yield from arguments(branch)


def words(message: Message) -> Iterator[Words]:
    """The literal texts of a message, in order."""
    for part in message:
        if isinstance(part, Words):
            yield part
        elif isinstance(part, Argument):
            for _, branch in part.branches:
                yield from words(branch)


def flat(message: Message, chosen: Mapping[str, str]) -> str:
    """The message as somebody sees it for whom these branches were chosen; `other` where nothing else fits."""
    return "".join(_shown(part, chosen) for part in message)


def _shown(part: Words | Count | Argument, chosen: Mapping[str, str]) -> str:
    if isinstance(part, Words):
        return part.text
    if isinstance(part, Count):
        return f"{{{part.name}}}"
    if part.branches:
        return flat(_branch(part, chosen.get(part.name, "other")), chosen)
    return f"{{{', '.join(filter(None, (part.name, part.type)))}}}"


def _branch(argument: Argument, selector: str) -> Message:
    branches = dict(argument.branches)
    alike = {"=1": "one", "one": "=1", "=0": "zero", "=2": "two"}.get(selector, selector)
    return branches.get(selector, branches.get(alike, branches.get("other", ())))


def choices(message: Message, length: int) -> tuple[list[dict[str, str]], bool]:
    """The branches that readers may be in, and whether these are all that there are.

    Each branch is there once with the usual ones of the other arguments, then the combinations.

    Args:
        message: the message.
        length: its characters: of a long one fewer are looked at.
    """
    known: dict[str, dict[str, None]] = {}
    for argument in arguments(message):
        if argument.branches:
            known.setdefault(argument.name, {}).update(dict.fromkeys(argument.selectors))
    most = _MOST_SHOWN // (length + 1) + 1
    singles = [{name: selector} for name, selectors in known.items() for selector in selectors]
    combined = islice(product(*known.values()), min(most, _MOST_COMBINED))
    together = [dict(zip(known, row, strict=True)) for row in combined]
    return [*singles[:most], *together], len(singles) <= most


def is_message(text: str) -> bool:
    """Whether a text is a message with branches that can be read."""
    if not has_choice(text):
        return False
    try:
        return any(argument.branches for argument in arguments(parsed(text)))
    except UnreadableError:
        return False
