"""What a piece of work may cost by itself, whatever the day's budget is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ..dashscope import Departure, Price, Tokens
from ..errors import BadArgument
from .usage import tokens_used


@dataclass
class Purse:
    """The money that is left.

    Attributes:
        left: CNY.
        refusal: what is said where it is not enough.
    """

    left: float
    refusal: str

    async def pay(
        self,
        price: Price,
        expected: Tokens,
        send: Callable[[Departure], Awaitable[dict[str, Any]]],
        departure: Departure,
    ) -> dict[str, Any]:
        """The answer to a request: what it will probably cost is taken out before, and settled when it is known.

        Raises:
            BadArgument: there is not enough left; nothing was sent.
        """
        cost = price.of(expected)
        if cost > self.left:
            raise BadArgument(self.refusal)
        self.left -= cost
        try:
            body = await send(departure)
        except BaseException:
            self.left += 0 if departure.gone else cost
            raise
        self.left += cost - price.of(tokens_used(body, expected)[0])
        return body
