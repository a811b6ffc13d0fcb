"""A voice: espeak-ng where it is installed, and a tone as long as the words where it is not."""

import ctypes
import math
import threading
from functools import cache, lru_cache
from typing import Any

from .pcm import SPOKEN_RATE, resample

_LONGEST = 500  # characters that are spoken; a stand-in need not read out books
_SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: hand the samples over, and return when all is said
_UTF8 = 1
_VOICES = {"en": "en-us", "zh": "cmn", "no": "nb"}
_SECONDS_PER_CHARACTER = 0.06  # of the tone
_lock = threading.Lock()  # espeak-ng has one state for the whole process
_Synthesized = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


@lru_cache(maxsize=500)
def speak(text: str, plain: str, language: str) -> bytes:
    """Speech at SPOKEN_RATE.

    Args:
        text: what the voice of the language says.
        plain: what an English voice says if there is no such voice.
        language: its code.
    """
    try:
        with _lock:
            return _espeak().say(text[:_LONGEST], plain[:_LONGEST], _VOICES.get(language, language))
    except (ImportError, OSError):  # not installed, or not for this machine
        return _tone(len(text[:_LONGEST]) * _SECONDS_PER_CHARACTER)


class _Espeak:
    """The library, loaded."""

    def __init__(self) -> None:
        import espeakng_loader  # type: ignore[import-untyped]

        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        folder = str(espeakng_loader.get_data_path()).encode()
        self._rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, folder, 0))
        if self._rate <= 0:
            raise OSError("espeak-ng cannot be started.")
        self._said = bytearray()
        self._callback = _Synthesized(self._take)  # kept, or it would be collected
        self._library.espeak_SetSynthCallback(self._callback)
        self._synthesize = self._library.espeak_Synth
        self._synthesize.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint,
            ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip

    def say(self, text: str, plain: str, voice: str) -> bytes:
        """Speech at SPOKEN_RATE."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            self._library.espeak_SetVoiceByName(b"en-us")
            text = plain
        words = text.encode()
        self._said.clear()
        self._synthesize(words, len(words) + 1, 0, 0, 0, _UTF8, None, None)
        return resample(bytes(self._said), self._rate, SPOKEN_RATE)

    def _take(self, samples: Any, number: int, _: object) -> int:
        if samples and number > 0:
            self._said += ctypes.string_at(samples, number * 2)
        return 0


@cache
def _espeak() -> _Espeak:
    return _Espeak()


def _tone(seconds: float) -> bytes:
    """A quiet 440 Hz."""
    import numpy as np

    wave = np.sin(np.arange(round(seconds * SPOKEN_RATE)) * (2 * math.pi * 440 / SPOKEN_RATE))
    pcm: bytes = (wave * 3000).astype("<i2").tobytes()
    return pcm
