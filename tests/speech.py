"""Speech for tests: spoken by espeak-ng, bare samples (s16le, mono), the same on every run.

espeak-ng's noise depends on all that it has said before, so each sentence is spoken by a process of its own, once.
"""

import io
import subprocess
import sys
import wave
from functools import cache

_SPEAKER = """
import sys
from qwen_localize.sandbox.sound.speaking import speak
sys.stdout.buffer.write(speak(sys.argv[1], sys.argv[1], sys.argv[2]))
"""
_SPOKEN_RATE = 24_000


@cache
def speech(sentence: str, *, rate: int = 16_000, voice: str = "en-us") -> bytes:
    """A sentence spoken, with hardly any silence around it.

    pocketsphinx understands "Hello world.", "Good morning everyone." and "Thank you." well, and longer ones in part.
    """
    from qwen_localize.sandbox.sound.pcm import resample

    command = [sys.executable, "-c", _SPEAKER, sentence, voice]
    spoken = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    return resample(spoken, _SPOKEN_RATE, rate)


def silence(seconds: float, rate: int = 16_000) -> bytes:
    """Nothing, for so long."""
    return b"\0\0" * round(seconds * rate)


def wav(pcm: bytes, rate: int = 16_000) -> bytes:
    """Bare samples as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(pcm)
    return file.getvalue()
