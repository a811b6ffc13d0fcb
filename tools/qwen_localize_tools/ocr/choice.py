"""Which pages are meant: "1-3,7", "3-", "-5", "last", "all"."""

import re
from collections.abc import Sequence
from unicodedata import normalize

from qwen_localize.errors import BadArgument, quote

# Of a longer document, the pages must be named: nobody shall pay for them unawares.
MOST_UNASKED = 50
# More pages are not read in one call: what a file says of their number may be anything.
MOST_PAGES = 2000
_MOST_DIGITS, _MOST_CHARS = 9, 12_000
_PART = re.compile(r"(?P<first>\d+|last)?\s*(?P<dash>-)?\s*(?P<last>\d+|last)?", re.ASCII)
_SIGNS = str.maketrans({"–": "-", "—": "-", "~": "-", "、": ",", ";": ","})


def chosen_pages(text: str, count: int) -> list[int]:
    """The pages that a choice names, in its order.

    Args:
        text: the choice.
        count: how many pages there are.

    Raises:
        BadArgument: it is no choice, there are no such pages, or they are too many for one call.
    """
    chosen: dict[int, None] = {}
    if len(text) > _MOST_CHARS:
        raise BadArgument(f"pages: {quote(text, 20)} names too many one by one. Write ranges, such as 1-300.")
    for part in filter(None, (part.strip() for part in normalize("NFKC", text).lower().translate(_SIGNS).split(","))):
        chosen |= dict.fromkeys(_few(_range(part, count), count))
    if not chosen:
        raise BadArgument(f"pages: {quote(text, 20)} names none. Write them as 1-3,7, 3-, -5, last or all.")
    return list(_few(list(chosen), count))


def _range(part: str, count: int) -> range:
    if part == "all":
        return range(1, count + 1)
    found = _PART.fullmatch(part)
    if not found or not (found["first"] or found["last"]) or (found["last"] and not found["dash"]):
        raise BadArgument(f"pages: {quote(part, 20)} is no page or range. Write them as 1-3,7, 3-, -5, last or all.")
    start = _number(found["first"] or "1", count)
    end = _number(found["last"] or ("last" if found["dash"] else found["first"]), count)
    if found["first"] and found["last"] and start > end:
        raise BadArgument(f"pages: {quote(part, 20)} runs backwards. Write the smaller number first.")
    if not 1 <= start <= end <= count:
        where = f"the document has {count} pages" if start and end else "the first page is 1"
        raise BadArgument(f"pages: {quote(part, 20)} is not within it: {where}. Choose from 1-{count}.")
    return range(start, end + 1)


def _number(word: str, count: int) -> int:
    if word == "last":
        return count
    return int(word) if len(word) <= _MOST_DIGITS else count + 1


def _few(pages: Sequence[int], count: int) -> Sequence[int]:
    if len(pages) > MOST_PAGES:
        raise BadArgument(
            f"pages: the document says it has {count} pages, and at most {MOST_PAGES} are read in one call. Choose "
            f"some, such as 1-{MOST_PAGES}."
        )
    return pages
