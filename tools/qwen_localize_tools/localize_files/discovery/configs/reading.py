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
from ..patterns import filled, joined, matching
from ..tree import Tree

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
        return self.tree.text(self.path)

    def json(self) -> dict[str, Any]:
        """What a configuration in JSON says."""
        return _mapping(json.loads(self.text))

    def yaml(self) -> dict[str, Any]:
        """What a configuration in YAML says."""
        import yaml

        return _mapping(yaml.safe_load(self.text) or {})

    def toml(self) -> dict[str, Any]:
        """What a configuration in TOML says."""
        return _mapping(tomllib.loads(self.text))

    def script(self) -> str:
        """A configuration in JavaScript without its comments; it is never run."""
        return re.sub(r"(?<![:\"'`])//[^\n]*|/\*.*?\*/", "", self.text, flags=re.DOTALL)

    def place(self, path: str) -> str | None:
        """A path in it, seen from the project's root; None, and noted, if it leads out of the project."""
        found = joined(self.folder, path.lstrip("/") if not path.startswith("//") else path)
        if found is None:
            self.skip(f"its path {path} leads out of the project, so it was not followed")
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
