"""Discovery: asks what was settled before, then configurations, then conventions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..._shared.languages import AUTO, find, table
from ..formats import format_of
from .claims import Claim, Recognize, Settling
from .configs import CONFIGS, Reading
from .conventions import conventional
from .model import MARK, Found, Known, Resource
from .named import claims_of_files, claims_of_path, fixed_part
from .patterns import locales
from .styles import Style
from .tags import parsed, same
from .tree import Tree, tree_of

LOCK = ".qwen-localize.lock"


def root_of(path: Path, allowed: Sequence[Path]) -> Path:
    """The folder of the project that a file or a folder is in: the nearest with a lock, or else with a repository.

    Args:
        path: what was asked for.
        allowed: the folders that may be looked into; the answer lies in one of them if the path does.
    """
    path = path.resolve()
    folder = path if path.is_dir() else path.parent
    limits = [one.resolve() for one in allowed]
    above = [one for one in (folder, *folder.parents) if any(one.is_relative_to(limit) for limit in limits)]
    for sign in (LOCK, ".git"):
        if found := next((one for one in above if (one / sign).exists()), None):
            return found
    return folder


def discover(
    root: Path,
    path: Path,
    files: str = "",
    source_lang: str = "auto",
    known: Sequence[Known] = (),
    recognize: Recognize = format_of,
) -> Found:
    """What there is to localize in a project. Reads the disk.

    Args:
        root: the project's folder.
        path: the file or folder in it that was asked for; only what has its source or a translation there counts.
        files: patterns that settle where files are, with commas in between.
        source_lang: the language of the sources; "auto" for what the project says.
        known: what was settled before; it wins over configurations and conventions.
        recognize: the format of a file by its name and text.
    """
    root = root.resolve()
    asked = path.resolve().relative_to(root).as_posix()
    asked = "" if asked == "." else asked
    patterns = [part.strip() for part in files.split(",") if part.strip()]
    tree = tree_of(root, [asked, *map(fixed_part, patterns)])
    settling = Settling(tree, recognize, _code(source_lang.strip()))
    gathering = _Gathering(tree, settling, asked)
    if patterns:
        gathering.add("files", claims_of_files(tree, patterns, settling.skipped))
    else:
        gathering.gather(known)
    return gathering.found()


def _code(lang: str) -> str:
    """A language by its code, whether it is given so or by its name."""
    named = None if parsed(lang) else find(lang, table("qwen-mt"))
    return named.code if named else lang or AUTO


@dataclass
class _Gathering:
    tree: Tree
    settling: Settling
    asked: str
    resources: list[Resource] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    governed: list[str] = field(default_factory=list)

    @cached_property
    def conventions(self) -> list[Claim]:
        """What the names of all files say."""
        return conventional(self.tree)

    def gather(self, known: Sequence[Known]) -> None:
        """Ask everybody, in the order in which they are believed."""
        said = list(self._configured())
        styles = {claim.pattern: claim.style for _, claims, _ in reversed(said) for claim in claims}
        self.add("the lock file", [_claim_of(one, styles) for one in known if self._is_there(one)])
        for name, claims, whole in said:
            self.add(name, claims, whole)
        self.add("conventions", self.conventions)
        if not self.resources and not self.settling.questions:
            self.add("path", claims_of_path(self.tree, self.asked))

    def _configured(self) -> Iterator[tuple[str, list[Claim], str | None]]:
        for config in CONFIGS:
            for path in config.files(self.tree):
                folder = config.folder(path)
                reading = Reading(self.tree, path, folder, self.settling.skipped, lambda: self.conventions)
                yield path, reading.claims(config), folder if config.whole else None

    def _is_there(self, known: Known) -> bool:
        asked = self.settling.source_lang
        there = not known.source or known.source in self.tree.sizes
        return there and (asked == AUTO or same(asked, known.source_lang))

    def add(self, name: str, claims: Sequence[Claim], whole: str | None = None) -> None:
        """Take what these claims turn out to be. If they speak for a whole folder, nobody after them does."""
        self.settling.notice(claims)
        wanted = [one for one in claims if self._is_open(one) and self._concerns(one)]
        asked = len(self.settling.questions)
        resources = [one for one in self.settling.settled(wanted, bool(self.resources)) if self._is_free(one)]
        spoken = resources or len(self.settling.questions) > asked or any(one.pattern in self.taken for one in claims)
        if whole is not None and spoken:
            self.governed.append(whole)
        self.names += [name] if resources else []
        self.resources += resources
        for resource in resources:
            self.taken |= {resource.source, resource.pattern, *resource.targets.values()} - {""}

    def _concerns(self, claim: Claim) -> bool:
        if not self.asked:
            return True
        files = [claim.source, *(locales(self.tree, claim.pattern).values() if MARK in claim.pattern else ())]
        return any(_is_in(path, self.asked) for path in files if path)

    def _is_open(self, claim: Claim) -> bool:
        if claim.pattern in self.taken or claim.source in self.taken:
            return False
        return not any(_is_in(claim.source or claim.pattern, folder) for folder in self.governed)

    def _is_free(self, resource: Resource) -> bool:
        return self.taken.isdisjoint({resource.source, resource.pattern, *resource.targets.values()} - {""})

    def found(self) -> Found:
        """Everything, in the order of the files."""
        return Found(
            tuple(sorted(self.resources, key=lambda one: (one.source or one.pattern, one.pattern))),
            ", ".join(self.names),
            tuple(dict.fromkeys(self.settling.questions)),
            tuple(dict.fromkeys((*self.tree.skipped, *self.settling.skipped))),
        )


def _is_in(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(folder + "/")


def _claim_of(known: Known, styles: Mapping[str, Style | None]) -> Claim:
    return Claim(known.pattern, known.source, known.source_lang, styles.get(known.pattern), sure=True)
