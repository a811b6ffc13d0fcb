"""Many short strings in one request: each on its own line behind a number that the service leaves alone.

The service takes sixty requests a minute (docs/model-studio.md 1.5), so 2,000 strings one by one would take over half
an hour. The numbers make sure that an answer whose lines were merged or moved is noticed, never misattributed.
"""

import re
from collections.abc import Iterable, Iterator

MOST_STRINGS = 20
MOST_TOKENS = 1000
MOST_TOKENS_EACH = 120

_LINE = re.compile(r"\s*\[\[\s*(\d{1,6})\s*\]\]\s*(.*?)\s*")
_MARK = re.compile(r"\[\[\s*\d+\s*\]\]")


def fits(string: str, size: int) -> bool:
    """Whether a string of `size` tokens may stand on a numbered line."""
    return size <= MOST_TOKENS_EACH and len(string.splitlines()) == 1 and not _MARK.search(string)


def encode(strings: list[str]) -> str:
    """The strings as numbered lines, from 1."""
    return "\n".join(f"[[{number}]] {string}" for number, string in enumerate(strings, 1))


def decode(answer: str, count: int) -> list[str] | None:
    """The strings of an answer, or None unless every number is there once, in order, with a text."""
    matches = [_LINE.fullmatch(line) for line in answer.strip().splitlines() if line.strip()]
    rows = [(int(match[1]), match[2]) for match in matches if match and match[2]]
    if len(matches) != count or [number for number, _ in rows] != list(range(1, count + 1)):
        return None
    return [text for _, text in rows]


def batches(strings: Iterable[tuple[str, int]]) -> Iterator[list[str]]:
    """Strings, each with its tokens, in groups that go into one request."""
    batch: list[str] = []
    room = MOST_TOKENS
    for string, size in strings:
        if batch and (len(batch) == MOST_STRINGS or size > room):
            yield batch
            batch, room = [], MOST_TOKENS
        batch.append(string)
        room -= size
    if batch:
        yield batch
