"""How a configuration is read: as data, whose faults are told and never raised."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...formats import UnreadableError
from ..claims import Claim
from ..model import MARK
from ..named import claims_of_pattern
from ..patterns import filled, is_simple, joined, matching
from ..tree import Tree

_MOST = 256 * 2**10
_BROKEN = "it does not say what it should, so it was not used"


@dataclass(frozen=True)
class Config:
    """A kind of configuration.

    Attributes:
        form: what matches the end of its path, from the beginning of a folder's or file's name.
        read: what it claims.
        whole: whether it speaks for all files of its folder, so that nothing else is believed of them.
        up: how many folders above it the folder lies whose files it speaks of.
    """

    form: str
    read: Callable[["Reading"], Iterable[Claim]]
    whole: bool = False
    up: int = 0

    def files(self, tree: Tree) -> list[str]:
        """The configurations of this kind, the outermost first."""
        form = re.compile(rf"(?:.*/)?(?:{self.form})")
        return sorted(filter(form.fullmatch, tree.sizes), key=lambda path: (path.count("/"), path))

    def folder(self, path: str) -> str:
        """The folder whose files it speaks of; empty for the root."""
        return "/".join(path.split("/")[: -1 - self.up])


@dataclass(frozen=True)
class Reading:
    """A configuration that is being read.

    Attributes:
        tree: the project's files.
        path: of the configuration.
        folder: from which its paths are meant.
        skipped: where to note what was left out.
        conventions: what the names of all files say, for configurations that only say which languages there are.
    """

    tree: Tree
    path: str
    folder: str
    skipped: list[tuple[str, str]]
    conventions: Callable[[], Sequence[Claim]]

    def claims(self, config: Config) -> list[Claim]:
        """What the configuration claims; nothing if it is broken, which is noted."""
        import yaml

        try:
            return list(config.read(self))
        except UnreadableError as error:
            self.skip(str(error))
        except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.skip(_BROKEN)
        return []

    def skip(self, reason: str, path: str = "") -> None:
        """Note what is left out, and why."""
        self.skipped.append((path or self.path, reason))

    @property
    def text(self) -> str:
        """What stands in it."""
        text = self.tree.text(self.path)
        if len(text) > _MOST and not self.path.endswith(".pbxproj"):
            raise UnreadableError(f"it has more than {_MOST >> 10} kB, so it was not used")
        return text

    def json(self) -> dict[str, Any]:
        """What a configuration in JSON says."""
        return _mapping(json.loads(self.text))

    def yaml(self) -> dict[str, Any]:
        """What a configuration in YAML says."""
        import yaml

        said = _mapping(yaml.safe_load(self.text) or {})
        _counted(said, _MOST)
        return said

    def toml(self) -> dict[str, Any]:
        """What a configuration in TOML says."""
        return _mapping(tomllib.loads(self.text))

    def script(self) -> str:
        """A configuration in JavaScript without its comments, those in the middle of a line left; it is never run."""
        kept, inside = [], False
        for line in self.text.splitlines():
            inside = inside or line.lstrip().startswith("/*")
            if not inside:
                kept.append(re.sub(r"(?<![:\"'`])//.*", "", line))
            inside = inside and "*/" not in line
        return "\n".join(kept)

    def place(self, path: str) -> str | None:
        """A path in it, seen from the project's root; None, and noted, if it leads out of the project."""
        found = joined(self.folder, path.lstrip("/") if not path.startswith("//") else path)
        if found is None:
            self.skip(f"its path {path} leads out of the project, so it was not followed")
        elif not is_simple(found):
            self.skip(f"its path {path} has too many wildcards")
            return None
        return found

    def patterned(self, pattern: str, source_lang: str = "") -> Iterator[Claim]:
        """The claims of a pattern with `[locale]`, and perhaps wildcards."""
        if path := self.place(pattern):
            for claim in claims_of_pattern(self.tree, path):
                yield replace(claim, source_lang=source_lang)

    def pairs(self, source: str, pattern: str) -> Iterator[Claim]:
        """The claims of a pattern of sources, and one of translations that has the same wildcards."""
        from_path, to_path = self.place(source), self.place(pattern)
        if from_path is None or to_path is None:
            return
        for path in matching(self.tree, from_path):
            together = MARK not in to_path
            yield Claim(path if together else filled(to_path, from_path, path), path, sure=True)


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _counted(value: object, left: int) -> int:
    """How many more values there may be; aliases in YAML can make many of few."""
    if left <= 0:
        raise ValueError
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        left = _counted(part, left - 1)
    return left
