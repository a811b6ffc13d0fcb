"""One utterance on its way: heard, translated as far as the sandbox translates, and spoken."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..catalogue import script_of
from ..pseudo import Pair, localize
from .hearing import hear
from .pcm import SPOKEN_RATE, seconds
from .speaking import speak


@dataclass(frozen=True)
class Telling:
    """What was heard, and what is answered.

    Attributes:
        transcript: what was said, or how long.
        text: the sandbox's translation of it.
        sound: the translation spoken, at SPOKEN_RATE; empty if nobody asked for it.
    """

    transcript: str
    text: str
    sound: bytes = b""

    @property
    def length(self) -> float:
        """Seconds of the answer's sound."""
        return seconds(self.sound, SPOKEN_RATE)


@dataclass(frozen=True)
class Order:
    """How speech is to be answered.

    Attributes:
        source: the code of the language spoken, or `auto`.
        target: the code of the language answered in.
        speaks: whether the answer is spoken too.
        hears: whether words are looked for; otherwise speech is described by its length.
        terms: the glossary.
    """

    source: str
    target: str
    speaks: bool
    hears: bool = True
    terms: tuple[Pair, ...] = ()


def tell(pcm: bytes, rate: int, order: Order) -> Telling:
    """Answer one utterance; takes about a third of its length where words are looked for."""
    heard = hear(pcm, rate, order.source, hears=order.hears)
    return _told(heard.text, order, plain=heard.words)


def answer_text(text: str, order: Order) -> Telling:
    """Answer a written sentence."""
    return _told(text, order, plain=True)


def _told(transcript: str, order: Order, *, plain: bool) -> Telling:
    text = _translated(transcript, order.target, order.terms) if plain else f"{transcript} → {order.target} (sandbox)"
    if not order.speaks:
        return Telling(transcript, text)
    words = transcript if plain else transcript.strip("[]").rpartition(",")[0]
    latin = script_of(order.target) == "Latn"
    spoken = words if latin or not plain else text.strip("[]").replace("~", "")
    return Telling(transcript, text, speak(spoken, words, order.target))


def _translated(text: str, target: str, terms: Sequence[Pair]) -> str:
    return localize(text, terms, script=script_of(target))
