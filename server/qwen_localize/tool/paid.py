"""What a tool may ask for of the service, and pays for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ..calls import CircuitBreaker, PaidCalls, Purse, Series
from ..dashscope import Limit, Model, Price


@dataclass(frozen=True)
class Calls:
    """Paid calls that are answered at once.

    Attributes:
        tool: whose costs they are.
        durable: whether answers are kept on disk, as those of a batch are.
        purse: what all of them may cost; None for any sum.
    """

    paid: PaidCalls
    tool: str
    durable: bool = False
    purse: Purse | None = None

    def limited(self, cost: float, refusal: str) -> "Calls":
        """The same calls, as long as they do not cost more; then the next is refused with these words."""
        return replace(self, purse=Purse(cost, refusal))

    def check_model(self, model: Model, family: Iterable[Model] = ()) -> None:
        """See `PaidCalls.check_model`."""
        self.paid.check_model(model, family)

    async def check_budget(self, model: Model, cost: float | None) -> None:
        """Refuse what would pass the daily budget by itself; nothing is set aside for it.

        Raises:
            OverBudget: it would, or nobody published its price.
        """
        await self.paid.check_budget(model, cost)

    def price(self, model: Model) -> Price | None:
        """See `PaidCalls.price`."""
        return self.paid.price(model)

    def limit(self, model: Model) -> Limit:
        """How often a model may be asked here."""
        return model.limit_at(self.paid.service.region)

    async def keep(self, request: Any, text: str) -> None:
        """Remember on disk, as long as paid answers are, what was made of some of them; only then, return.

        Args:
            request: JSON with all that matters to it.
            text: what is remembered.
        """
        await self.paid.keep(request, text)

    async def kept(self, request: Any) -> str | None:
        """What is remembered on disk of a request."""
        return await self.paid.kept(request)

    def series(self, model: Model, breaker: CircuitBreaker | None = None) -> Series:
        """Calls to one model that belong together."""
        return Series(self.paid, self.tool, model, durable=self.durable, breaker=breaker, purse=self.purse)
