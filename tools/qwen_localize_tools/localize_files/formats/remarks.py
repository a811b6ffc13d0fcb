"""What developers tell translators in comments that a machine can act upon."""

import re

_LIMIT = re.compile(
    r"(?:CHAR(?:ACTER)?S?[ _-]?LIMIT|MAX(?:IMUM)?[ _-]?(?:LEN(?:GTH)?|CHAR(?:ACTER)?S?))\s*(?:is|of|[:=])?\s*\"?(\d+)"
    r"|MAX(?:IMUM|\.)?\s*(?:of\s*)?(\d+)\s*CHAR(?:ACTER)?S?\b",
    re.IGNORECASE,
)

_KEPT = re.compile(
    r"(?:^|[.!;:(\[]\s*)(?:do not|don['’]t|never) (?:translate|locali[sz]e)"
    r"(?: (?:this|it|the)(?: (?:string|text|message))?)?\s*(?:[.!;)\]]|\s[-–—]|\Z)",
    re.IGNORECASE,
)


def most_of(comment: str) -> int:
    """How many characters a comment allows: "CHAR LIMIT=40", "max length 40"; 0 if it says nothing of it."""
    found = _LIMIT.search(comment)
    return int(found[1] or found[2]) if found else 0


def is_kept(context: str) -> bool:
    """Whether an author says that a text is not to be translated; all of it, and not one word in it."""
    return _KEPT.search(context) is not None
