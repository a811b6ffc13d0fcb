"""Finished texts and what they cost."""

from dataclasses import dataclass

from . import tokens


@dataclass(frozen=True)
class Reply:
    """A finished text and what it cost, in tokens.

    Attributes:
        image_tokens: the part of `tokens_in` that is a picture; None for models that see none.
    """

    text: str
    finish_reason: str
    tokens_in: int
    tokens_out: int
    image_tokens: int | None = None


def reply(whole: str, tokens_in: int, limit: int, image_tokens: int | None = None) -> Reply:
    """A reply of at most `limit` tokens, cut and marked `length` if need be."""
    text = tokens.cut(whole, limit)
    reason = "stop" if text == whole else "length"
    return Reply(text, reason, tokens_in, tokens.count(text), image_tokens)
