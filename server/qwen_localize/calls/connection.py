"""A connection to a model, which costs what is used over it."""

from typing import TYPE_CHECKING, Any

from ..dashscope import Tokens
from ..errors import LocalizeError

if TYPE_CHECKING:
    from ..dashscope.sockets import Socket


class Connection:
    """An open connection.

    Attributes:
        used: the tokens that are paid for so far, as far as `count` was told of them.
    """

    def __init__(self, socket: "Socket") -> None:
        self._socket = socket
        self.used = Tokens()

    async def send(self, message: dict[str, Any] | bytes) -> None:
        """See `Socket.send`."""
        await self._socket.send(message)

    async def receive(self, seconds: float) -> dict[str, Any]:
        """See `Socket.receive`."""
        return await self._socket.receive(seconds)

    def failure(self, code: Any, message: Any) -> LocalizeError:
        """See `Socket.failure`."""
        return self._socket.failure(code, message)

    def count(self, tokens: Tokens) -> None:
        """So much more was used."""
        self.used += tokens
