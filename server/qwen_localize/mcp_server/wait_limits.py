"""How long a call may keep each client waiting.

Many hosts cut a call off at 60 s whatever it reports; some start anew with each progress report. Nothing is lost
when we answer early: the answer has the job's id.
"""

DEFAULT_SECONDS = 45.0

# By the name in the client's introduction. Longer than the default only where it is documented or was observed
# that progress resets the clock, or that the limit is longer.
_SECONDS = {
    "claude-code": 240.0,
    "codex-mcp-client": 100.0,
    "gemini-cli-mcp-client": 240.0,
    "qwen-code": 240.0,
}


def wait_limit(client_name: str | None, override: float | None) -> float:
    """Seconds that a call from this client may wait for a job; the user's own setting goes first."""
    if override is not None:
        return override
    return _SECONDS.get((client_name or "").lower(), DEFAULT_SECONDS)
