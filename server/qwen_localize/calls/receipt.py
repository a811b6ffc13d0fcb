"""What the paid calls of one tool call came to, for the one who pays."""

from dataclasses import dataclass, field

from ..dashscope import Price
from .usage import Tokens


@dataclass
class Receipt:
    """What was used, whatever became of the answers.

    Attributes:
        tokens: billed.
        request_ids: as the service names them.
        models: that really answered.
        reused: how many answers were paid for before, and not again.
        remarks: what is to be known of the cost.
        price: list prices; None where nobody published them.
    """

    price: Price | None = None
    tokens: Tokens = field(default_factory=Tokens)
    request_ids: list[str] = field(default_factory=list)
    models: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)
    reused: int = 0

    @property
    def cost(self) -> float | None:
        """The estimate in CNY; None where nobody published the price."""
        return self.price.of_tokens(self.tokens.input, self.tokens.output) if self.price else None

    def add(self, tokens: Tokens, request_id: str, model: str, remark: str) -> None:
        """One more call."""
        self.tokens = Tokens(self.tokens.input + tokens.input, self.tokens.output + tokens.output)
        self.request_ids.append(request_id)
        if model:
            self.models.add(model)
        if remark and remark not in self.remarks:
            self.remarks.append(remark)
