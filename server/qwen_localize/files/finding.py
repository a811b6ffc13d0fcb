"""Folders and patterns, made into the files that they stand for. Nothing is read here; see `inputs`."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import anyio.to_thread

from ..errors import BadInput, quote
from .inputs import is_remote, permitted, shown, start

_MAGIC = re.compile(r"[*?\[]")
# More than this in one folder or behind one pattern is more likely a mistake than an order.
MOST_FOUND = 20_000
_DIGITS = re.compile(r"(\d+)")


@dataclass
class Found:
    """What references stand for.

    Attributes:
        references: each to be read by itself, each once.
        expanded: those among them that a folder or a pattern stands for: not all need be of the kind that is wanted.
        left_out: names of what was not taken, with the reason.
        is_many: whether there was a folder or a pattern.
    """

    references: list[str] = field(default_factory=list)
    expanded: set[str] = field(default_factory=set)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    is_many: bool = False


async def find(references: Sequence[str], allowed: tuple[Path, ...]) -> Found:
    """The files that folders and patterns among the references stand for; what else there is stays as it is.

    Args:
        references: paths, folders, patterns, URLs, data URIs.
        allowed: the directories below which may be looked.

    Raises:
        BadInput: a folder or pattern stands for nothing, or may not be looked into.
    """
    return await anyio.to_thread.run_sync(_find, references, allowed)


def _find(references: Sequence[str], allowed: tuple[Path, ...]) -> Found:
    found = Found()
    if not all(reference.strip() for reference in references) or not references:
        raise BadInput("The path is empty. Name a file, a folder, or a pattern such as photos/*.jpg.")
    for reference in (reference.strip() for reference in references):
        paths = None if is_remote(reference) else _expanded(reference, allowed)
        if paths is None:
            found.references.append(reference)
        else:
            found.is_many = True
            _sort_out(found, paths, reference, allowed)
    once: dict[str, str] = {}
    for reference in found.references:
        once.setdefault(_place(reference), reference)
    found.references = list(once.values())
    return found


def _place(reference: str) -> str:
    """Equal for two ways of writing one path; links count as files of their own, which have names of their own."""
    return reference if is_remote(reference) else str(Path(reference).expanduser().absolute())


def _expanded(reference: str, allowed: tuple[Path, ...]) -> list[tuple[Path, Path]] | None:
    """What is in a folder, or behind a pattern, each with the folder's own path; None for anything else."""
    try:
        path = Path(reference).expanduser()
        if path.is_dir():
            base = permitted(reference, allowed, folder=True)
            return [(base, found) for found in _in_order(base.iterdir(), reference)]
        if not _MAGIC.search(reference) or path.exists():
            return None
        folder, pattern = _parted(path)
        base = permitted(str(folder), allowed, folder=True)
        return [(base, found) for found in _in_order(base.glob(pattern), reference)]
    except (OSError, ValueError, RuntimeError, NotImplementedError):
        raise BadInput(f"{quote(reference)} cannot be looked into. Check the folder and its permissions.") from None


def _parted(path: Path) -> tuple[Path, str]:
    """The folder in which a pattern begins, and the pattern."""
    first = next(index for index, part in enumerate(path.parts) if _MAGIC.search(part))
    pattern = path.parts[first:]
    if ".." in pattern:
        raise ValueError("a pattern leads out of its folder")
    return Path(*path.parts[:first]), "/".join(pattern)


def _in_order(paths: Iterator[Path], reference: str) -> list[Path]:
    """The paths as people sort them: 2.png before 10.png."""
    found = list(islice(paths, MOST_FOUND + 1))
    if len(found) > MOST_FOUND:
        raise BadInput(f"{quote(reference)} stands for more than {MOST_FOUND} files. Name a smaller folder or pattern.")
    return sorted(found, key=lambda path: [part.zfill(20) if part.isdigit() else part for part in _parts(path)])


def _parts(path: Path) -> list[str]:
    return _DIGITS.split(str(path).casefold())


def _sort_out(found: Found, paths: Iterable[tuple[Path, Path]], reference: str, allowed: tuple[Path, ...]) -> None:
    begun = len(found.references)
    for base, path in paths:
        if why := _left_out(base, path, allowed):
            found.left_out.append(why)
        else:
            found.references.append(str(path))
            found.expanded.add(str(path))
    if len(found.references) == begun:
        others = f", only {len(found.left_out)} that are hidden, folders or links elsewhere" if found.left_out else ""
        raise BadInput(f"There is no file behind {shown(reference)}{others}. Check the path{start()}.")


def _left_out(base: Path, path: Path, allowed: tuple[Path, ...]) -> tuple[str, str] | None:
    """The name of what is not taken, with the reason; None for what is."""
    if any(part.startswith(".") for part in path.relative_to(base).parts):
        return path.name, "hidden"
    try:
        if not any(path.resolve().is_relative_to(folder) for folder in allowed):
            return "a link", "it leads out of the folders that may be read"
        return (path.name, "a folder; name it to have what is in it") if path.is_dir() else None
    except (OSError, RuntimeError):  # such as links in a circle
        return path.name, "it cannot be opened"
