"""The moment at which a paid request goes out: until then it can be called off for free, and not after."""

from collections.abc import Awaitable, Callable

import anyio.lowlevel


class Departure:
    """One paid request, as far as it matters whether it has left.

    Args:
        journal: awaited before each try, for who writes down when it goes out.

    Attributes:
        gone: whether it is out and may be billed: it left, and no answer said that it was refused.
    """

    def __init__(self, journal: Callable[[], Awaitable[None]] | None = None) -> None:
        self._journal = journal
        self._is_off = False
        self.gone = False

    async def leave(self) -> None:
        """Called by the wire right before each try; the last moment at which a cancellation keeps it from going."""
        if self._journal:
            await self._journal()
        await anyio.lowlevel.checkpoint()
        if self._is_off:
            await anyio.sleep_forever()  # until the cancellation comes that the one who called it off has ordered
        self.gone = True

    def call_off(self) -> bool:
        """Keep it from leaving, before its work is cancelled; whether that could still be done."""
        self._is_off = not self.gone
        return self._is_off

    def turned_away(self) -> None:
        """It came back with a refusal: it is not billed, and a further try can be called off."""
        self.gone = False
