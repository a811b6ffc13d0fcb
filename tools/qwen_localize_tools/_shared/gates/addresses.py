"""URLs and e-mail addresses: they lead where they led, or to the same page in another language."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache

from ..languages import table
from .finding import Finding, named
from .pieces import pieces

_LOCALE = re.compile(r"([a-z]{2,3})(?:[-_](?:[a-z]{2,4}|[0-9]{3})){0,2}", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?|ftp)://", re.IGNORECASE)
_PARTS = re.compile(r"[/?&=.#]+")


def page(url: str) -> str:
    """An address without its scheme, its languages (`/en/`, `de.`) and its last slash.

    The last two labels of a host are never languages.
    """
    host, slash, path = _SCHEME.sub("", url).partition("/")
    labels = host.split(".")
    kept = [label for label in labels[:-2] if label != "www" and not _is_language(label)] + labels[-2:]
    parts = [part for part in _PARTS.split(path) if part and not _is_language(part)]
    return ".".join(kept).lower() + slash * bool(parts) + "/".join(parts)


def pages(before: Iterable[str], after: Iterable[str]) -> Callable[[str], str]:
    """What addresses are compared by: their page, or their site alone where it has a host for each language.

    A page that is called otherwise on `de.wikipedia.org` than on `en.wikipedia.org` is the same one.
    """
    sources, targets = dict(map(_hosted, before)), dict(map(_hosted, after))
    moved = {site for site, lang in sources.items() if lang and targets.get(site, lang) not in {"", lang}}
    return lambda url: site if (site := _hosted(url)[0]) in moved else page(url)


def _hosted(url: str) -> tuple[str, str]:
    """The site of an address, and the language that its host names."""
    labels = _SCHEME.sub("", url).partition("/")[0].casefold().split(".")
    langs = [label for label in labels[:-2] if _is_language(label)]
    return ".".join(label for label in labels if label not in langs), langs[0] if langs else ""


@cache
def _codes() -> frozenset[str]:
    return frozenset({"cn", "tw", "jp", "kr", "ua", "pt", "br"}.union(row.code for row in table("qwen-mt")))


def _is_language(part: str) -> bool:
    match = _LOCALE.fullmatch(part)
    return match is not None and match[1].lower() in _codes()


def compared(source: str, translation: str) -> list[Finding]:
    """What happened to the addresses in the text itself."""
    before, after = _addresses(source), _addresses(translation)
    called = pages(before, after)
    wanted, given = Counter(map(called, before)), Counter(map(called, after))
    lost = [url for url in dict.fromkeys(before) if given[called(url)] < wanted[called(url)]]
    added = [url for url in dict.fromkeys(after) if wanted[called(url)] < given[called(url)]]
    if lost and added:
        return [Finding("url", f"Address changed: {named(lost)} became {named(added)}.")]
    found = [Finding("url", f"Address lost: {named(lost)}.")] if lost else []
    return found or ([Finding("url", f"Address added: {named(added)}.")] if added else [])


def _addresses(text: str) -> list[str]:
    return [piece.text for piece in pieces(text) if piece.kind in {"url", "email"}]
