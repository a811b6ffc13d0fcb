"""What would change in a file, without the secrets in it."""

import difflib
import re
from pathlib import Path

# A value whose name says that it is one. What refers to a variable is none, and is worth seeing.
_SECRET = re.compile(
    r"""((?:key|token|secret|passw|auth|credential|cookie)[\w.-]*["']?\s*[:=]\s*["'])[^"'${][^"']*(["'])""",
    re.IGNORECASE,
)
# The same as an argument or in an address, and as an argument of its own.
_GIVEN = re.compile(r"""((?:key|token|secret|passw\w*|auth\w*)=)[^"'&\s${][^"'&\s]*""", re.IGNORECASE)
_NEXT = re.compile(
    r"""(["']-{1,2}[\w-]*(?:key|token|secret|passw\w*|auth\w*)["']\s*,\s*["'])[^"'${][^"']*""", re.IGNORECASE
)
_AROUND = 2


def diff(path: Path, before: str, after: str) -> str:
    """A unified diff of two texts of a file, in which no value of a key, token or password can be read."""
    old, new = (masked(text).splitlines() for text in (before, after))
    lines = difflib.unified_diff(old, new, str(path), str(path), lineterm="", n=_AROUND)
    return "\n".join(lines) or f"Only a secret changes in {path}."


def masked(text: str) -> str:
    """`text` with the values of keys, tokens and passwords taken out."""
    text = _SECRET.sub(r"\1[hidden]\2", text)
    return _NEXT.sub(r"\1[hidden]", _GIVEN.sub(r"\1[hidden]", text))
