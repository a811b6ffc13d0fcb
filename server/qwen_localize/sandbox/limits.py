"""Rate limits as sliding windows in service time (docs/model-studio.md 1.5 and 2.3)."""

from collections import deque
from dataclasses import dataclass

from .clock import Clock


@dataclass(frozen=True)
class Rule:
    """At most `amount` requests or tokens in any `seconds` service seconds."""

    amount: int
    seconds: float


# A client that keeps to one per second by its own watch arrives a little early now and then. A tenth of a second is put
# down to the network, and is no breach.
_JITTER = 0.1
PER_MINUTE = 60 - _JITTER


def requests_per_second(amount: int) -> tuple[Rule, ...]:
    """The rules of a limit that is documented per second."""
    return (Rule(amount, 1 - _JITTER), Rule(60 * amount, PER_MINUTE))


QUERY = requests_per_second(1)
LIST = (Rule(20, 1.0),)
CANCEL = (Rule(20, 1.0),)
POLICY = (Rule(100, 1.0),)


def requests_per_minute(amount: int) -> tuple[Rule, ...]:
    """The rules of an RPM limit, which the service may also enforce per second (docs/model-studio.md 1.5).

    "RPM/60 per second" is read with room for one more, so that a client which keeps to the minute
    but not to the very second is not punished.
    """
    burst = Rule(max(1, amount // 60) + 1, 1.0)
    return (Rule(amount, PER_MINUTE), burst)


class _Window:
    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._spent: deque[tuple[float, int]] = deque()
        self._total = 0

    def has_room(self, now: float, amount: int) -> bool:
        while self._spent and self._spent[0][0] <= now - self._rule.seconds:
            self._total -= self._spent.popleft()[1]
        return self._total + amount <= self._rule.amount

    def spend(self, now: float, amount: int) -> None:
        self._spent.append((now, amount))
        self._total += amount


class Limits:
    """What has been spent of every budget. A refused request spends nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._budgets: dict[str, tuple[_Window, ...]] = {}

    def allow(self, budget: str, rules: tuple[Rule, ...], amount: int = 1) -> bool:
        """Spend `amount` of the named budget if every one of its rules has room for it."""
        now = self._clock.now()
        windows = self._windows(budget, rules)
        if not all(window.has_room(now, amount) for window in windows):
            return False
        for window in windows:
            window.spend(now, amount)
        return True

    def charge(self, budget: str, rules: tuple[Rule, ...], amount: int) -> None:
        """Spend what is only known afterwards, such as output tokens."""
        for window in self._windows(budget, rules):
            window.spend(self._clock.now(), amount)

    def _windows(self, budget: str, rules: tuple[Rule, ...]) -> tuple[_Window, ...]:
        if budget not in self._budgets:
            self._budgets[budget] = tuple(_Window(rule) for rule in rules)
        return self._budgets[budget]
