"""What the paid calls of one tool call came to, for the one who pays."""

from dataclasses import dataclass, field

from ..dashscope import Price, Tokens


@dataclass
class Receipt:
    """What was used, whatever became of the answers.

    Attributes:
        price: list prices of what is added; None where nobody published them.
        billed: tokens, by the prices that they have.
        request_ids: as the service names them.
        models: that really answered.
        reused: how many answers were paid for before, and not again.
        remarks: what is to be known of the cost.
    """

    price: Price | None = None
    billed: dict[Price | None, Tokens] = field(default_factory=dict)
    request_ids: list[str] = field(default_factory=list)
    models: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)
    reused: int = 0

    @property
    def tokens(self) -> Tokens:
        """All that were billed."""
        return sum(self.billed.values(), Tokens())

    @property
    def cost(self) -> float | None:
        """The estimate in CNY; None where nobody published the price."""
        if None in self.billed or (self.price is None and not self.billed):
            return None
        return sum(price.of(used) for price, used in self.billed.items() if price)

    def add(self, tokens: Tokens, request_id: str = "", model: str = "", remark: str = "") -> None:
        """One more call."""
        self.billed[self.price] = self.billed.get(self.price, Tokens()) + tokens
        if request_id:
            self.request_ids.append(request_id)
        if model:
            self.models.add(model)
        if remark and remark not in self.remarks:
            self.remarks.append(remark)

    def together(self, other: "Receipt") -> "Receipt":
        """Both as one."""
        prices = self.billed.keys() | other.billed.keys()
        return Receipt(
            self.price,
            {price: self.billed.get(price, Tokens()) + other.billed.get(price, Tokens()) for price in prices},
            self.request_ids + other.request_ids,
            self.models | other.models,
            list(dict.fromkeys(self.remarks + other.remarks)),
            self.reused + other.reused,
        )
