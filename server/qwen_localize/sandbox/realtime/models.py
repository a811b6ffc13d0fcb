"""The models of live speech: limits, prices, languages (docs/model-studio.md 1.5, 10 and 13)."""

from dataclasses import dataclass

from ..catalogue import Model
from ..limits import Rule, requests_per_second
from ..tongues import Tongues, tongues


@dataclass(frozen=True)
class LiveModel(Model):
    """A model that is spoken to by the realtime protocol; `requests` counts new sessions per minute.

    Attributes:
        hearing: tokens per second of sound that comes in.
        price_heard: CNY per million tokens of it.
        price_written: CNY per million tokens of text that comes out.
        price_spoken: CNY per million tokens of sound that comes out.
        voice: the one it uses when none is named.
    """

    hearing: float
    price_heard: float
    price_written: float
    price_spoken: float
    voice: str

    speaking = 12.5  # tokens per second of sound that comes out, of every model

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The limit on new sessions; nothing says that it is enforced by the second."""
        return super().rules[:1]

    def cost(self, heard: int, written: int, spoken: int) -> float:
        """CNY for tokens."""
        total = heard * self.price_heard + written * self.price_written + spoken * self.price_spoken
        return total / 1_000_000


@dataclass(frozen=True)
class InterpreterModel(LiveModel):
    """A live translator (docs/model-studio.md 10.1).

    Attributes:
        table: which languages and voices it knows.
        nested: whether it speaks the newer dialect, with settings of sound under `audio` and deltas.
    """

    table: str = "live"
    nested: bool = False

    @property
    def tongues(self) -> Tongues:
        """Its languages and voices."""
        return tongues(self.table)


@dataclass(frozen=True)
class OmniModel(LiveModel):
    """A live conversation, told by instructions to translate (docs/model-studio.md 10.2)."""

    def cost(self, heard: int, written: int, spoken: int) -> float:
        """CNY for tokens; text alongside sound is free (docs/model-studio.md 13)."""
        return super().cost(heard, 0 if spoken else written, spoken)


@dataclass(frozen=True)
class GummyModel(Model):
    """A live recognizer and translator (docs/model-studio.md 10.3).

    Attributes:
        one_sentence: whether a task ends by itself after a sentence.
        price: CNY per second for each of recognition and translation.
    """

    one_sentence: bool
    price: float = 0.00015

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The limit on its tasks."""
        return requests_per_second(self.requests)


_LIVE: tuple[LiveModel, ...] = (
    InterpreterModel("qwen3-livetranslate-flash-realtime", 10, 12.5, 64, 64, 240, "Cherry", table="file"),
    InterpreterModel("qwen3.5-livetranslate-flash-realtime", 10, 7, 40, 100, 160, "Tina"),
    InterpreterModel("qwen3.8-livetranslate-flash-realtime", 10, 7, 40, 100, 160, "Tina", nested=True),
    OmniModel("qwen3.5-omni-plus-realtime", 60, 7, 80, 60, 300, "Tina"),
    OmniModel("qwen3.5-omni-flash-realtime", 60, 7, 27, 20, 107, "Tina"),
    OmniModel("qwen3-omni-flash-realtime", 60, 12.5, 18.9, 15.2, 75.1, "Cherry"),
)
LIVE = {model.name: model for model in _LIVE}
GUMMY = {
    model.name: model
    for model in (GummyModel("gummy-realtime-v1", 10, one_sentence=False), GummyModel("gummy-chat-v1", 10, True))
}
