"""The model that translates recordings, and what it takes (docs/model-studio.md 9 and 13)."""

import math
from dataclasses import dataclass

from qwen_localize.tool import Limit, Model, Price, Tokens

_BEIJING, _SINGAPORE = "cn-beijing", "ap-southeast-1"
# Nobody published what it costs in Singapore.
MODEL = Model(
    "qwen3-livetranslate-flash",
    (_BEIJING, _SINGAPORE),
    Limit(100, 100_000),
    {_BEIJING: Price(10, 10, pictures=4, speech=40)},
)
MOST_TOKENS_IN, MOST_TOKENS_OUT = 49_152, 4_096
# Tokens of a second of sound, heard or spoken; of a second of speech as text, about; and of the request around it.
_SOUND, _TEXT, _FRAME = 12.5, 4.0, 20
_FRAMES_A_SECOND, _FEWEST_FRAMES, _MOST_FRAMES, _PATCH = 2, 4, 128, 32


@dataclass(frozen=True)
class Size:
    """A picture's width and height in pixels."""

    width: int
    height: int


def picture_tokens(seconds: float, size: Size) -> int:
    """What the pictures of a video take."""
    frames = min(max(round(seconds * _FRAMES_A_SECOND), _FEWEST_FRAMES), _MOST_FRAMES)
    return math.ceil(math.ceil(frames / 2) * (size.height / _PATCH) * (size.width / _PATCH)) + 2


def expected(seconds: float, *, speech: bool, pictures: int = 0) -> Tokens:
    """What a recording of so many seconds probably takes.

    Args:
        seconds: how long it is.
        speech: whether the translation is spoken too.
        pictures: the tokens of its pictures, if they are seen.
    """
    spoken = round(seconds * _SOUND) if speech else 0
    heard = round(seconds * _SOUND) + _FRAME
    return Tokens(heard + pictures, round(seconds * _TEXT) + spoken, pictures, spoken)
