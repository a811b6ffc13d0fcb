"""The sentences of one session of a realtime model, from the first word heard to the last word of the translation.

What was said is an item, its translation a response with an item of its own, which names the one before it
(docs/model-studio.md 10.1). Texts of both may end in either order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .events import Partial, Sentence

NOT_TRANSLATED = "The service gave no translation of this."
# A translation that is behind so many later ones that have ended has been forgotten by the service.
_MOST_LATER = 3


@dataclass
class Turn:
    """One sentence.

    Attributes:
        item: the id of what was said; empty while it is not known.
        source: what was said, once that is certain.
        heard: how that looks so far.
        response: the id of the translation; empty while there is none.
        translation: all of it that is certain.
        written: how the rest looks so far.
        is_done: whether the response has ended.
    """

    item: str = ""
    start: int | None = None
    end: int | None = None
    source: str | None = None
    heard: str = ""
    response: str = ""
    translation: str = ""
    written: str = ""
    voice: list[bytes] = field(default_factory=list)
    is_done: bool = False
    error: str = ""
    _parts: set[tuple[str, str]] = field(default_factory=set)

    def add(self, text: str, part: str) -> bool:
        """Take in a part of the translation that is certain; False if it was told before."""
        if (text, part) in self._parts:
            return False
        self._parts.add((text, part))
        self.translation, self.written = f"{self.translation} {text}".strip(), ""
        return True

    @property
    def is_settled(self) -> bool:
        """Whether nothing more comes: what has a beginning will also be told its end."""
        return self.is_done and self.source is not None and (self.start is None or self.end is not None)

    @property
    def partial(self) -> Partial:
        """How it looks now."""
        return Partial(self.source or self.heard, self.translation or self.written)

    def sentence(self) -> Sentence | None:
        """It as it stays; None if nothing was said."""
        source, translation = (self.source or self.heard).strip(), (self.translation or self.written).strip()
        if not source and not translation:
            return None
        error = "" if translation else self.error or NOT_TRANSLATED
        return Sentence(self.start, self.end, source, translation, tuple(self.voice), error)


class Turns:
    """Those that are not told yet, in their order."""

    def __init__(self) -> None:
        self._open: list[Turn] = []
        self._by_response: dict[str, Turn] = {}
        self._before: dict[str, str] = {}
        self._past_items: set[str] = set()
        self._past_responses: set[str] = set()

    @property
    def first_end(self) -> int | None:
        """Where the first one ends, as far as that is known."""
        return self._open[0].end if self._open else None

    def begin(self, turn: Turn) -> Turn:
        """One more."""
        self._open.append(turn)
        return turn

    def of_item(self, item: str) -> Turn:
        """That of what was said; of one without an item, if there is none with this; nobody's, if that was told."""
        if item in self._past_items:
            return Turn(is_done=True)
        found = next((turn for turn in self._open if turn.item == item), None)
        found = found or next((turn for turn in self._open if not turn.item), None) or self.begin(Turn())
        found.item = item
        return found

    @property
    def is_answering(self) -> bool:
        """Whether one of them is not translated yet."""
        return any(not turn.is_done for turn in self._open)

    def has_item(self, item: str) -> bool:
        """Whether something was said that is called so."""
        return any(turn.item == item for turn in self._open)

    def follows(self, item: str, previous: str) -> None:
        """An item stands behind another, as a translation does behind what was said."""
        self._before[item] = previous

    def of_response(self, response: str, item: str = "") -> Turn:
        """That of a translation: of what its item follows, or else of the first that has none; nobody's, if told."""
        if response in self._past_responses:
            return Turn(is_done=True)
        if response in self._by_response:
            return self._by_response[response]
        said = self._before.get(item, "")
        waiting = [turn for turn in self._open if not turn.response]
        found = next((turn for turn in waiting if said and turn.item == said), None)
        found = found or (waiting[0] if waiting else self.begin(Turn()))
        found.response = response
        self._by_response[response] = found
        return found

    def told(self, *, all_of_them: bool = False) -> Iterator[Sentence]:
        """What is certain now, up to the first that is not; at the end of the session, all."""
        while self._open and (all_of_them or self._is_certain()):
            turn = self._open.pop(0)
            self._by_response.pop(turn.response, None)
            self._past_items |= {turn.item} - {""}
            self._past_responses |= {turn.response} - {""}
            if sentence := turn.sentence():
                yield sentence

    def _is_certain(self) -> bool:
        """Whether nothing more comes for the first: a later one overtakes what has no translation, some any other."""
        first = self._open[0]
        later = sum(turn.is_settled for turn in self._open[1:])
        is_overtaken = bool(later) and (first.is_done or not first.response)
        return first.is_settled or is_overtaken or later >= _MOST_LATER
