"""Paths with `[locale]` in them, and with the wildcards `*`, `**` and `?`."""

import re
from collections.abc import Container, Iterator
from functools import cache

from .model import MARK
from .tags import parsed
from .tree import Tree

_TOKEN = re.compile(r"\[locale\]|\*\*/|\*\*|\*|\?|.", re.DOTALL)
_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_MOST_WILD = 3
_MOST_DEPTHS = 3
_LOCALE = r"(?P<locale{}>[A-Za-z0-9@+_-]+)"


def is_outside(path: str) -> bool:
    """Whether a path of a configuration leads out of the project."""
    return path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path) is not None or ".." in path.split("/")


def joined(folder: str, path: str) -> str | None:
    """A path as seen from a folder of the project, in its shortest form; None if it leads out of the project."""
    if path.startswith("~") or re.match(r"[A-Za-z]:|//", path):
        return None
    parts: list[str] = []
    for part in f"{folder}/{path}".replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


@cache
def form_of(pattern: str) -> re.Pattern[str]:
    """What matches the paths of a pattern."""
    numbers = iter(range(pattern.count(MARK)))
    return re.compile(
        "".join(
            _LOCALE.format(next(numbers)) if token == MARK else _WILD.get(token) or re.escape(token)
            for token in _TOKEN.findall(pattern)
        ),
        re.DOTALL,
    )


def is_simple(pattern: str) -> bool:
    """Whether a pattern can be matched quickly; two wildcards in a name, and three for folders, are enough."""
    most = max(len(re.findall(r"\*|\?|\[locale\]", part)) for part in pattern.replace("**", "").split("/"))
    return most <= _MOST_WILD and pattern.count("**") <= _MOST_DEPTHS


def matching(tree: Tree, pattern: str) -> list[str]:
    """The files that a pattern without `[locale]` is about."""
    if pattern in tree.sizes:
        return [pattern]
    return [path for path in tree.sizes if form_of(pattern).fullmatch(path)]


def groups(tree: Tree, pattern: str) -> dict[str, dict[str, str]]:
    """What a pattern with `[locale]` finds: for each path with its wildcards filled in, the files by their locales."""
    found: dict[str, dict[str, str]] = {}
    for path in tree.sizes:
        if (match := form_of(pattern).fullmatch(path)) and (locale := _locale(match)):
            found.setdefault(_marked(path, match), {})[locale] = path
    return found


def _locale(match: re.Match[str]) -> str | None:
    said = set(match.groups())
    return said.pop() if len(said) == 1 and parsed(match[1]) else None


def _marked(path: str, match: re.Match[str]) -> str:
    for number in range(match.re.groups, 0, -1):
        path = path[: match.start(number)] + MARK + path[match.end(number) :]
    return path


def locales(tree: Tree, pattern: str, names: Container[str] = ()) -> dict[str, str]:
    """The files of a pattern without wildcards, by their locales; `names` are called so though they look otherwise."""
    before, _, after = pattern.partition(MARK)
    folder, _, prefix = before.rpartition("/")
    suffix, _, _ = after.partition("/")
    found = {}
    for name in tree.children(folder, prefix):
        locale = name[len(prefix) : len(name) - len(suffix)]
        path = pattern.replace(MARK, locale)
        if name == prefix + locale + suffix and (parsed(locale) or locale in names) and path in tree.sizes:
            found[locale] = path
    return found


def unmarked(pattern: str) -> str:
    """Where the file lies that has no locale in its name: `values/strings.xml` for `values-[locale]/strings.xml`."""
    pattern = pattern.replace(f"{MARK}.lproj/", "Base.lproj/")
    return re.sub(r"[-_.]?\[locale\]", "", pattern).replace("//", "/").lstrip("/")


def filled(pattern: str, form: str, path: str) -> str:
    """A pattern whose wildcards have what the same wildcards of another pattern stand for in a path."""
    match = re.fullmatch("".join(_grouped(token) for token in _TOKEN.findall(form)), path, re.DOTALL)
    values = iter(match.groups() if match else ())
    return "".join(next(values, token) if token in _WILD else token for token in _TOKEN.findall(pattern))


def _grouped(token: str) -> str:
    return f"({_WILD[token]})" if token in _WILD else re.escape(token)


def cuts(stem: str) -> Iterator[int]:
    """Where in a name a locale may begin, the longest first."""
    yield 0
    for match in re.finditer(r"[-_.]", stem):
        yield match.end()


def _is_locale(name: str) -> bool:
    return name[:2].islower() and parsed(name) is not None


def in_name(path: str) -> tuple[str, str] | None:
    """The pattern and the locale of a file that has it in its name, before the ending."""
    folder, slash, name = path.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    for cut in cuts(stem):
        if _is_locale(stem[cut:]):
            return f"{folder}{slash}{stem[:cut]}{MARK}{dot}{ending}", stem[cut:]
    return None


def in_folder(path: str, first: int = 0, last: bool = False) -> tuple[str, str] | None:
    """The pattern and the locale of a file that lies in a folder called so, at the depth `first` or below it."""
    *folders, name = path.split("/")
    places = [n for n in range(first, len(folders)) if _is_locale(folders[n])]
    if not places:
        return None
    place = places[-1] if last else places[0]
    return "/".join([*folders[:place], MARK, *folders[place + 1 :], name]), folders[place]


def beside(path: str, separator: str = ".") -> str:
    """The pattern for a file without a locale in its name: it goes before the ending."""
    stem, dot, ending = path.rpartition(".")
    return f"{stem}{separator}{MARK}{dot}{ending}" if dot and "/" not in ending else f"{path}{separator}{MARK}"


def base_of(pattern: str) -> str:
    """What stands before the locale: files that share it share their languages."""
    return pattern.partition(MARK)[0]
