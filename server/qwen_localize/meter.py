"""What a process counts about itself while it serves, for whoever publishes it. It costs nothing to be counted."""

from collections import Counter, defaultdict


class Meter:
    """Sums since the process began; nothing in them tells who called.

    Attributes:
        calls: how many calls ended, by tool and outcome.
        waited: seconds that requests were held back to keep the service's limits, by the limit's name.
    """

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, str]] = Counter()
        self.waited: defaultdict[str, float] = defaultdict(float)

    def ended(self, tool: str, outcome: str) -> None:
        """A call has ended."""
        self.calls[tool, outcome] += 1

    def held_back(self, limit: str, seconds: float) -> None:
        """A request waited for its turn under a limit."""
        self.waited[limit] += seconds
