"""What a call used, as far as the service can be believed."""

from dataclasses import dataclass
from typing import Any

from ..dashscope import usage_of

# No model takes or writes as much in one request; a larger count is no count.
MOST_TOKENS = 1_000_000
# The native protocol's names, and the OpenAI-compatible one's.
_IN, _OUT = ("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens")
ODD = "The service's count of tokens cannot be right; the cost is this server's own estimate."


@dataclass(frozen=True)
class Tokens:
    """Tokens in and out."""

    input: int = 0
    output: int = 0

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(self.input + other.input, self.output + other.output)

    @property
    def total(self) -> int:
        """Both together."""
        return self.input + self.output


def tokens_used(answer: dict[str, Any], expected: Tokens) -> tuple[Tokens, str]:
    """The tokens that an answer says it took, and a remark if it cannot be believed.

    Args:
        answer: the body.
        expected: what is taken where it says nothing, or what cannot be: an answer that came is not free.
    """
    usage = usage_of(answer)
    tokens_in, tokens_out = (next((usage[name] for name in names if name in usage), None) for names in (_IN, _OUT))
    found = Tokens(_count(tokens_in), _count(tokens_out))
    if found.input > 0 and found.output >= 0:
        return found, ""
    return expected, ODD if answer.get("usage") is not None else ""


def _count(value: Any) -> int:
    """A count of tokens; -1 for what cannot be one."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_TOKENS else -1
