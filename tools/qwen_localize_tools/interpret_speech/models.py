"""The models that interpret while somebody speaks: where, for how much, how fast (docs/model-studio.md 1.5, 10, 13)."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass

from qwen_localize.errors import BadArgument, quote
from qwen_localize.tool import Limit, Model, Price, Tokens

from .._shared.media_languages import Table, media_table
from .dialect import Dialect
from .gummy import SWITCHES, Gummy
from .livetranslate import LiveTranslate
from .omni import Omni
from .wish import Wish

_BEIJING, _SINGAPORE = "cn-beijing", "ap-southeast-1"
_BOTH = (_BEIJING, _SINGAPORE)
_MINUTE = 60_000
# What people say in a second, as text, and as speech, in tokens.
_WRITTEN, _SPOKEN = 5.5, 12.5


@dataclass(frozen=True)
class Row:
    """One model.

    Attributes:
        dialect: makes one session's side of the protocol.
        languages: whose table is its own.
        heard: tokens that a second of sound takes.
        path: the endpoint.
        pace: seconds of sound that may be sent in a second.
        longest: milliseconds of sound after which a session is ended before the service does; 0 for no end.
        turns: utterances after which it is; 0 if it is the service that cuts.
        speaks: whether it has a voice.
        ends_itself: whether the service ends a session after a sentence.
        own_voice: its usual voice, where its voices are not those of its table, and nobody has published them here.
    """

    model: Model
    dialect: Callable[[Wish], Dialect]
    languages: str
    heard: float
    path: str = "realtime"
    pace: float = 1.0
    longest: int = 0
    turns: int = 0
    speaks: bool = True
    ends_itself: bool = False
    own_voice: str = ""

    @property
    def table(self) -> Table:
        """What it understands and speaks."""
        return media_table(self.languages)

    @property
    def params(self) -> dict[str, str]:
        """Of the endpoint's URL."""
        return {"model": self.model.name} if self.path == "realtime" else {}

    def tokens(self, seconds: float, *, speech: bool) -> Tokens:
        """What so much sound will probably take."""
        if not self.speaks:
            return Tokens(round(seconds * self.heard))
        spoken = round(seconds * _SPOKEN) if speech else 0
        return Tokens(round(seconds * self.heard), spoken or round(seconds * _WRITTEN), speech=spoken)


def _live(name: str, heard: float, prices: dict[str, Price], *, nested: bool = False) -> Row:
    model = Model(name, _BOTH, Limit(10, 100_000), prices)
    return Row(model, lambda wish: LiveTranslate(wish, nested=nested), name, heard)


def _omni(name: str, price: Price, longest: int, turns: int, own_voice: str = "") -> Row:
    """What is spoken to it fills its memory: a session is ended before that is full, and long before its two hours."""
    model = Model(name, _BOTH, Limit(60, 100_000), {_BEIJING: price})
    table = "qwen3.5-livetranslate-flash-realtime"
    return Row(model, Omni, table, 7.0, longest=longest, turns=turns, own_voice=own_voice)


def _gummy(name: str, *, chat: bool) -> Row:
    # 0.00015 CNY a second for each of recognition and translation; the official client sends without any pause.
    model = Model(name, (_BEIJING,), Limit(600), {_BEIJING: Price(150.0, unit="seconds")})
    row = Row(model, Gummy, "gummy", SWITCHES, "inference", pace=8.0, speaks=False)
    if not chat:
        return row
    # What is sent behind its one sentence is sent in vain, so it is not hurried.
    return Row(model, Gummy, "gummy", SWITCHES, "inference", 2.0, 55_000, speaks=False, ends_itself=True)


# qwen3.8-omni-flash-realtime is left out: it is served at the hosts of workspaces only.
ROWS = {
    row.model.name: row
    for row in (
        _live("qwen3-livetranslate-flash-realtime", 12.5, {_BEIJING: Price(64.0, 64.0, pictures=8.0, speech=240.0)}),
        _live(
            "qwen3.5-livetranslate-flash-realtime",
            7.0,
            {
                _BEIJING: Price(40.0, 100.0, pictures=3.3, speech=160.0),
                _SINGAPORE: Price(56.207, 149.884, pictures=4.122, speech=224.826),
            },
        ),
        _live(
            "qwen3.8-livetranslate-flash-realtime",
            7.0,
            {
                _BEIJING: Price(40.0, 100.0, pictures=3.3, speech=160.0),
                _SINGAPORE: Price(54.688, 145.835, pictures=4.01, speech=218.752),
            },
            nested=True,
        ),
        _gummy("gummy-realtime-v1", chat=False),
        _gummy("gummy-chat-v1", chat=True),
        # Of omni models, `pictures` is the price of what goes in as text.
        _omni("qwen3.5-omni-plus-realtime", Price(80.0, 60.0, pictures=10.0, speech=300.0), 8 * _MINUTE, 80),
        _omni("qwen3.5-omni-flash-realtime", Price(27.0, 20.0, pictures=3.3, speech=107.0), 6 * _MINUTE, 60),
        _omni("qwen3-omni-flash-realtime", Price(18.9, 8.3, pictures=2.2, speech=75.1), 6 * _MINUTE, 7, "Cherry"),
    )
}
DEFAULT = "qwen3.5-livetranslate-flash-realtime"


def row_of(model: str) -> Row:
    """The row of a model.

    Raises:
        BadArgument: there is none; names the nearest.
    """
    if model not in ROWS:
        near = difflib.get_close_matches(model, ROWS, 3) or ROWS
        raise BadArgument(f"model: there is no realtime model {quote(model, 40)} here. Use {' or '.join(near)}.")
    return ROWS[model]
