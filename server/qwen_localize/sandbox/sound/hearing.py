"""What is said: English by pocketsphinx; of everything else only that something was said, and for how long."""

import hashlib
import threading
import time
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from .pcm import HEARD_RATE, WIDTH, resample, samples, seconds

_SURE = 0.2  # a word less probable than this is left open
_ENGLISH = 0.72  # the mean probability from which on a sound of unknown language is taken for English
_PIECE = HEARD_RATE // 10 * WIDTH  # bytes between two breaths of the other threads
_NORMAL = "40,3,-1,0,0,0,0,0,0,0,0,0,0"  # pocketsphinx would adapt to what it heard before
_lock = threading.Lock()  # a decoder serves one thread


@dataclass(frozen=True)
class Heard:
    """What one utterance says.

    Attributes:
        text: its words, or how long it is in brackets.
        words: whether these are words.
    """

    text: str
    words: bool


def hear(pcm: bytes, rate: int, source: str, *, hears: bool = True) -> Heard:
    """Listen to one utterance.

    Args:
        pcm: the utterance.
        rate: its samples per second.
        source: the language spoken, or `auto`.
        hears: whether words are looked for at all.
    """
    if not hears or source not in ("en", "auto"):
        return Heard(described(pcm, rate), words=False)
    try:
        said = _english(resample(pcm, rate, HEARD_RATE), sure=source == "en")
    except ImportError:
        return Heard(f"{described(pcm, rate)[:-1]}, pocketsphinx is missing]", words=False)
    return Heard(said or described(pcm, rate), bool(said))


def described(pcm: bytes, rate: int) -> str:
    """An utterance by its length and the beginning of its digest: the same for the same sound, wherever it was."""
    digest = hashlib.sha256(pcm).hexdigest()[:4]
    return f"[speech, {seconds(pcm, rate):.1f} s, {digest}]"


@lru_cache(maxsize=2000)
def _english(pcm: bytes, *, sure: bool) -> str:
    """The English words of a sound; none if there are none, or it may be another language and sounds like it."""
    found = _recognize(pcm)
    if max((chance for _, chance in found), default=0.0) < _SURE:
        return ""
    if not sure and sum(chance for _, chance in found) / len(found) < _ENGLISH:
        return ""
    return " ".join(word if chance >= _SURE else "…" for word, chance in found)


def _recognize(pcm: bytes) -> list[tuple[str, float]]:
    """Words and how probable they are."""
    sound = _in_a_room(pcm)
    with _lock:
        decoder = _decoder()
        decoder.set_cmn(_NORMAL)
        decoder.start_utt()
        for start in range(0, len(sound), _PIECE):
            decoder.process_raw(sound[start : start + _PIECE])
            time.sleep(0)  # pocketsphinx keeps the interpreter to itself
        decoder.end_utt()
        if decoder.hyp() is None:
            return []
        found = [(str(part.word).partition("(")[0], float(part.prob)) for part in decoder.seg()]
    return [(word, chance) for word, chance in found if word and word[0] not in "<["]


def _in_a_room(pcm: bytes) -> bytes:
    """The sound with a little noise, before it and after it too: digital silence is nothing the model has learnt."""
    import numpy as np

    rest = HEARD_RATE * 3 // 10
    sound = np.pad(samples(pcm) / 2, rest)
    noise = np.random.default_rng(0).normal(0, 20, len(sound))
    return np.clip(sound + noise, -32768, 32767).astype("<i2").tobytes()


@cache
def _decoder() -> Any:
    from pocketsphinx import Decoder  # type: ignore[import-untyped]

    return Decoder(samprate=HEARD_RATE, loglevel="FATAL")
