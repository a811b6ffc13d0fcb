"""When to stop asking: what fails for every request must not be paid and waited for hundreds of times."""

from qwen_localize.errors import LocalizeError, SetupError, TryLater, Unconfirmed, Unreachable

# A string may be refused for what it says; so many different ones, and nothing taken yet, point at the call itself.
_REFUSALS = 5
_FAILURES = 2


class Outlook:
    """Whether the rest of a call makes sense, judged by its requests so far.

    Attributes:
        proven: whether any request has succeeded.
        refusals: how many strings were refused before one was taken.
        stopped: what ended the call; None while it goes on.
    """

    def __init__(self) -> None:
        self.proven = False
        self.refusals = 0
        self.stopped: LocalizeError | None = None
        self._failures = 0

    def succeeded(self) -> None:
        """A request was answered."""
        self.proven = True
        self._failures = 0

    def refused(self, error: LocalizeError) -> None:
        """A string was refused that was asked for alone."""
        self.refusals += not self.proven
        if self.refusals == _REFUSALS:
            self._stop(error)

    def failed(self, error: LocalizeError) -> None:
        """A request failed for reasons that are not in its strings."""
        self._failures += 1
        if isinstance(error, SetupError | Unreachable) or not self.proven or self._failures == _FAILURES:
            self._stop(error)

    def _stop(self, error: LocalizeError) -> None:
        if isinstance(error, Unconfirmed):  # that is true of the request, not of what was never sent
            error = TryLater(f"Not sent, since a request before it got no answer. {error.reason}")
        self.stopped = self.stopped or error
