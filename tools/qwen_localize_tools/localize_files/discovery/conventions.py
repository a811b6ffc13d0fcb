"""Where localization files lie by convention, told by their paths alone."""

import re
from collections.abc import Iterator
from dataclasses import replace

from .claims import Claim
from .model import MARK
from .patterns import beside, in_folder, in_name, locales
from .tags import parsed
from .tree import Tree

Located = tuple[str, str] | None  # a pattern and a locale
_NAMES = (
    "locale locales _locales lang langs language languages i18n l10n translation translations messages intl nls "
    "strings localization localizations localisation localisations "
)
_FOLDERS = frozenset(_NAMES.split())
_TABLE = re.compile(
    r"(?:.*[-_.])?(?:strings|translations?|locali[sz]ations?|locales?|i18n|l10n|languages)\.[ct]sv", re.IGNORECASE
)
_ANDROID_FOLDER = re.compile(r"values(?:-(?P<locale>[^/]+))?")
_ANDROID_FILE = re.compile(r"(?!.*(?:do_?not|non?_?|un)_?translat).*(?:string|plural|array).*\.xml", re.IGNORECASE)
_NLS = re.compile(r"(?P<stem>package\.nls|bundle\.l10n)(?:\.(?P<locale>[\w-]+))?\.json")
# Names of files that have a language only in their translations.
_PLAIN = {
    "resx": (r"(?:.*[._-])?\w*(?:resources?|strings?|messages|texts?|labels|translations?|locali[sz]ation)", "."),
    "properties": (r"(?:.*[._-])?\w*(?:messages|bundle|strings|labels|i18n|resources|texts?|translations?)", "_"),
    "xlf": (".*", "."),
    "xliff": (".*", "."),
}


def conventional(tree: Tree) -> list[Claim]:
    """What the names of the files say of them, in the order of the files."""
    found: dict[str, Claim] = {}
    for path in tree.sizes:
        if claim := _claim(path):
            known = found.get(claim.pattern)
            found[claim.pattern] = replace(known, source=known.source or claim.source) if known else claim
    claims = [_with_template(tree, claim) for claim in found.values() if _is_likely(tree, claim)]
    used = {claim.source for claim in claims if claim.source.endswith(".pot") and locales(tree, claim.pattern)}
    return [claim for claim in claims if claim.source not in used or locales(tree, claim.pattern)]


def _claim(path: str) -> Claim | None:
    folder, _, name = path.rpartition("/")
    ending = name.rpartition(".")[2].lower()
    if ending == "xml":
        return _android(path, folder, name)
    if ending in ("strings", "stringsdict"):
        return _apple(path, folder, name)
    if ending == "xcstrings" or _TABLE.fullmatch(name):
        return Claim(path, path)
    if found := _NLS.fullmatch(name):
        return _nls(path, folder, found)
    if ending == "pot":
        return _template(path)
    if located := _FINDERS[ending](path) if ending in _FINDERS else None:
        return Claim(located[0])
    return Claim(beside(path, _PLAIN[ending][1]), path) if ending in _PLAIN else None


def _android(path: str, folder: str, name: str) -> Claim | None:
    parent, slash, last = folder.rpartition("/")
    found = _ANDROID_FOLDER.fullmatch(last)
    if not found or not _ANDROID_FILE.fullmatch(name) or (found["locale"] and not parsed(found["locale"])):
        return None
    pattern = f"{parent}{slash}values-{MARK}/{name}"
    return Claim(pattern, "" if found["locale"] else path)


def _apple(path: str, folder: str, name: str) -> Claim | None:
    parent, slash, last = folder.rpartition("/")
    locale = last.removesuffix(".lproj")
    if locale == last or (locale != "Base" and not parsed(locale)):
        return None
    pattern = f"{parent}{slash}{MARK}.lproj/{name}"
    return Claim(pattern, path if locale == "Base" else "", spare=True)


def _nls(path: str, folder: str, found: re.Match[str]) -> Claim | None:
    pattern = f"{folder}{'/' if folder else ''}{found['stem']}.{MARK}.json"
    return Claim(pattern, "" if found["locale"] else path)


def _in_l10n_folder(path: str) -> Located:
    folders = path.split("/")[:-1]
    places = [number for number, name in enumerate(folders) if name.casefold() in _FOLDERS]
    return (in_folder(path, places[0] + 1) or in_name(path)) if places else None


def _name_first(path: str) -> Located:
    return in_name(path) or in_folder(path, last=True)


def _folder_first(path: str) -> Located:
    return in_folder(path, last=True) or in_name(path)


def _gettext(path: str) -> Located:
    if "/LC_MESSAGES/" in path:
        return in_folder(path, path.count("/") - 2, last=True)
    return _name_first(path)


def _anywhere(path: str) -> Located:
    return _in_l10n_folder(path) or in_name(path)


_FINDERS = {
    **dict.fromkeys(("json", "json5", "yml", "yaml", "php", "resw"), _in_l10n_folder),
    **dict.fromkeys(("resx", "properties", "xlf", "xliff"), _anywhere),
    "arb": _name_first,
    "ftl": _folder_first,
    "po": _gettext,
    "ts": in_name,
}


def _is_likely(tree: Tree, claim: Claim) -> bool:
    if MARK not in claim.pattern:
        return True
    files = locales(tree, claim.pattern)
    if claim.source:
        stem, _, ending = claim.source.rpartition("/")[2].lower().rpartition(".")
        plain = _PLAIN.get(ending)
        return bool(files) or plain is None or re.fullmatch(plain[0], stem) is not None
    name = claim.pattern.rpartition("/")[2]
    lone = len(files) == 1 and MARK in name and not name.startswith(MARK)
    return not lone or claim.pattern.endswith((".po", ".ts", ".arb")) or next(iter(files)).lower().startswith("en")


def _template(path: str) -> Claim | None:
    """What a .pot alone says; where translations are, their pattern is found by them."""
    folder, _, name = path.rpartition("/")
    stem = name.removesuffix(".pot")
    last = folder.rpartition("/")[2]
    if last == "po":
        return Claim(f"{folder}/{MARK}.po", path)
    if last == "languages":
        return Claim(f"{folder}/{stem}-{MARK}.po", path)
    base = re.sub(r"(?:^|/)(?:templates|pot)(?:/LC_MESSAGES)?$", "", folder)
    return Claim(f"{base}{'/' if base else ''}{MARK}/LC_MESSAGES/{stem}.po", path)


def _with_template(tree: Tree, claim: Claim) -> Claim:
    if claim.source or not claim.pattern.endswith(".po"):
        return claim
    found = next(_templates(tree, claim.pattern), "")
    return replace(claim, source=found)


def _templates(tree: Tree, pattern: str) -> Iterator[str]:
    before, _, _ = pattern.partition(MARK)
    base = before.rpartition("/")[0]
    stem = pattern.rpartition("/")[2].removesuffix(".po").replace(MARK, "").strip("-_.")
    for folder in (base, f"{base}/templates", f"{base}/templates/LC_MESSAGES", f"{base}/pot", base.rpartition("/")[0]):
        folder = folder.lstrip("/")
        pots = [name for name in tree.children(folder) if name.endswith(".pot")]
        if f"{stem}.pot" in pots or (len(pots) == 1 and folder == base):
            yield f"{folder}{'/' if folder else ''}{stem + '.pot' if f'{stem}.pot' in pots else pots[0]}"
