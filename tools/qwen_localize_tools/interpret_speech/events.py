"""What a session says, whatever the dialect: times are milliseconds of the sound that was sent."""

from dataclasses import dataclass

from qwen_localize.tool import Tokens


@dataclass(frozen=True)
class Started:
    """Sound may be sent."""


@dataclass(frozen=True)
class Partial:
    """How a sentence that is still spoken looks now; the next one replaces it."""

    source: str = ""
    translation: str = ""


@dataclass(frozen=True)
class Sentence:
    """A sentence that will not change any more.

    Attributes:
        start: None if the service does not say.
        end: None if the service does not say.
        voice: the translation as sound: 16 bits, one channel, 24 kHz.
        error: why it is not translated.
    """

    start: int | None
    end: int | None
    source: str
    translation: str
    voice: tuple[bytes, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class Used:
    """So much more is paid."""

    tokens: Tokens


@dataclass(frozen=True)
class Finished:
    """Nothing comes any more: all that was sent is answered."""


@dataclass(frozen=True)
class Failed:
    """The service says that something went wrong."""

    code: str
    message: str


Event = Started | Partial | Sentence | Used | Finished | Failed
