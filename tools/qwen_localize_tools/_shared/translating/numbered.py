"""Many short strings in one request: each on its own line, between two equal marks that the service leaves alone.

The service takes sixty requests a minute (docs/model-studio.md 1.5), so 2,000 strings one by one would take over half
an hour. A text that was moved to another line brings the mark at its end along, and one that was merged with another
has a mark inside: such an answer is noticed, never misattributed.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

MOST_STRINGS = 20
MOST_TOKENS = 1000
MOST_TOKENS_EACH = 120

_MARK = re.compile(r"\[\[\s*(\d{1,6})\s*\]\]")


def fits(string: str, size: int) -> bool:
    """Whether a string of `size` tokens may stand on a line of its own."""
    return size <= MOST_TOKENS_EACH and len(string.splitlines()) == 1 and "[[" not in string and "]]" not in string


def encode(strings: list[str]) -> str:
    """The strings as marked lines, from 1."""
    return "\n".join(f"[[{number}]] {string} [[{number}]]" for number, string in enumerate(strings, 1))


def decode(answer: str, count: int) -> list[str | None] | None:
    """The strings of an answer; None unless each line stands between its own marks, in order.

    In the place of a string that another line has as well is None: two sources that differ may have the same
    translation, and may also have been mixed up.
    """
    lines = [line.strip() for line in answer.strip().splitlines() if line.strip()]
    texts = [_unmarked(line, number) for number, line in enumerate(lines, 1)]
    if len(texts) != count or not all(texts):
        return None
    counted = Counter(texts)
    return [text if counted[text] == 1 else None for text in texts]


def _unmarked(line: str, number: int) -> str:
    """What is between the two marks of a line; empty if they are not of this line, or not the only ones."""
    marks = list(_MARK.finditer(line))
    if len(marks) != 2 or any(int(mark[1]) != number for mark in marks):
        return ""
    first, last = marks
    is_between = first.start() == 0 and last.end() == len(line)
    return line[first.end() : last.start()].strip() if is_between else ""


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
