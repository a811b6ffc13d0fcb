"""When to stop asking: what fails for every request must not be paid and waited for hundreds of times."""

from ..errors import LocalizeError, SetupError, TryLater, Unconfirmed, Unreachable


class CircuitBreaker:
    """Whether the rest of a tool call makes sense, judged by its requests so far.

    What only the user can mend (key, money, budget, network) opens it at once.

    Args:
        failures: so many requests in a row that fail for other reasons than what they say.
        unproven: as `failures`, as long as no request has succeeded yet.
        refusals: so many different texts that are refused before one is taken: that points at the call itself.

    Attributes:
        proven: whether any request has succeeded.
        refusals: how many texts were refused before one was taken.
        opened: why the rest is not asked for; None while it is.
    """

    def __init__(self, failures: int = 5, unproven: int = 5, refusals: int | None = None) -> None:
        self._most_failures, self._most_unproven, self._most_refusals = failures, unproven, refusals
        self._failures = 0
        self.proven = False
        self.refusals = 0
        self.opened: LocalizeError | None = None

    def check(self) -> None:
        """Let a request pass.

        Raises:
            LocalizeError: it is open; what opened it.
        """
        if self.opened:
            raise self.opened

    def succeeded(self) -> None:
        """A request was answered."""
        self.proven = True
        self._failures = 0

    def refused(self, error: LocalizeError) -> None:
        """A text was refused that was asked for alone."""
        self.refusals += not self.proven
        if self.refusals == self._most_refusals:
            self._open(error)

    def failed(self, error: LocalizeError) -> None:
        """A request failed for reasons that are not in its text."""
        self._failures += 1
        most = self._most_failures if self.proven else self._most_unproven
        if isinstance(error, SetupError | Unreachable) or self._failures >= most:
            self._open(error)

    def _open(self, error: LocalizeError) -> None:
        if isinstance(error, Unconfirmed):  # that is true of the request, not of what was never sent
            error = TryLater(f"Not sent, since a request before it got no answer. {error.reason}")
        self.opened = self.opened or error
