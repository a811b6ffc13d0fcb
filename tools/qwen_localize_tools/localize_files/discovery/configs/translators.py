"""Configurations of translation tools and services: i18n.json, crowdin.yml, .tx/config, .phrase.yml and their like."""

import configparser
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..claims import Claim
from ..model import MARK
from ..patterns import form_of, joined, matching
from ..styles import Chinese, Spelling, Style
from .reading import Config, Reading

# Crowdin's words for a language, and how it spells one by them.
_CROWDIN = {
    "two_letters_code": Style(),
    "language_id": Style(),
    "locale": Style(regions=True, chinese=Chinese.REGION),
    "locale_with_underscore": Style(Spelling.POSIX, regions=True, chinese=Chinese.REGION),
    "android_code": Style(Spelling.ANDROID, regions=True, chinese=Chinese.REGION),
    "osx_locale": Style(chinese=Chinese.SCRIPT),
    "osx_code": Style(chinese=Chinese.SCRIPT),
}
_WORD = re.compile(r"%(\w+)%")


def lingo(reading: Reading) -> Iterator[Claim]:
    """i18n.json of Lingo.dev: buckets of files, each with what to include."""
    said = reading.json()
    buckets: Mapping[str, Any] = said.get("buckets", {})
    for bucket in buckets.values():
        excluded = {path for one in bucket.get("exclude", ()) for path in _excluded(reading, _path_of(one))}
        for item in bucket["include"]:
            for claim in reading.patterned(_path_of(item), said["locale"]["source"]):
                if claim.pattern not in excluded:
                    yield replace(claim, style=_style_of(item))


def _path_of(item: str | Mapping[str, str]) -> str:
    return item if isinstance(item, str) else item["path"]


def _style_of(item: str | Mapping[str, str]) -> Style | None:
    delimiter = "" if isinstance(item, str) else item.get("delimiter")
    return {"-": Style(), "_": Style(Spelling.POSIX)}.get(delimiter or "")


def _excluded(reading: Reading, pattern: str) -> Iterable[str]:
    return [claim.pattern for claim in reading.patterned(pattern)]


def crowdin(reading: Reading) -> Iterator[Claim]:
    """crowdin.yml: patterns of sources, each with the place of its translations."""
    said = reading.yaml()
    base = str(said.get("base_path") or ".")
    for item in said["files"]:
        ignored = {path for one in item.get("ignore", ()) for path in _matching(reading, base, str(one))}
        for source in _matching(reading, base, item["source"]):
            if source not in ignored and MARK not in source and (claim := _crowdin(reading, base, item, source)):
                yield claim


def _matching(reading: Reading, base: str, pattern: str) -> list[str]:
    pattern = re.sub(_WORD, "*", pattern)
    path = reading.place(f"{base}/{pattern.lstrip('/')}")
    return matching(reading.tree, path) if path else []


def _crowdin(reading: Reading, base: str, item: Mapping[str, Any], source: str) -> Claim | None:
    folder, _, name = source.rpartition("/")
    stem, _, ending = name.rpartition(".")
    outer = joined(reading.folder, base) or ""
    inner = folder.removeprefix(outer).strip("/")
    values = {"original_file_name": name, "file_name": stem, "file_extension": ending, "original_path": inner}
    words = _WORD.findall(item["translation"])
    if unknown := [word for word in words if word not in values and word not in _CROWDIN]:
        reading.skip(f"its word %{unknown[0]}% is not known here; pass files", item["translation"])
        return None
    text = _WORD.sub(lambda match: values.get(match[1], MARK), item["translation"])
    text = text.replace(MARK, f"{MARK}.lproj") if "osx_code" in words else text
    text = text.replace("**", _starred(joined(outer, item["source"].lstrip("/")) or "", source))
    pattern = reading.place(f"{base}/{text.lstrip('/')}")
    language = next((word for word in words if word in _CROWDIN), "")
    mapping = (item.get("languages_mapping") or {}).get(language, {})
    style = replace(_CROWDIN[language], names=_strings(mapping)) if language else None
    return Claim(pattern, source, style=style, sure=True) if pattern else None


def _starred(form: str, path: str) -> str:
    """What the `**` of a pattern stands for in a path."""
    before, found, after = form.partition("**")
    inner = path[len(before) :] if found else ""
    return inner.rpartition("/")[0] if after.count("/") <= 1 else "/".join(inner.split("/")[: -after.count("/")])


def _strings(values: Mapping[Any, Any]) -> dict[str, str]:
    return {str(key): str(value) for key, value in values.items()}


