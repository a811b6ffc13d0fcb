"""Garbled text: the damage that models do and that reads well, one kind after another."""

import re
from collections.abc import Callable
from itertools import count, pairwise

_MARKER = re.compile(r"(\[\[\d{1,9}\]\])")
_PLACEHOLDER = re.compile(
    r"\{\{?\s?[\w.\-]{0,60}\s?\}?\}|\$\{[\w.]{1,60}\}|%\{\w{1,60}\}|%\([\w.]{1,60}\)[a-z]|%\d{1,2}\$[a-z@]|%[sdifu@](?![a-z])"
)
_NAME = re.compile(r"[A-Za-z]\w*(?=[})])|[A-Za-z]\w*(?=\s\})")
_TAG = re.compile(r"</?[A-Za-z0-9][^<>]{0,300}>")
_NUMBER = re.compile(r"(?<![\w%{\[$#&=<:.])\d{1,9}(?![\w\]}$])")
_KEYWORD = re.compile(r"\b(plural|select|selectordinal|zero|one|two|few|many|other)(?=\s?[,{])")
_KEYWORDS = {"plural": "множественное", "select": "выбор", "one": "один", "few": "несколько", "many": "много"}


def garbled(text: str, turn: int) -> str:
    """A text with one piece of damage, or with one in each part if it is several with markers between them.

    Args:
        text: what an undamaged answer says.
        turn: which kind comes first; where a kind finds nothing to damage, the next one takes its place.
    """
    turns = count(turn)
    return "".join(_damaged(part, next(turns)) if _has_words(part) else part for part in _MARKER.split(text))


def _has_words(text: str) -> bool:
    return any(map(str.isalpha, text))


def _damaged(text: str, turn: int) -> str:
    kinds = (_DAMAGES[(turn + index) % len(_DAMAGES)] for index in range(len(_DAMAGES)))
    return next(done for kind in kinds if (done := kind(text)) != text)


def _renamed(text: str) -> str:
    return _PLACEHOLDER.sub(lambda found: _NAME.sub(r"\g<0>s", found[0], count=1), text, count=1)


def _translated(text: str) -> str:
    return _PLACEHOLDER.sub(lambda found: _NAME.sub("имя", found[0], count=1), text, count=1)


def _dropped(text: str) -> str:
    return _PLACEHOLDER.sub("", text, count=1)


def _doubled(text: str) -> str:
    return _PLACEHOLDER.sub(r"\g<0> \g<0>", text, count=1)


def _retyped(text: str) -> str:
    return _PLACEHOLDER.sub(lambda found: _other_type(found[0]), text, count=1)


def _other_type(placeholder: str) -> str:
    if placeholder[0] == "%" and placeholder[-1].isalpha():
        return placeholder[:-1] + ("d" if placeholder[-1] == "s" else "s")
    return placeholder[1:-1] if placeholder.startswith("{{") else f"{{{placeholder}}}"


def _invented(text: str) -> str:
    """Before the last sign, so that the text ends as it did."""
    return f"{text.rstrip()[:-1]} {{value}}{text.rstrip()[-1:]}{text[len(text.rstrip()) :]}"


def _crossed(text: str) -> str:
    tags = list(_TAG.finditer(text))
    couple = next(((one, two) for one, two in pairwise(tags) if one[0][1] != "/" and two[0][1] == "/"), None)
    if not couple:
        return text
    one, two = couple
    return text[: one.start()] + two[0] + text[one.end() : two.start()] + one[0] + text[two.end() :]


def _untagged(text: str) -> str:
    return _TAG.sub("", text, count=1)


def _keyword(text: str) -> str:
    return _KEYWORD.sub(lambda found: _KEYWORDS.get(found[0], "другое"), text, count=1)


def _number(text: str) -> str:
    return _NUMBER.sub(lambda found: str(int(found[0]) + 1), text, count=1)


def _line_break(text: str) -> str:
    inner = text.strip()
    changed = inner.replace("\n", " ", 1) if "\n" in inner else inner.replace(" ", "\n", 1)
    return text.replace(inner, changed, 1)


_DAMAGES: tuple[Callable[[str], str], ...] = (
    _renamed,
    _crossed,
    _keyword,
    _number,
    _translated,
    _line_break,
    _dropped,
    _untagged,
    _doubled,
    _invented,
    _retyped,
)
