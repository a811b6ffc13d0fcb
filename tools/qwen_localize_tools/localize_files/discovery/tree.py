"""A project's files: those that may be localization files or say where they are, without what is not its own."""

import os
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from qwen_localize.wellformed import whole

from ..formats import Content, UnreadableError
from .ignoring import Rules, is_foreign, is_ignored, rules_of

MOST_FILES = 100_000
MOST_BYTES = 16 * 2**20
_MOST_FOLDERS = 100_000
_DEEPEST = 60
_ENDINGS = (
    r"json5?|jsonc|arb|xcstrings|xml|xliff|xlf|resx|resw|stringsdict|strings|pot?|properties|php|[ct]sv|ya?ml|ftl|mdx?|"
    r"markdown|srt|vtt"
)
_CONFIGS = (
    r"(?:lingui|i18next-parser|i18next|next-i18next|docusaurus)\.config\.[cm]?[jt]s|\.(?:linguirc|tolgeerc|weblate)"
)
_WANTED = re.compile(
    rf".*\.(?:{_ENDINGS})|.*[-_.][a-z]{{2,3}}(?:[-_][A-Za-z]+)*\.ts|"
    rf"{_CONFIGS}|l10n\.toml|project\.pbxproj|config",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Tree:
    """The files of a project.

    Attributes:
        root: its folder.
        sizes: its files by their paths, relative and with slashes, in order, and how many bytes each has.
        skipped: what was left out, with the reason.
    """

    root: Path
    sizes: Mapping[str, int]
    skipped: tuple[tuple[str, str], ...] = ()

    @cached_property
    def _children(self) -> Mapping[str, list[str]]:
        found: dict[str, set[str]] = {}
        for path in self.sizes:
            while path:
                folder, _, name = path.rpartition("/")
                names = found.setdefault(folder, set())
                if name in names:
                    break
                names.add(name)
                path = folder
        return {folder: sorted(names) for folder, names in found.items()}

    def children(self, folder: str, prefix: str = "") -> Iterator[str]:
        """The names in a folder that begin like this."""
        names = self._children.get(folder, [])
        for position in range(bisect_left(names, prefix), len(names)):
            if not names[position].startswith(prefix):
                return
            yield names[position]

    def has_folder(self, path: str) -> bool:
        """Whether any file lies under this folder."""
        return path in self._children

    def text(self, path: str) -> str:
        """What stands in a file of the project.

        Raises:
            UnreadableError: it cannot be read, is too large, or lies outside of the project.
        """
        file = self.root / path
        try:
            if not file.resolve().is_relative_to(self.root):
                raise UnreadableError("it lies outside of the project")
            if file.stat().st_size > MOST_BYTES:
                raise UnreadableError(f"it has more than {MOST_BYTES >> 20} MB")
            return Content.of(file.read_bytes()).text
        except (OSError, RuntimeError):
            raise UnreadableError("it cannot be read") from None


def tree_of(root: Path, kept: Iterable[str] = ()) -> Tree:
    """The files under a folder, the outer ones first if there are too many.

    Args:
        root: the folder, resolved.
        kept: paths that were asked for: the folders on the way to them are looked into whatever they are called.
    """
    ways = {"/".join(path.split("/")[:n]) for path in kept for n in range(1, path.count("/") + 2)}
    walk = _Walk(root, ways)
    walk.run()
    return Tree(root, dict(sorted(walk.sizes.items())), tuple(walk.skipped))


@dataclass
class _Walk:
    root: Path
    ways: set[str]
    sizes: dict[str, int] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    waiting: deque[tuple[str, tuple[Rules, ...]]] = field(default_factory=deque)

    def run(self) -> None:
        excluded = rules_of(self.root / ".git" / "info" / "exclude", "")
        self.waiting.append(("", (excluded,) if excluded else ()))
        for _ in range(_MOST_FOLDERS):
            if not self.waiting:
                return
            self._look_into(*self.waiting.popleft())
            if len(self.sizes) >= MOST_FILES:
                break
        if self.waiting:
            reason = f"only the first {len(self.sizes):,} files were looked at; pass a path further in"
            self.skipped.append((".", reason))

    def _look_into(self, base: str, ignored: tuple[Rules, ...]) -> None:
        try:
            entries = sorted(os.scandir(self.root / base), key=lambda entry: entry.name)
        except OSError:
            return
        if any(entry.name == ".gitignore" for entry in entries):
            own = rules_of(self.root / base / ".gitignore", base)
            ignored = (*ignored, own) if own else ignored
        for entry in entries:
            self._take(entry, base + entry.name, ignored)

    def _take(self, entry: "os.DirEntry[str]", path: str, ignored: tuple[Rules, ...]) -> None:
        asked = path in self.ways
        if whole(path) != path:
            self.skipped.append((whole(path), "its name is not in UTF-8"))
        elif entry.is_symlink():
            self._take_link(path)
        elif entry.is_dir(follow_symlinks=False) and path.count("/") < _DEEPEST:
            if asked or not (is_foreign(entry.name) or is_ignored(path, True, ignored)):
                self.waiting.append((path + "/", () if asked and is_ignored(path, True, ignored) else ignored))
        elif entry.is_file() and (asked or (_WANTED.fullmatch(entry.name) and not is_ignored(path, False, ignored))):
            self.sizes[path] = entry.stat(follow_symlinks=False).st_size

    def _take_link(self, path: str) -> None:
        target = Path(os.path.realpath(self.root / path))
        if (path in self.ways or _WANTED.fullmatch(path)) and not target.is_relative_to(self.root):
            self.skipped.append((path, "it is a link that leads out of the project"))
