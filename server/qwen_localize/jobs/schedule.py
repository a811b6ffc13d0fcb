"""How often the task list is read: arithmetic only."""

from collections.abc import Iterable

from .records import UPSTREAM, JobRecord

FIRST_SECONDS = 1.0
MOST_SLOWDOWN = 16.0
# How many times as long the list is left alone while tasks that ended still wait for their own queries.
COLLECTING = 5.0
# A task that the list does not show is asked for by its id after this long, and again each time it has passed.
UNLISTED_SECONDS = 30.0


def interval(jobs: Iterable[JobRecord], now: float, slowdown: float = 1.0) -> float:
    """Seconds until the list is read again: each second for young tasks, every five for old ones.

    Args:
        jobs: what is waited for.
        now: Unix seconds.
        slowdown: 1, or more after the service has asked to be left alone.
    """
    ages = [now - job.sent for job in jobs if job.sent is not None and job.state in UPSTREAM]
    youngest = min(ages, default=0.0)
    pause = FIRST_SECONDS if youngest < 60 else 2.0 if youngest < 180 else 5.0
    return pause * slowdown


def slower(slowdown: float) -> float:
    """The slowdown after a refusal."""
    return min(slowdown * 2, MOST_SLOWDOWN)


def faster(slowdown: float) -> float:
    """The slowdown after a success."""
    return max(slowdown / 2, 1.0)


def breath(jobs: int) -> float:
    """Seconds between two looks at the jobs themselves, during which what happens at once becomes one round."""
    return min(0.02 + 0.002 * jobs, 0.5)
