"""How the sandbox counts tokens, and the finished texts that are paid by them.

The count is a rule of thumb, documented so that tests can rely on it: one CJK, kana, hangul or full-width character is
one token; four other characters are one token.
"""

import re
from dataclasses import dataclass

_WIDE = re.compile("[\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


def count(text: str) -> int:
    """The tokens of a text."""
    wide = len(_WIDE.findall(text))
    return wide + -(-(len(text) - wide) // 4)


def cut(text: str, limit: int) -> str:
    """The longest beginning of the text that has at most `limit` tokens."""
    if count(text) <= limit:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if count(text[:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    return text[:low]


@dataclass(frozen=True)
class Reply:
    """A finished text and what it cost, in tokens.

    Attributes:
        finish_reason: `stop`, or `length` where the text was cut.
        image_tokens: the part of `tokens_in` that is a picture; None for models that see none.
    """

    text: str
    finish_reason: str
    tokens_in: int
    tokens_out: int
    image_tokens: int | None = None


def reply(whole: str, tokens_in: int, limit: int, image_tokens: int | None = None) -> Reply:
    """A reply of at most `limit` tokens, cut and marked `length` if need be."""
    text = cut(whole, limit)
    return Reply(text, "stop" if text == whole else "length", tokens_in, count(text), image_tokens)
