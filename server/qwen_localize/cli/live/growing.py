"""Files that grow while somebody speaks, and are whole after each sentence."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from qwen_localize_tools.interpret_speech.live import VOICE_RATE, Confirmed, Subtitler, wav_header

from ...errors import OutputUnavailable


class _Growing:
    """A file that is made anew; if it fails before there is anything in it, it is gone again.

    Raises:
        OutputUnavailable: there is one of that name, or it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._size, self._has_content = path, 0, False
        try:
            self._file = path.open("xb", buffering=0)  # a failure is met where it happens, not when it is closed
        except FileExistsError:
            raise OutputUnavailable(f"{path} is there already, and is not overwritten. Choose another name.") from None
        except OSError as error:
            raise OutputUnavailable(f"{path} cannot be written ({error.strerror}). Choose another place.") from error

    def _do(self, write: Callable[[], None]) -> None:
        """Write, or leave the file as it was.

        Raises:
            OutputUnavailable: it cannot be written any more.
        """
        try:
            write()
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(self._size)
            raise OutputUnavailable(
                f"{self.path} cannot be written any more ({error.strerror}). What stands in it is whole: make room, "
                "and begin again with another name."
            ) from error
        self._size = self._file.seek(0, 2)

    def _put(self, position: int, data: bytes) -> None:
        self._file.seek(position)
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) or 0 :]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        self._close(is_wanted=self._has_content or not kind)

    def _close(self, *, is_wanted: bool) -> None:
        with suppress(OSError):
            self._file.close()
            if not is_wanted:
                self.path.unlink()


class SubtitleFile(_Growing):
    """An SRT file; see `_Growing`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._subtitler = Subtitler()

    def add(self, said: Confirmed) -> None:
        """One more sentence; it is in the file when this returns."""
        text = self._subtitler.text(said).encode()
        self._do(lambda: self._put(self._size, text))
        self._has_content = True


class VoiceFile(_Growing):
    """A WAV file; see `_Growing`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._samples = 0

    def __enter__(self) -> Self:
        try:
            self._do(lambda: self._put(0, wav_header(0, VOICE_RATE)))
        except OutputUnavailable:
            self._close(is_wanted=False)
            raise
        return self

    def add(self, pcm: bytes) -> None:
        """Go on with this; the file is whole after it, and was before."""
        self._do(lambda: self._grow(pcm))
        self._has_content = self._has_content or bool(pcm)

    def _grow(self, pcm: bytes) -> None:
        self._put(self._size, pcm)
        self._put(0, wav_header(self._samples + len(pcm) // 2, VOICE_RATE))
        self._samples += len(pcm) // 2

    def finish(self) -> None:
        """There is nothing to wait for."""
