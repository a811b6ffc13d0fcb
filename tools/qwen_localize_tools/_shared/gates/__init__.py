"""Placeholders, tags and URLs: what a program fills in or follows must stand in the translation as in the source."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pydantic import BaseModel

# A plural or choice has text between its braces, which is translated: only what stands before is compared.
_CHOICE = re.compile(r"\{\s*\w+\s*,\s*(?:plural|select|selectordinal)\s*,")
_URL = r"https?://[\w.~:/?#\[\]@!$&'()*+,;=%{}-]+"
_TAG = r"<(/?[a-z][\w:-]*)(?:\s[^<>]*)?/?>"
_BRACES = r"[$%#]?\{\{[^{}]*\}\}|[$%#]?\{\s*[\w.:!-]*\s*\}|\{\s*\w+\s*,[^{}]*\}|\$\{[^{}]+\}"
_PERCENT = r"(?<!\d)%(?:\d+\$)?[-+0#]*\d*(?:\.\d+)?(?:hh?|ll?|z)?[sdiufxgec@]|%\(\w+\)[-+0#]*\d*(?:\.\d+)?[a-z]"
_ANY = re.compile(rf"{_URL}|{_TAG}|{_BRACES}|{_PERCENT}", re.IGNORECASE | re.ASCII)
_AFTER_URL = ".,;:!?)'"


class LostPlaceholders(BaseModel):
    """A translation in which placeholders of its source are missing or changed."""

    index: int
    lost: list[str]


def losses(pairs: Sequence[tuple[str, str | None]]) -> list[LostPlaceholders]:
    """The translations that lack a placeholder, tag or URL of their source, as often as it stands there.

    Args:
        pairs: sources with their translations; None for one that failed.
    """
    lost = [(index, _lost(source, out)) for index, (source, out) in enumerate(pairs) if out is not None]
    return [LostPlaceholders(index=index, lost=names) for index, names in lost if names]


def _lost(source: str, translation: str) -> list[str]:
    wanted = Counter(_placeholders(source))
    return list((wanted - Counter(_placeholders(translation))).elements()) if wanted else []


def _placeholders(text: str) -> Iterator[str]:
    choices = _CHOICE.findall(text)
    yield from ("".join(choice.split()) for choice in choices)
    for match in _ANY.finditer(text):
        found = match[0]
        if match[1]:
            # What a tag's attributes say may be translated.
            yield f"<{match[1]}>"
        elif found.startswith("http"):
            yield found.rstrip(_AFTER_URL)
        elif not choices or "{" not in found:
            yield "".join(found.split())
