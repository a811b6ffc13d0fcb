"""Who can be a speaker: the words for customers and agents, and the labels of fields and logs, which are none."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from .turns import SPEAKER, Turn

_WORDS = re.compile(r"[\W_\d]+")
# A role, and then perhaps its number or letter, and somebody's name in brackets.
_ROLE = re.compile(
    r"(?P<word>[^\d(\[（【#]+?)(?:[\s_.-]*#?\d{1,6}|[\s_.-]+[a-z])?[\s_]*(?:[(\[（【][^()（）]*[)\]）】])?"
)
_WORD = re.compile(r"[^\W\d_]{2}|[^\W\d_a-zA-Z]")
_SENTENCE = re.compile(r"[.!?。！？…؟।]['\"»”’)）]*$|[?？؟](?:\s|$)")


@cache
def _words(kind: str) -> frozenset[str]:
    """Roles are those of a conversation; labels begin a line of notes, settings, secrets, mails, logs or forms."""
    lines: list[str] = json.loads(Path(__file__).with_name("speakers.json").read_text("utf-8"))[kind]
    return frozenset(word for line in lines for word in line.split(", "))


def is_role(name: str) -> bool:
    """Whether a name says what its bearer is in the conversation: Customer, agent 2, 客服01, Support (Anna)."""
    found = _ROLE.fullmatch(name.strip().casefold()[:80])
    return found is not None and found["word"].strip(" _").replace("_", " ") in _words("roles")


def is_label(name: str) -> bool:
    """Whether a name is one of a field, a log's level, or a heading of notes."""
    labels = _words("labels")
    return any(word in labels for word in _WORDS.split(name.casefold()))


def are_fields(turns: Sequence[Turn]) -> bool:
    """Whether the names before the colons are the labels of fields, a third of them at least."""
    return 3 * sum(is_label(turn.role) for turn in turns) >= len(turns)


def is_dialogue(turns: Sequence[Turn], *, of_messenger: bool) -> bool:
    """Whether two people or more talk here, rather than a list of names and values being read out.

    Args:
        turns: what was read of lines.
        of_messenger: whether the lines were stamped as only messengers stamp them.
    """
    said = [turn for turn in turns if turn.role != SPEAKER]
    counted = Counter(turn.role.casefold() for turn in said)
    roles = [name for name in counted if is_role(name)]
    if are_fields(turns) or _is_cyclic([turn.role for turn in said]) or not _has_words(said):
        return False
    if len(counted) < 2 or (len(counted) == len(said) and not of_messenger):
        # A list of settings has each name once, as has a chat of two lines: those who speak in it are told by role.
        return 0 < len(counted) == len(roles)
    if len(roles) > 1 or of_messenger:
        return True
    return sum(count > 1 for count in counted.values()) > 1 and _is_spoken(turns)


def _is_cyclic(names: Sequence[str]) -> bool:
    """Whether three names or more come again and again in the same order, as the fields of records do."""
    period = len(set(names))
    return 3 <= period < len(names) and all(name == names[at % period] for at, name in enumerate(names))


def _has_words(turns: Sequence[Turn]) -> bool:
    """Whether half of the turns are words, rather than numbers, codes or statements of a program."""
    return 2 * sum(bool(_WORD.search(turn.text[:200])) and turn.text[-1] not in ";{}" for turn in turns) >= len(turns)


def _is_spoken(turns: Sequence[Turn]) -> bool:
    """Whether a quarter of the turns end as sentences do."""
    return 4 * sum(bool(_SENTENCE.search(turn.text[-200:])) for turn in turns) >= len(turns)
