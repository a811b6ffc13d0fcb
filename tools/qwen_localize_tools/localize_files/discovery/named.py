"""What the user names: patterns of files, or one file."""

import re
from collections.abc import Sequence

from .claims import Claim
from .model import MARK
from .patterns import (
    beside,
    filled,
    groups,
    in_folder,
    in_name,
    is_outside,
    is_simple,
    joined,
    locales,
    matching,
    unmarked,
)
from .tree import Tree

Skipped = list[tuple[str, str]]


def fixed_part(pattern: str) -> str:
    """The folders of a pattern before its first wildcard."""
    path = joined("", pattern) or ""
    fixed = re.split(r"[*?]|\[locale\]", path)[0]
    return path if fixed == path else fixed.rpartition("/")[0]


def claims_of_files(tree: Tree, patterns: Sequence[str], skipped: Skipped) -> list[Claim]:
    """What patterns such as `locales/[locale]/*.json` are about."""
    found: list[Claim] = []
    for pattern in patterns:
        path = joined("", pattern)
        if path is None or is_outside(pattern):
            skipped.append((pattern, "it leads out of the project"))
            continue
        if not is_simple(path):
            skipped.append((pattern, "it has too many wildcards"))
            continue
        marked = MARK in path
        new = claims_of_pattern(tree, path) if marked else [_named(tree, one) for one in matching(tree, path)]
        if not new:
            skipped.append((pattern, "no file matches it"))
        found += new
    return found


def claims_of_pattern(tree: Tree, pattern: str) -> list[Claim]:
    """What a pattern is about; without `[locale]`, files that each hold all languages, or are a source."""
    found = groups(tree, pattern)
    spare = re.search(r"(?:^|/)\[locale\]", pattern) is not None  # en/a.json is rather the source than a.json
    sources = {concrete: unmarked(concrete) for concrete in found}
    if not spare or not found or any(source in tree.sizes for source in sources.values()):
        marked = {path for files in found.values() for path in files.values()}
        plain = [path for path in matching(tree, unmarked(pattern)) if path not in marked]
        sources |= {filled(pattern, unmarked(pattern), path): path for path in plain}
    return [
        Claim(concrete, source if source in tree.sizes else "", sure=True, spare=spare)
        for concrete, source in sources.items()
    ]


def claims_of_path(tree: Tree, path: str) -> list[Claim]:
    """What one file is about that was asked for by its name."""
    return [_named(tree, path)] if path in tree.sizes else []


def _named(tree: Tree, path: str) -> Claim:
    for found in (in_name(path), in_folder(path, last=True)):
        if found and _is_meant(tree, *found):
            source = unmarked(found[0]) if found[0].rpartition("/")[2].count(MARK) else ""
            return Claim(found[0], source if source in tree.sizes else "", sure=True)
    return Claim(beside(path), path, sure=True)


def _is_meant(tree: Tree, pattern: str, locale: str) -> bool:
    """Whether what looks like a locale in a path is one: English, or not the only one, or set off by dots."""
    files = locales(tree, pattern)
    name = pattern.rpartition("/")[2]
    dotted = f".{MARK}." in name and unmarked(pattern) != name
    return locale.lower().startswith("en") or len(files) > 1 or dotted or unmarked(pattern) in tree.sizes
