"""What calls used, in answers."""

from typing import Any

from qwen_localize.tool import Receipt

# Of many, the first few are enough to ask the service about.
_MOST_IDS = 5


def usage(receipt: Receipt) -> dict[str, Any]:
    """What only a program, or a question to the service, wants to know of paid calls: tokens billed, and their ids."""
    facts = {
        "input_tokens": receipt.tokens.input,
        "output_tokens": receipt.tokens.output,
        "requests": len(receipt.request_ids),
        "reused": receipt.reused,
        "request_ids": receipt.request_ids[:_MOST_IDS],
    }
    return {name: value for name, value in facts.items() if value}
