"""The paths that somebody names, and the folders that a tool may then look into."""

import re
from pathlib import Path

from ...errors import BadInput, quote
from ...files.inputs import is_remote

_MAGIC = re.compile(r"[*?\[]")


def existing(text: str) -> Path:
    """The absolute path of what is there.

    Raises:
        BadInput: there is nothing.
    """
    try:
        path = Path(text).expanduser().absolute()
        if path.exists():
            return path
    except (OSError, RuntimeError, ValueError):
        pass
    raise BadInput(f"There is no file or folder {quote(text)}. Check the path.")


def folder_of(path: Path) -> Path:
    """The folder itself, or that of a file."""
    return path if path.is_dir() else path.parent


def project_of(path: Path) -> Path:
    """The folder of the project that a path belongs to: translations may go beside its folder, not into it."""
    here, folder = Path.cwd().resolve(), folder_of(path).resolve()
    root = next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)
    return root or (here if folder.is_relative_to(here) else folder)


def reference(text: str) -> tuple[str, tuple[Path, ...]]:
    """A file, folder or pattern as a path that holds anywhere, with its folder; a URL as it is.

    Raises:
        BadInput: there is nothing.
    """
    if is_remote(text):
        return text, ()
    path = Path(text).expanduser().absolute()
    if not _MAGIC.search(text) or path.exists():
        return str(existing(text)), (folder_of(path),)
    first = next(index for index, part in enumerate(path.parts) if _MAGIC.search(part))
    return str(path), (existing(str(Path(*path.parts[:first]))),)
