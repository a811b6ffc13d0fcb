"""What can go wrong, ordered by who can act.

LocalizeError               one to three sentences: what, why, what to do
├── CallError               the caller (a model, usually) can call differently
│   ├── BadArgument         refused here; nothing was sent
│   ├── BadInput            a file or URL that cannot be used; nothing was sent
│   ├── Rejected            the service refused the request as it stands
│   └── Blocked             the service's content rules refused it
├── SetupError              the user can act: key, money, region, disk
│   ├── MissingKey
│   ├── KeyRefused
│   ├── NoAccess
│   ├── OutOfFunds
│   ├── BadSetting
│   ├── OverBudget
│   ├── NeedsDecision
│   ├── StateUnavailable
│   │   └── StorageUnavailable
│   └── OutputUnavailable
├── TryLater                nobody can act now
│   ├── Throttled
│   ├── ServiceFailed
│   ├── Unreachable
│   ├── TimedOut
│   ├── BadAnswer           an answer came that is not as documented
│   ├── Spoiled             a result arrived cut, empty, or as something else
│   ├── Expired             a result's URL is refused: no longer valid, or blocked on the way
│   └── Unconfirmed         a paid request went out, and no usable answer says what became of it
└── InternalError           we can: this server failed by a fault of its own
"""

import re
from collections.abc import Iterator

QUOTE_LIMIT = 200
# What a caller is told of an exception that nobody foresaw.
OWN_FAULT = "This server failed by a fault of its own. Its log (stderr) has the details."
# As the service makes them, perhaps with a word or two between; shorter ones are names of files and languages.
_KEY = re.compile(r"\b(?:sk|st)-(?:\w{1,12}-){0,2}[A-Za-z0-9_]{16,}")


class LocalizeError(Exception):
    """Anything this server reports to the caller; its text is written to be read."""


class CallError(LocalizeError):
    """The caller can fix it by calling differently."""


class BadArgument(CallError):
    """An argument breaks a rule that is known here; nothing was sent."""


class BadInput(CallError):
    """A file, URL or data URI cannot be used; nothing was sent."""


class Rejected(CallError):
    """The service refused the request as it stands."""


class Blocked(CallError):
    """The service's content or policy rules refused the request."""


class SetupError(LocalizeError):
    """The user can fix it: key, money, region, disk."""


class MissingKey(SetupError):
    """No API key is configured."""


class KeyRefused(SetupError):
    """The service does not accept the API key."""


class NoAccess(SetupError):
    """The key is good, but has no right to this model, workspace or region."""


class OutOfFunds(SetupError):
    """The account owes money, or its free quota is used up."""


class BadSetting(SetupError):
    """An environment variable has a value that cannot be used."""


class OverBudget(SetupError):
    """The call would pass the daily budget that the user set; nothing was sent."""


class NeedsDecision(SetupError):
    """A job may be paid, and only the user can say whether it is paid again.

    Attributes:
        job_id: the job.
        question: what is to be decided, for the user.
    """

    def __init__(self, words: str, job_id: str = "", question: str = "") -> None:
        super().__init__(words)
        self.job_id = job_id
        self.question = question


class StateUnavailable(SetupError):
    """The job store cannot be opened or written."""


class StorageUnavailable(StateUnavailable):
    """The storage that replicas share cannot be reached, or refuses what is asked of it."""


class OutputUnavailable(SetupError):
    """The output directory cannot be written."""


class TryLater(LocalizeError):
    """Nobody can act now; the same call may succeed later."""


class Throttled(TryLater):
    """The service's rate limit, in spite of ours."""


class ServiceFailed(TryLater):
    """The service failed or is overloaded."""


class Unreachable(TryLater):
    """The service could not be reached; nothing was sent."""


class TimedOut(TryLater):
    """The service did not answer, or did not finish, in time."""


class BadAnswer(TryLater):
    """The service answered, and the answer is not as documented: this version cannot tell what it means."""


class Spoiled(TryLater):
    """A result arrived cut, empty, too large, or as something other than it should be."""


class Expired(TryLater):
    """A result's URL is refused: it is no longer valid, or blocked on the way; the task may still tell a new one."""


class Unconfirmed(TryLater):
    """A paid request went out, and no usable answer says what became of it: it may have been carried out.

    Attributes:
        reason: why there is no such answer, for who finds out by other means.
        answer: what came in its place, as it came; empty if nothing did.
    """

    def __init__(self, words: str, reason: str, answer: str = "") -> None:
        super().__init__(words)
        self.reason = reason
        self.answer = answer


class InternalError(LocalizeError):
    """This server failed by a fault of its own; its log has the details."""

    def __init__(self, words: str = OWN_FAULT) -> None:
        super().__init__(words)


def leaves(error: BaseException) -> Iterator[BaseException]:
    """What groups of tasks have wrapped: the error itself, or all that are in a group, in their order."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from leaves(inner)
    else:
        yield error


def of_kind(name: str, words: str) -> LocalizeError:
    """An error of the kind that is called `name` here; of no special kind if there is none."""
    kinds = [LocalizeError]
    for kind in kinds:
        if kind.__name__ == name and kind is not Unconfirmed:
            return kind(words)
        kinds += kind.__subclasses__()
    return LocalizeError(words)


def quote(text: str, limit: int = QUOTE_LIMIT) -> str:
    """Text of a third party as data: one line, no control characters, cut, in quotation marks."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return f"“{line[:limit]}…”" if len(line) > limit else f"“{line}”"


def redact(text: str, key: str | None = None) -> str:
    """`text` without the API key in use, nor anything that is shaped like one."""
    return _KEY.sub("[key]", text.replace(key, "[key]") if key else text)
