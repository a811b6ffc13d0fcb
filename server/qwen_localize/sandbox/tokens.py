"""How the sandbox counts tokens: a rule of thumb, documented so that tests can rely on it.

One CJK, kana, hangul or full-width character is one token; four other characters are one token.
"""

import re

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
