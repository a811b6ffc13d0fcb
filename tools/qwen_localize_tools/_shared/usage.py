"""What calls used, in answers."""

from pydantic import BaseModel

from qwen_localize.tool import Receipt


class Usage(BaseModel):
    """Tokens billed."""

    input_tokens: int = 0
    output_tokens: int = 0

    @classmethod
    def of(cls, receipt: Receipt) -> "Usage":
        """The tokens of a receipt."""
        return cls(input_tokens=receipt.tokens.input, output_tokens=receipt.tokens.output)
