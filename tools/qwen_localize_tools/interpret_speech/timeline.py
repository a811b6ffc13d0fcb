"""Which moment of a recording each moment is of what was sent of it: long silences are not sent."""

from bisect import bisect_left, bisect_right


class Timeline:
    """What a session has sent, in milliseconds.

    Attributes:
        sent: how much there is.
        end: up to where in the recording.
    """

    def __init__(self, begin: int) -> None:
        self.sent = 0
        self.end = begin
        self._sent = [0]
        self._there = [begin]

    def add(self, at: int, length: int) -> None:
        """The next that is sent lies there in the recording."""
        if at != self.end and self.sent:
            self._sent.append(self.sent)
            self._there.append(at)
        elif at != self.end:
            self._there[-1] = at
        self.sent += length
        self.end = at + length

    def start(self, sent: int) -> int:
        """Where something in the recording begins that begins there in what was sent."""
        return self._moment(bisect_right(self._sent, sent) - 1, sent)

    def finish(self, sent: int) -> int:
        """Where it ends; what ends with a silence that is left out ends before it."""
        return self._moment(bisect_left(self._sent, sent) - 1, sent)

    def _moment(self, run: int, sent: int) -> int:
        run = max(run, 0)
        return min(self._there[run] + max(sent, 0) - self._sent[run], self.end)
