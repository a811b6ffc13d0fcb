"""Whether turns are talk: people greet, ask, plead and thank; values, entries of logs and notes do not."""

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from .turns import Turn

# What is longer is judged by its beginning.
_HEAD = 500
_TOKEN = re.compile(r"[^\W\d_](?:[^\s\d_.,;:!?…。！？；：()\"“”«»\[\]/]*[^\s\d_.,;:!?…。！？；：()\"“”«»\[\]/'’])?")
# Scripts without spaces are looked into; hiragana is in sentences, and in few names.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u2e80-\u9fff\uac00-\ud7af]")
_HIRAGANA = re.compile(r"[\u3041-\u309f]")
_QUESTION = re.compile(r"[?？؟](?![\w=&/])|¿")
# A word alone may be a status; what goes on after it, or is called out, answers somebody.
_ANSWER = re.compile(
    r"\W*(?:yes|no|ok|okay|sure|great|perfect|ja|nein|super|oui|non|sí|claro|sim|sì|да|нет|tak|evet|hayır|是的|好|嗯|はい)"
    r"\s?[,，、!！]",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?。！？…؟।]['\"»”’)）]*$")


@cache
def _words(kind: str) -> tuple[frozenset[str], re.Pattern[str]]:
    """The words of a kind that stand alone, and those that are found within a text."""
    lines: list[str] = json.loads(Path(__file__).with_name("talk.json").read_text("utf-8"))[kind]
    words = {word for line in lines for word in line.split(", ")}
    within = sorted(word for word in words if " " in word or _UNSPACED.search(word))
    return frozenset(words.difference(within)), re.compile("|".join(within))


def _has(text: str, kind: str) -> bool:
    alone, within = _words(kind)
    folded = text.casefold().replace("’", "'")
    return not alone.isdisjoint(_TOKEN.findall(folded)) or bool(within.search(folded))


def is_talk(text: str) -> bool:
    """Whether somebody is spoken to: greeted, thanked, asked, answered, or called you."""
    head = text[:_HEAD]
    return bool(_QUESTION.search(head) or _ANSWER.match(head)) or _has(head, "talk")


def is_sentence(text: str) -> bool:
    """Whether it is something said, rather than a name or a value; of a language unknown here, what looks so."""
    head = text[:_HEAD]
    if is_talk(head) or _HIRAGANA.search(head) or _has(head, "sentence"):
        return True
    is_foreign = not head.isascii() and not _UNSPACED.search(head)
    return len(head.split()) > 2 and (is_foreign or bool(_SENTENCE_END.search(text[-20:])))


def are_talk(turns: Sequence[Turn]) -> bool:
    """Whether a third of the turns speak to somebody."""
    return 3 * sum(is_talk(turn.text) for turn in turns) >= len(turns) > 0


def are_sentences(turns: Sequence[Turn]) -> bool:
    """Whether a third of the turns are something said."""
    return 3 * sum(is_sentence(turn.text) for turn in turns) >= len(turns) > 0