def transifex(reading: Reading) -> Iterator[Claim]:
    """.tx/config: a section for each resource."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(reading.text)
    except configparser.Error:
        raise ValueError from None
    shared = parser["main"].get("lang_map", "") if parser.has_section("main") else ""
    for section in parser.sections():
        if section == "main" or not (pattern := parser[section].get("file_filter")):
            continue
        names = _mapped(shared) | _mapped(parser[section].get("lang_map", ""))
        source = parser[section].get("source_file", "")
        lang = parser[section].get("source_lang", "")
        yield from _with_source(reading, pattern.replace("<lang>", MARK), source, lang, names)


def _mapped(text: str) -> dict[str, str]:
    """A map of languages: Transifex's code, and the project's."""
    pairs = (pair.partition(":") for pair in text.split(","))
    return {code.strip(): name.strip() for code, _, name in pairs if name}


def _with_source(
    reading: Reading, pattern: str, source: str, lang: str, names: Mapping[str, str] | None = None
) -> Iterator[Claim]:
    to_path = reading.place(pattern)
    from_path = reading.place(source) if source else ""
    style = Style(Spelling.POSIX, chinese=Chinese.REGION, names=names) if names else None
    if to_path and from_path is not None:
        yield Claim(to_path, from_path, lang, style, sure=True)


def phrase(reading: Reading) -> Iterator[Claim]:
    """.phrase.yml: what is pushed are sources, what is pulled are translations."""
    said = reading.yaml()
    said = said.get("phrase") or said["phraseapp"]
    pushed = [str(one["file"]) for one in (said.get("push") or {}).get("sources", ())]
    pulled = [str(one["file"]) for one in (said.get("pull") or {}).get("targets", ())]
    for pattern in dict.fromkeys(_marked(one) for one in (*pulled, *pushed)):
        if MARK in pattern:
            yield from _phrase(reading, pattern, [one for one in map(_marked, pushed) if MARK not in one])


def _marked(path: str) -> str:
    return re.sub(r"<locale_(?:name|code)>", MARK, re.sub(r"<tag>", "*", path))


def _phrase(reading: Reading, pattern: str, sources: list[str]) -> Iterator[Claim]:
    path = reading.place(pattern) or ""
    claims = list(reading.patterned(pattern)) if path else []
    matched = [found for one in sources if (found := form_of(path).fullmatch(reading.place(one) or ""))]
    lang = matched[0][1] if matched else ""
    if path and not claims and len(sources) == 1:
        yield from _with_source(reading, pattern, sources[0], "")
    for claim in claims:
        yield replace(claim, source_lang=lang)


def tolgee(reading: Reading) -> Iterator[Claim]:
    """.tolgeerc: files with their languages, or templates of their paths."""
    said = reading.json() if reading.text.lstrip().startswith("{") else reading.yaml()
    push, pull = said.get("push") or {}, said.get("pull") or {}
    templates = [push["filesTemplate"]] if "filesTemplate" in push else []
    if "path" in pull and "fileStructureTemplate" in pull:
        templates.append(f"{pull['path']}/{pull['fileStructureTemplate']}")
    for template in templates:
        yield from reading.patterned(_tolgee(template))
    for item in push.get("files", ()):
        path, lang = item["path"], item["language"]
        pattern = re.sub(rf"(?<![A-Za-z]){re.escape(lang)}(?![A-Za-z])", MARK, path)
        yield from reading.patterned(pattern if MARK in pattern else path)


def _tolgee(template: str) -> str:
    text = re.sub(r"\{(?:snake|android|apple)?[lL]anguageTag\}", MARK, template)
    return re.sub(r"\{\w+\}", "*", text)


def weblate(reading: Reading) -> Iterator[Claim]:
    """.weblate, where it says `filemask`: its star is the language."""
    said = dict(
        re.findall(
            r"^[ \t]*[\"']?(filemask|template|new_base)[\"']?[ \t]*[=:][ \t]*[\"']?([^\"'\n,]+)", reading.text, re.M
        )
    )
    if mask := said.get("filemask", "").strip():
        source = (said.get("new_base") or said.get("template") or "").strip()
        yield from _with_source(reading, mask.replace("*", MARK, 1), source, "")


def mozilla(reading: Reading) -> Iterator[Claim]:
    """l10n.toml: paths of references, each with the place of its translations."""
    said = reading.toml()
    base = str(said.get("basepath", "."))
    for item in said["paths"]:
        if "reference" in item and "l10n" in item:
            target = re.sub(r"\{\s*(?:android_)?locale\s*\}", MARK, item["l10n"])
            target = re.sub(r"\{\s*\w+\s*\}/?", "", target)
            yield from reading.pairs(f"{base}/{item['reference']}", f"{base}/{target}")


CONFIGS = (
    Config(r"crowdin\.ya?ml", crowdin, whole=True),
    Config(r"\.tx/config", transifex, whole=True, up=1),
    Config(r"\.phrase(?:app)?\.ya?ml", phrase, whole=True),
    Config(r"\.tolgeerc(?:\.json|\.ya?ml)?", tolgee, whole=True),
    Config(r"\.weblate(?:\.ya?ml)?", weblate, whole=True),
    Config(r"l10n\.toml", mozilla, whole=True),
)
LINGO = Config(r"i18n\.json", lingo, whole=True)
