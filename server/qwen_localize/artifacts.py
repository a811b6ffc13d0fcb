"""Where results go: named for people, written whole, never over anything.

A file is streamed to a temporary name in the output directory, checked, synced, and only then given its name.
"""

import os
import re
import unicodedata
from collections.abc import AsyncIterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

import anyio.to_thread

from .errors import Bug, OutputUnavailable

_ROOM = 64 * 1024 * 1024
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_NAME_LIMIT = 80


@dataclass(frozen=True)
class Artifact:
    """A finished file. `width` and `height` in pixels, for pictures."""

    path: Path
    mime_type: str
    bytes: int
    width: int | None = None
    height: int | None = None


class Artifacts:
    """The output directory.

    Args:
        directory: where files go; made when first needed.
        room: bytes that must be free before anything is paid for.
    """

    def __init__(self, directory: Path, room: int = _ROOM) -> None:
        self._directory = directory
        self._room = room

    async def prepare(self) -> None:
        """Make sure that a result could be written, before it is paid for.

        Raises:
            OutputUnavailable: the directory cannot be made or written, or its disk is full.
        """
        await anyio.to_thread.run_sync(self._prepare)

    def _prepare(self) -> None:
        with self._explained():
            self._directory.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._directory, prefix=".probe-"):
                pass
        if _free(self._directory) < self._room:
            raise OutputUnavailable(
                f"The disk of {self._directory} is full: less than {self._room // 2**20} MB are free. "
                "Nothing was sent. Free some space, or set QWEN_LOCALIZE_OUTPUT_DIR to another disk."
            )

    async def save_picture(self, stem: str, chunks: AsyncIterable[bytes]) -> Artifact:
        """Write a downloaded picture under the first free name that begins with `stem`.

        Raises:
            OutputUnavailable: the disk refused it.
            Bug: what came is not a picture.
        """
        with self._temporary() as file:
            async for chunk in chunks:
                await anyio.to_thread.run_sync(file.write, chunk)
            return await anyio.to_thread.run_sync(self._finish_picture, file, stem)

    async def save_text(self, name: str, text: str, mime_type: str) -> Artifact:
        """Write a text in UTF-8; `name` has its ending.

        Raises:
            OutputUnavailable: the disk refused it.
        """
        stem, _, ending = name.rpartition(".")
        data = text.encode()
        with self._temporary() as file:
            await anyio.to_thread.run_sync(file.write, data)
            path = await anyio.to_thread.run_sync(self._finish, file, stem, ending)
        return Artifact(path, mime_type, len(data))

    @contextmanager
    def _temporary(self) -> Iterator[IO[bytes]]:
        with self._explained():
            file: Any = NamedTemporaryFile(dir=self._directory, prefix=".partial-", delete=False)  # noqa: SIM115
            try:
                yield file
            finally:
                file.close()
                Path(file.name).unlink(missing_ok=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputUnavailable(
                f"{self._directory} cannot be written ({error.strerror}). Make it writable, or set "
                "QWEN_LOCALIZE_OUTPUT_DIR to a folder that is."
            ) from error

    def _finish_picture(self, file: IO[bytes], stem: str) -> Artifact:
        file.flush()
        mime_type, width, height = _picture(Path(file.name))
        path = self._finish(file, stem, {"image/jpeg": "jpg"}.get(mime_type, mime_type.partition("/")[2]))
        return Artifact(path, mime_type, path.stat().st_size, width, height)

    def _finish(self, file: IO[bytes], stem: str, ending: str) -> Path:
        file.flush()
        os.fsync(file.fileno())
        file.close()
        Path(file.name).chmod(0o644)
        for name in _names(safe_name(stem), ending):
            if _place(Path(file.name), self._directory / name):
                return self._directory / name
        raise AssertionError("names never run out")


def safe_name(stem: str) -> str:
    """A file name that every system takes: no separators, control or reserved characters, of bounded length."""
    text = unicodedata.normalize("NFC", stem)
    text = "".join("-" if char in '<>:"/\\|?*' or not char.isprintable() else char for char in text)
    text = text[:_NAME_LIMIT].strip(" .") or "file"
    return f"{text}-" if _RESERVED.match(text.partition(".")[0]) else text


def _names(stem: str, ending: str) -> Iterator[str]:
    yield f"{stem}.{ending}"
    number = 2
    while True:
        yield f"{stem}-{number}.{ending}"
        number += 1


def _place(temporary: Path, final: Path) -> bool:
    """Give the file its name unless that is taken; a link fails where a rename would overwrite."""
    try:
        final.hardlink_to(temporary)
    except FileExistsError:
        return False
    except OSError:
        # No hard links here (FAT, some network disks): the best that is left.
        if final.exists():
            return False
        temporary.rename(final)
    return True


def _free(directory: Path) -> int:
    import shutil

    return shutil.disk_usage(directory).free


def _picture(path: Path) -> tuple[str, int, int]:
    from PIL import Image

    try:
        with Image.open(path) as image:
            width, height = image.size
            return Image.MIME[image.format or ""], width, height
    except (OSError, KeyError, ValueError, SyntaxError):
        raise Bug("What the service sent as the result is not a picture.") from None
