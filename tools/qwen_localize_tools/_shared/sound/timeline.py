"""Lays out what a recording's timestamps say: kept where they can be true, and mended where they jump."""

# Timestamps are that much off in whole files.
_SLACK = 0.05
# A jump back, or a long one forward in a stream that may be joined of several, begins a new count.
_JUMP_BACK, _JUMP_AHEAD = 1.0, 10.0


class Timeline:
    """Where each part of one stream belongs, in seconds from the beginning.

    Args:
        origin: when it begins, in the stream's own time.
        is_joined: whether it may be joined of several, each with a count of its own.

    Attributes:
        end: where the last part ended.
    """

    def __init__(self, origin: float, *, is_joined: bool) -> None:
        self._shift = -origin
        self._is_joined = is_joined
        self.end = 0.0

    def gap(self, start: float | None, seconds: float) -> float:
        """The silence before the next part, which lasts so long; `start` is None if it says no time."""
        gap = self._jump(start)
        gap = gap if gap > _SLACK else 0.0
        self.end += gap + seconds
        return gap

    def reach(self, start: float | None, seconds: float) -> None:
        """Take in a part that may overlap those before."""
        self.end = max(self.end, self.end + self._jump(start) + seconds)

    def _jump(self, start: float | None) -> float:
        jump = 0.0 if start is None else start + self._shift - self.end
        if jump < -_JUMP_BACK or (self._is_joined and jump > _JUMP_AHEAD):
            self._shift -= jump
            return 0.0
        return jump
