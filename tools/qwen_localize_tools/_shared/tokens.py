"""How many tokens a text probably has, for limits and costs before anything is sent."""

BYTES_PER_TOKEN = 3


def tokens(text: str) -> int:
    """An estimate that errs on the high side: three bytes of UTF-8 to a token."""
    return len(text.encode()) // BYTES_PER_TOKEN + 1
