"""The voice, played while it comes."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from qwen_localize_tools.interpret_speech.live import VOICE_RATE

from ...errors import LocalizeError

_NO_LOUDSPEAKER = (
    "Playing the voice needs the extra mic (uv sync --extra mic) and the system's PortAudio library. Or write it into "
    "a file: --speech voice.wav"
)
# So much is played at a time, in bytes: a tenth of a second.
_BLOCK = VOICE_RATE // 10 * 2


@contextmanager
def loudspeaker(say: Callable[[str], None]) -> Iterator["Loudspeaker"]:
    """Plays in a thread of its own: who listens is not held up.

    Args:
        say: told if it cannot go on.

    Raises:
        LocalizeError: there is none.
    """
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise LocalizeError(_NO_LOUDSPEAKER) from error
    broken: type[Exception] = sounddevice.PortAudioError
    try:
        make: Any = sounddevice.RawOutputStream
        stream = make(samplerate=VOICE_RATE, channels=1, dtype="int16")
        stream.start()
    except broken as error:
        raise LocalizeError(
            f"The loudspeaker cannot be opened ({_in_a_line(error)}). Check the system's sound settings, or write the "
            "voice into a file: --speech voice.wav"
        ) from error
    player = Loudspeaker(stream, broken, say)
    try:
        yield player
    finally:
        player.stop()
        stream.close()


def _in_a_line(error: Exception) -> str:
    return " ".join(str(error).split())


class Loudspeaker:
    """Plays one piece after the other."""

    def __init__(self, stream: Any, broken: type[Exception], say: Callable[[str], None]) -> None:
        self._stream, self._broken, self._say = stream, broken, say
        self._pieces: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()

    def add(self, pcm: bytes) -> None:
        """Play this after what came before."""
        if pcm:
            self._pieces.put(pcm)

    def finish(self) -> None:
        """Return when all is played."""
        self._pieces.put(b"")
        self._thread.join()

    def stop(self) -> None:
        """Play nothing more; return when nothing is."""
        self._is_stopped.set()
        self.finish()

    def _play(self) -> None:
        try:
            while pcm := self._pieces.get():
                for first in range(0, len(pcm), _BLOCK):
                    if self._is_stopped.is_set():
                        return
                    self._stream.write(pcm[first : first + _BLOCK])
        except self._broken as error:
            self._say(f"The voice is not played any more ({_in_a_line(error)}).")
