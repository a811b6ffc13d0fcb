"""What was paid for in this session: a call that was cut off and is repeated does not pay for it again."""

from collections import OrderedDict

# Characters; a page read by ocr has some thousands.
MOST = 50_000_000


class SessionCache:
    """Texts by a key, the last used ones; in memory only, gone with the process.

    Args:
        most: characters that are kept.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._size = 0
        self._texts: OrderedDict[str, str] = OrderedDict()

    def get(self, key: str) -> str | None:
        """The text kept under a key."""
        if key in self._texts:
            self._texts.move_to_end(key)
        return self._texts.get(key)

    def keep(self, key: str, text: str) -> None:
        """Keep a text; those not used for longest make room."""
        self._size += len(text) - len(self._texts.pop(key, ""))
        self._texts[key] = text
        while self._size > self._most:
            self._size -= len(self._texts.popitem(last=False)[1])
