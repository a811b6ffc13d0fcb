"""What a call used, as far as the service can be believed."""

from collections.abc import Mapping
from typing import Any

from ..dashscope import Tokens, usage_of

# No model takes or writes as much in one request; a larger count is no count.
MOST_TOKENS = 1_000_000
# The native protocol's names, and the OpenAI-compatible one's.
_IN, _OUT = ("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens")
# Of these, the parts that have prices of their own (docs/model-studio.md 9).
_PICTURES, _SPEECH = ("video_tokens", "image_tokens"), ("audio_tokens",)
ODD = "The service's count of tokens cannot be right; the cost is this server's own estimate."


def tokens_used(answer: dict[str, Any], expected: Tokens) -> tuple[Tokens, str]:
    """The tokens that an answer says it took, and a remark if it cannot be believed.

    Args:
        answer: the body.
        expected: what is taken where it says nothing, or what cannot be: an answer that came is not free.
    """
    usage = usage_of(answer)
    tokens_in, tokens_out = (next((usage[name] for name in names if name in usage), None) for names in (_IN, _OUT))
    found = Tokens(_count(tokens_in), _count(tokens_out), _part(usage, _IN, _PICTURES), _part(usage, _OUT, _SPEECH))
    if found.input >= found.pictures and found.output >= found.speech and found.input > 0:
        return found, ""
    return expected, ODD if answer.get("usage") is not None else ""


def _part(usage: Mapping[str, Any], names: tuple[str, ...], kinds: tuple[str, ...]) -> int:
    """How many of the tokens under one of the names were of these kinds; none if it is not told."""
    details = next((found for name in names if isinstance(found := usage.get(f"{name}_details"), Mapping)), {})
    return sum(max(0, _count(details.get(kind))) for kind in kinds)


def _count(value: Any) -> int:
    """A count of tokens; -1 for what cannot be one."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_TOKENS else -1
