"""Answers of this session that are paid for: a call that was cut off and is repeated does not pay for them again."""

from collections import OrderedDict

MOST = 50_000


class Recall:
    """Texts by a key, the last used ones; in memory only, gone with the process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._texts: OrderedDict[str, str] = OrderedDict()

    def get(self, key: str) -> str | None:
        """The text kept under a key."""
        if key in self._texts:
            self._texts.move_to_end(key)
        return self._texts.get(key)

    def keep(self, key: str, text: str) -> None:
        """Keep a text; the one not used for longest makes room."""
        self._texts[key] = text
        if len(self._texts) > self._most:
            self._texts.popitem(last=False)
