"""How long a call may keep each client waiting.

Many hosts cut a call off at 60 s whatever it reports; some start anew with each progress report. Nothing is lost
when we answer early: the answer has the job's id.
"""

import math
from fnmatch import fnmatchcase

DEFAULT_SECONDS = 45.0
# What is left to a client's own limit for an answer to arrive.
_MARGIN = 1.0

# By the name in the client's introduction, with why its limit is not the usual one.
_SECONDS = {
    "claude-code": 240.0,  # a call of 107 s passed; progress resets its idle limit of 5 minutes and more
    "codex-mcp-client": 100.0,  # 300 s now, 120 s before
    "fastmcp": 100.0,  # pydantic-ai: 300 s; its other users set what they like
    "gemini-cli-mcp-client": 240.0,  # 600 s
    # Frameworks: openai-agents, AutoGen and smolagents cut off at 5 s, of which the first call may need two to load the
    # server; the job's id would be lost.
    "mcp": 3.0,
    "opencode": 100.0,  # progress resets its limit; a call of 45 s passed
    "qwen-cli-mcp-client*": 240.0,  # 600 s, and 300 s without progress; the server's name follows
}


def wait_limit(client_name: str | None, override: float | None, patience: float = math.inf) -> float:
    """Seconds that a call from this client may wait for a job.

    Args:
        client_name: from its introduction.
        override: the user's own setting, which goes first.
        patience: after how many seconds it is known to have given up.
    """
    if override is not None:
        return override
    return min(_usual(client_name or ""), margined(patience))


def margined(patience: float) -> float:
    """Seconds after which to answer a client that gives up after `patience`."""
    return max(patience - _MARGIN, patience / 2)


def _usual(client_name: str) -> float:
    name = client_name.lower()
    return next((seconds for pattern, seconds in _SECONDS.items() if fnmatchcase(name, pattern)), DEFAULT_SECONDS)
