"""Glossaries and translation memories in files: JSON, CSV, TSV and TMX."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePath
from typing import Any
from xml.etree import ElementTree

from qwen_localize.errors import BadArgument, BadInput, quote
from qwen_localize.wellformed import parsed

from . import tables
from .arguments import Term
from .languages import AUTO, find, table

# Bytes; a memory of 100,000 pairs has about ten million.
MOST_BYTES = 20 * 1024 * 1024
ENDINGS = frozenset({".json", ".csv", ".tsv", ".tmx"})
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_EXPECTED = (
    'Use JSON as [{"source": "…", "target": "…"}] or {"source": "target"}, CSV or TSV with the columns source and '
    "target (or the two languages' codes), or TMX."
)


def read_pairs(name: str, text: str, source_lang: str, target_lang: str) -> list[Term]:
    """The pairs in a file.

    Args:
        name: the file's, for its ending and for messages.
        text: its content.
        source_lang: a code, or `auto`; a table or a TMX may name its columns by language.
        target_lang: a code.

    Raises:
        BadInput: it has none; says what it may be.
    """
    ending = PurePath(name).suffix.casefold()
    try:
        if ending == ".tmx":
            found = list(_from_tmx(text, source_lang, target_lang))
        elif ending == ".json":
            found = list(_from_json(parsed(text.encode())))
        else:
            found = list(_from_rows(tables.rows(text), source_lang, target_lang))
    except (ValueError, ElementTree.ParseError, BadArgument):
        found = []
    pairs = [Term(source=source, target=target) for source, target in found if source.strip() and target.strip()]
    if not pairs:
        raise BadInput(f"{quote(name)} has no pairs of {source_lang} and {target_lang} that can be found. {_EXPECTED}")
    return pairs


def _from_json(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value.keys() != {"source", "target"}:
        yield from ((source, target) for source, target in value.items() if isinstance(target, str))
        return
    for item in value if isinstance(value, list) else [value]:
        source, target = (item.get(key) for key in ("source", "target")) if isinstance(item, dict) else (None, None)
        if isinstance(source, str) and isinstance(target, str):
            yield source, target


def _from_rows(
    rows: Sequence[Mapping[str, str | None]], source_lang: str, target_lang: str
) -> Iterator[tuple[str, str]]:
    heads = {head.casefold(): head for head in rows[0]} if rows else {}
    target = heads.get("target") or _of_language(heads.values(), target_lang)
    source = heads.get("source") or _of_language(heads.values(), source_lang)
    if source is None and target and len(heads) == 2:
        (source,) = (head for head in heads.values() if head != target)
    if source and target:
        yield from ((row.get(source) or "", row.get(target) or "") for row in rows)


def _of_language(heads: Iterable[str], code: str) -> str | None:
    """The heading that names a language: `ru`, `ru-RU`, `ru_RU`, `Russian`."""
    return next((head for head in heads if _is_language(head, code)), None)


@lru_cache(maxsize=1024)
def _is_language(tag: str, code: str) -> bool:
    """Whether a tag names this language; `zh-TW` and `zh_Hant` are Traditional Chinese, and not `zh`."""
    language = find(tag, table("qwen-mt"))
    return language is not None and language.code == code


def _from_tmx(text: str, source_lang: str, target_lang: str) -> Iterator[tuple[str, str]]:
    root = ElementTree.fromstring(text.lstrip("\ufeff"))  # noqa: S314 - the parser's own bounds hold for entities
    header = root.find("header")
    assumed = header.get("srclang", "") if header is not None and source_lang == AUTO else source_lang
    assumed = known.code if (known := find(assumed, table("qwen-mt"))) else assumed
    for unit in root.iter("tu"):
        variants = [(_language(variant), _segment(variant)) for variant in unit.iter("tuv")]
        targets = [segment for tag, segment in variants if _is_language(tag, target_lang)]
        others = [(tag, segment) for tag, segment in variants if not _is_language(tag, target_lang)]
        sources = [segment for tag, segment in others if tag and _is_language(tag, assumed)]
        if source_lang == AUTO and not sources:
            sources = [segment for _, segment in others]
        if sources and targets:
            yield sources[0], targets[0]


def _language(variant: ElementTree.Element) -> str:
    return variant.get(_LANG) or variant.get("lang") or ""


def _segment(variant: ElementTree.Element) -> str:
    segment = variant.find("seg")
    return "".join(segment.itertext()) if segment is not None else ""
