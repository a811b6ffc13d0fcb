"""What a user has agreed to, where money is at stake."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Consent:
    """What the user has agreed to for one call, and no other.

    Attributes:
        pay_again: the id of a job that may be paid already, and is ordered once more.
        past_budget: whether the call may pass the daily budget.
    """

    pay_again: str = ""
    past_budget: bool = False


NO_CONSENT = Consent()
