"""Moments of a recording, for people."""


def clock(seconds: float) -> str:
    """A moment, to the second: 3:10, or 1:03:10."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
