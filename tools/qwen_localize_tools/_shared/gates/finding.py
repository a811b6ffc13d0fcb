"""What a gate says of a translation."""

from collections.abc import Iterable
from dataclasses import dataclass

from qwen_localize.errors import quote

_MOST_NAMED = 3
_MOST_QUOTED = 40


@dataclass(frozen=True)
class Finding:
    """Something that a translation lost, gained or changed.

    Attributes:
        check: a short stable name of what was compared.
        message: one short sentence that names what it is about, for people and models.
        hard: not to be handed out without another try or a warning; otherwise a hint.
    """

    check: str
    message: str
    hard: bool = True


def shown(text: str) -> str:
    """A piece of a text as data: quoted, on one line, cut."""
    return quote(text, _MOST_QUOTED)


def named(items: Iterable[str]) -> str:
    """Some pieces as data, the first few of them, each once."""
    distinct = list(dict.fromkeys(items))
    names = ", ".join(shown(item) for item in distinct[:_MOST_NAMED])
    rest = len(distinct) - _MOST_NAMED
    return f"{names} and {rest} more" if rest > 0 else names
