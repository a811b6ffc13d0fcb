"""The files of a project: read as they are, and replaced whole or not at all."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from qwen_localize.errors import BadInput, OutputUnavailable
from qwen_localize.files import permitted, read_pieces, replaced

from .formats import Content, UnreadableError, newline
from .lock import NAME, Lock

MOST_BYTES = 16 * 1024 * 1024
_CONFLICT = re.compile(r"^(?:<{7} |>{7} )", re.MULTILINE)


@dataclass(frozen=True)
class Loaded:
    """A file as it was read."""

    path: str
    content: Content
    digest: str

    @property
    def text(self) -> str:
        """Its text."""
        return self.content.text


@dataclass(frozen=True)
class Project:
    """The folder that all paths are relative to.

    Attributes:
        root: the folder.
        allowed: the folders below which files may be read and written.
    """

    root: Path
    allowed: tuple[Path, ...]

    def load(self, path: str) -> Loaded | None:
        """A file; None if there is none.

        Raises:
            UnreadableError: it leads elsewhere, cannot be read, is no text, or is in the middle of a merge.
        """
        place = self.root / path
        if not place.exists() and not place.is_symlink():
            return None
        data = self._bytes(place)
        content = Content.of(data)
        if _CONFLICT.search(content.text):
            raise UnreadableError("it has conflict markers; resolve the merge first")
        return Loaded(path, content, hashlib.sha256(data).hexdigest())

    def _bytes(self, place: Path) -> bytes:
        if not place.is_file():
            raise UnreadableError(
                "it is a link to nothing" if place.is_symlink() else "it is no file, but a folder or a device"
            )
        try:
            real = permitted(str(place), self.allowed)
            if not real.is_relative_to(self.root.resolve()):
                raise UnreadableError("it is a link that leads out of the project")
            return b"".join(read_pieces(real, MOST_BYTES))
        except BadInput as error:
            raise UnreadableError(str(error)) from None

    def save(self, path: str, text: str, before: Loaded | None) -> None:
        """Put a text into the place of a file as it was loaded, or of none.

        Raises:
            Replaced: the file is another one by now.
            UnreadableError: it leads elsewhere, or its encoding has no such character.
            OutputUnavailable: the disk refuses it.
        """
        place = self.root / path
        if not self.root.is_dir():
            raise UnreadableError("its project is not there any more")
        folder = place.parent
        while not folder.exists():
            folder = folder.parent
        real = folder.resolve()
        if not real.is_relative_to(self.root.resolve()) or not any(real.is_relative_to(one) for one in self.allowed):
            raise UnreadableError("its folder is a link that leads out of the project")
        try:
            data = (before.content if before else Content("")).encoded(text)
        except UnicodeEncodeError:
            raise UnreadableError("a character of the translation cannot be written in the file's encoding") from None
        replaced(place, data, before.digest if before else None)

    def save_lock(self, lock: Lock, before: Loaded | None) -> bool:
        """Write the lock file, if it says something new; whether it did.

        Raises:
            Replaced: it is another one by now.
            OutputUnavailable: it cannot be written.
        """
        text = lock.text if newline(before.text if before else "") == "\n" else lock.text.replace("\n", "\r\n")
        if before and before.text == text:
            return False
        try:
            self.save(NAME, text, before)
        except UnreadableError as error:
            raise OutputUnavailable(f"{self.root / NAME} cannot be written: {error}.") from None
        return True

    def lock(self) -> tuple[Lock, Loaded | None]:
        """The lock file.

        Raises:
            BadInput: it cannot be used; says what to do.
        """
        try:
            loaded = self.load(NAME)
            return (Lock.read(loaded.text) if loaded else Lock()), loaded
        except UnreadableError as error:
            raise BadInput(
                f"{self.root / NAME} cannot be used: {error}. Restore it from version control; or delete it, and all "
                "translations that are there count as people's."
            ) from None
