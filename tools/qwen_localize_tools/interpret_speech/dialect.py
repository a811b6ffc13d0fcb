"""What the engine needs of a dialect: messages to send, and what those mean that are received."""

from typing import Any, Protocol

from .events import Event

Message = dict[str, Any] | bytes


class Dialect(Protocol):
    """One session's side of a protocol, without any input or output of its own."""

    @property
    def is_answering(self) -> bool:
        """Whether an utterance that was cut has no whole answer yet."""

    @property
    def pending_end(self) -> int | None:
        """Where the first sentence ends that is not answered, as far as the service has said."""

    def opening(self) -> list[Message]:
        """What is sent first."""

    def sound(self, pcm: bytes) -> Message:
        """Raw sound: 16 bits, one channel, 16 kHz."""

    def cut(self, start: int, end: int) -> list[Message]:
        """The end of an utterance, where it is we who cut; in milliseconds of what was sent."""

    def closing(self) -> list[Message]:
        """What is sent last; the service then says all that it still has to say."""

    def received(self, message: dict[str, Any]) -> list[Event]:
        """What a message means."""
