"""When a request is sent again, and after how long: arithmetic only.

The pauses are the official SDK's (0.5 s doubled, at most 8 s, up to 25 % jitter; docs/model-studio.md 1.4), bounded
by attempts and by total time.
"""

from collections.abc import Mapping
from enum import Enum

ATTEMPTS = 5
TOTAL_SECONDS = 90.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
JITTER = 0.25


class Repeat(Enum):
    """What a request allows after a failure."""

    ALWAYS = "reading costs nothing: try again whatever happened"
    IF_REFUSED = "paid, answered at once: again if the service said no, since failed calls are free"
    IF_UNSENT = "paid, accepted for later: again only if it surely did not arrive"


class Failure(Enum):
    """What is known about a request that failed."""

    UNSENT = "it never reached the service, or was turned away at the door"
    ANSWERED = "the service refused it"
    FAILED = "the service says that it failed: what is accepted for later may be carried out all the same"
    UNKNOWN = "it went out, and no usable answer came"


_ALLOWED = {
    Repeat.ALWAYS: frozenset(Failure),
    Repeat.IF_REFUSED: frozenset({Failure.UNSENT, Failure.ANSWERED, Failure.FAILED}),
    Repeat.IF_UNSENT: frozenset({Failure.UNSENT}),
}


def allowed(repeat: Repeat, failure: Failure) -> bool:
    """Whether a request of this kind may be sent again after this failure."""
    return failure in _ALLOWED[repeat]


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the service asks us to wait, or None. HTTP dates are not read: they need a wall clock."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit
        except (KeyError, ValueError):
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return None


def pause(attempt: int, elapsed: float, hint: float | None, chance: float, slow: float = 1.0) -> float | None:
    """Seconds until the next try, or None to give up.

    Args:
        attempt: tries made so far, from 1.
        elapsed: seconds since the first try began.
        hint: what the service asked for, if it did.
        chance: a random number in [0, 1) that spreads clients apart.
        slow: factor for failures that need longer, such as a burst limit.
    """
    if attempt >= ATTEMPTS:
        return None
    backoff = min(FIRST_PAUSE * slow * 2.0 ** (attempt - 1), LONGEST_PAUSE * slow)
    wait = max(backoff, hint or 0.0) * (1 + JITTER * chance)
    return wait if elapsed + wait <= TOTAL_SECONDS else None
