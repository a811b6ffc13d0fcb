"""Numbers: the same ones, however a language writes them."""

import re
import unicodedata
from collections import Counter

from .finding import Finding, named

_DIGITS = re.compile(r"\d{1,40}")
_TWELVE_HOURS = re.compile(r"(?<![a-z])[ap]\.?\s?m\b", re.IGNORECASE)
# Words that stand for zeros: 10,000 is 1万.
_ZEROS = re.compile(
    r"[万億亿兆千百]|[\d수]\s?[만억천]|\b(?i:million|billion|thousand|hundred|lakh|crore|dozen)\b|\d\s?(?:[KMB]n?|k|mn|bn)\b"
)


def compared(source: str, translation: str, unread: str = "") -> list[Finding]:
    """What happened to the numbers.

    Args:
        source: words from which placeholders and addresses have been taken out.
        translation: what became of them.
        unread: the translation as it stands: in Turkish, `%50` is a number and looks like a placeholder.
    """
    wanted, given = _numbers(source), _numbers(translation)
    lost, added = list((wanted - given).elements()), list((given - wanted).elements())
    if "".join(lost) == "".join(added):
        # Nothing, or 10,000 as 10000.
        return []
    if lost and added:
        hard = not _is_said_otherwise(source, translation)
        return [Finding("number", f"Number changed: {named(lost)} became {named(added)}.", hard)]
    if lost:
        # Of one digit, it may have become a word: people do that, and leave out longer ones in 1 of 10,000 strings.
        gone = [digits for digits in lost if digits not in unread]
        hard = any(len(digits) > 1 or _is_price(source, digits) for digits in gone)
        return [Finding("number", f"Number lost: {named(lost)}.", hard and not _is_said_otherwise(source, translation))]
    # Small ones may have been words.
    large = [digits for digits in added if len(digits) > 2]
    return [Finding("number", f"Number added: {named(large)}.", hard=False)] if large else []


def _numbers(text: str) -> Counter[str]:
    """The digits of every run; what separates thousands, decimals and the parts of a date counts for nothing."""
    return Counter(_plain(digits) for digits in _DIGITS.findall(text))


def _plain(digits: str) -> str:
    return "".join(str(unicodedata.digit(char, 0)) for char in digits)


def _is_price(source: str, digits: str) -> bool:
    return bool(re.search(rf"[$€£¥₽₹₩₴₺]\s?{digits}|{digits}\s?[€£¥₽₹₩₴₺]", source))


def _is_said_otherwise(source: str, translation: str) -> bool:
    """Whether another clock, or words for zeros, may say the same in other digits."""
    return any(pattern.search(text) for pattern in (_TWELVE_HOURS, _ZEROS) for text in (source, translation))
