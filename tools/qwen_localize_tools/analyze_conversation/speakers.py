"""Who can be a speaker: the words for customers and agents, and the labels of fields and logs, which are none."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from .talk import are_sentences, are_talk, is_talk
from .turns import SPEAKER, Stamps, Turn

_WORDS = re.compile(r"[\W_\d]+")
# A role, and then perhaps its number or letter, and somebody's name in brackets.
_ROLE = re.compile(
    r"(?P<word>[^\d(\[（【#]+?)(?:[\s_.-]*#?\d{1,6}|[\s_.-]+[a-z])?[\s_]*(?:[(\[（【][^()（）]*[)\]）】])?"
)
_WORD = re.compile(r"[^\W\d_]{2}|[^\W\d_a-zA-Z]")


@cache
def _words(kind: str) -> frozenset[str]:
    """Roles are those of a conversation; labels begin a line of notes, settings, secrets, mails, logs or forms."""
    lines: list[str] = json.loads(Path(__file__).with_name("speakers.json").read_text("utf-8"))[kind]
    return frozenset(word for line in lines for word in line.split(", "))


def is_role(name: str) -> bool:
    """Whether a name says what its bearer is in the conversation: Customer, agent 2, 客服01, Support (Anna)."""
    found = _ROLE.fullmatch(name.strip().casefold()[:80])
    return found is not None and found["word"].strip(" _").replace("_", " ") in _words("roles")


def has_role(name: str) -> bool:
    """Whether a name has such a word beside another: Agent Mia, Anna (Customer), 客服小王."""
    plain = name.casefold()[:80]
    return is_role(name) or not _words("roles").isdisjoint(_WORDS.split(plain)) or bool(_roles_within().search(plain))


@cache
def _roles_within() -> re.Pattern[str]:
    """Roles in Chinese, which stand in a name without a space."""
    return re.compile("|".join(word for word in _words("roles") if re.fullmatch("[\u4e00-\u9fff]{2,}", word)))


def is_label(name: str) -> bool:
    """Whether a name is one of a field, a log's level, or a heading of notes."""
    labels = _words("labels")
    return any(word in labels for word in _WORDS.split(name.casefold()))


def are_fields(turns: Sequence[Turn]) -> bool:
    """Whether the names before the colons are the labels of fields, a third of them at least."""
    return 3 * sum(is_label(turn.role) for turn in turns) >= len(turns)


def is_dialogue(turns: Sequence[Turn], stamps: Stamps) -> bool:
    """Whether two people or more talk here, rather than a list of names and values being read out.

    Args:
        turns: what was read of lines.
        stamps: what stood beside the names.
    """
    said = [turn for turn in turns if turn.role != SPEAKER]
    counted = Counter(turn.role.casefold() for turn in said)
    if are_fields(turns) or _is_cyclic([turn.role for turn in said]) or not _has_words(said):
        return False
    if all(map(is_role, counted)):
        # Accounts and forms have such words before a colon as well, with names and codes behind it.
        return are_sentences(said)
    if len(counted) < 2 or stamps is Stamps.OF_MESSENGER:
        return len(counted) > 1 and are_sentences(said)
    if len(counted) == len(said) and stamps is Stamps.NONE and not any(map(has_role, counted)):
        return _is_exchange(said)
    return are_talk(said)


def _is_exchange(turns: Sequence[Turn]) -> bool:
    """Whether two people have said one thing each, to each other: most lists of names and values have more."""
    return len(turns) == 2 and all(not turn.role[0].islower() and is_talk(turn.text) for turn in turns)


def _is_cyclic(names: Sequence[str]) -> bool:
    """Whether three names or more come twice and again in the same order, as the fields of records do."""
    period = len(set(names))
    return 3 <= period <= len(names) / 2 and all(name == names[at % period] for at, name in enumerate(names))


def _has_words(turns: Sequence[Turn]) -> bool:
    """Whether half of the turns are words, rather than numbers, codes or statements of a program."""
    return 2 * sum(bool(_WORD.search(turn.text[:200])) and turn.text[-1] not in ";{}" for turn in turns) >= len(turns)
