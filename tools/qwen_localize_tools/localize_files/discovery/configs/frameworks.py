"""Configurations of libraries and frameworks: inlang, Lingui, i18next, Flutter, Angular, Docusaurus, Xcode."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ..claims import Claim
from ..model import MARK
from ..patterns import in_name, unmarked
from .reading import Config, Reading

_STRING = r"""["'`]([^"'`\n]+)["'`]"""


def inlang(reading: Reading) -> Iterator[Claim]:
    """settings.json of inlang: each plugin has a pattern, or one for each namespace."""
    said = reading.json()
    lang = said.get("baseLocale") or said["sourceLanguageTag"]
    for plugin in said.values():
        if isinstance(plugin, dict) and "pathPattern" in plugin:
            for pattern in _texts(plugin["pathPattern"]):
                yield from reading.patterned(re.sub(r"\{(?:locale|languageTag)\}", MARK, pattern), lang)


def _texts(value: Any) -> Iterable[str]:
    return [value] if isinstance(value, str) else value.values() if isinstance(value, dict) else value


def _said(script: str, *names: str) -> str:
    """The text that a script gives to the first of the names that it has."""
    for name in names:
        if found := re.search(rf"""\b{name}["']?\s*[:=]\s*{_STRING}""", script):
            return found[1]
    return ""


def lingui(reading: Reading) -> Iterator[Claim]:
    """lingui.config.js, or the same in package.json: catalogs, whose paths have no ending."""
    script = reading.script()
    if reading.path.endswith("package.json") and '"lingui"' not in script:
        return
    lang = _said(script, "sourceLocale")
    for path in re.findall(rf"""\bpath["']?\s*:\s*{_STRING}""", script):
        pattern = path.replace("<rootDir>/", "").replace("<rootDir>", ".")
        pattern = re.sub(r"\{name\}", "*", pattern.replace("{locale}", MARK))
        for ending in (".po", ".json"):
            yield from reading.patterned(pattern + ending, lang)


def i18next(reading: Reading) -> Iterator[Claim]:
    """The configurations of i18next's extractors and of next-i18next."""
    script = reading.script()
    lang = _said(script, "primaryLanguage", "defaultLocale", "sourceLanguage")
    if not lang and (found := re.search(rf"\blocales\s*:\s*\[\s*{_STRING}", script)):
        lang = found[1]
    output = re.search(r"""\boutput["']?\s*:\s*(?:\([^)]*\)\s*=>\s*)?["'`]([^"'`\n]+)["'`]""", script)
    if output:
        yield from reading.patterned(_i18next(output[1]), lang)
    elif "next-i18next" in reading.path:
        yield from reading.patterned(f"{_said(script, 'localePath') or 'public/locales'}/{MARK}/**/*.json", lang)


def _i18next(text: str) -> str:
    text = re.sub(r"\$LOCALE|\{\{\s*(?:language|lng)\s*\}\}|\$\{\s*(?:language|lng|locale)\s*\}", MARK, text)
    return re.sub(r"\$NAMESPACE|\{\{\s*\w+\s*\}\}|\$\{\s*\w+\s*\}", "*", text)


def flutter(reading: Reading) -> Iterator[Claim]:
    """l10n.yaml: the folder, and the template with the source language in its name."""
    said = reading.yaml()
    path = reading.place(f"{said.get('arb-dir', 'lib/l10n')}/{said.get('template-arb-file', 'app_en.arb')}")
    if path and (found := in_name(path)):
        yield Claim(found[0], path, found[1], sure=True)


def angular(reading: Reading) -> Iterator[Claim]:
    """angular.json: for each application its source language, and the files of its translations."""
    for project in reading.json()["projects"].values():
        said = project.get("i18n") or {}
        source = said.get("sourceLocale", "en-US" if said else "")
        lang = source if isinstance(source, str) else source["code"]
        files = [path for one in (said.get("locales") or {}).values() for path in _angular(one)]
        yield from _angular_claims(reading, files, lang)
        if said and not files:
            yield from _conventional(reading, r".*\.(?:xlf|xliff)", lang)


def _angular(locale: Any) -> Iterable[str]:
    found = locale.get("translation", ()) if isinstance(locale, dict) else locale
    return [found] if isinstance(found, str) else found


def _angular_claims(reading: Reading, files: Iterable[str], lang: str) -> Iterator[Claim]:
    placed = [path for one in files if (path := reading.place(one))]
    for pattern in dict.fromkeys(found[0] for path in placed if (found := in_name(path))):
        name = unmarked(pattern).rpartition("/")[2]
        folder = pattern.rpartition("/")[0]
        places = (f"{folder}/{name}", f"{folder.rpartition('/')[0]}/{name}".lstrip("/"), reading.place(f"src/{name}"))
        source = next((path for path in places if path in reading.tree.sizes), "")
        yield Claim(pattern, source or "", lang, sure=True)


def _conventional(reading: Reading, form: str, lang: str) -> Iterator[Claim]:
    folder = reading.folder + "/" if reading.folder else ""
    for claim in reading.conventions():
        if claim.pattern.startswith(folder) and re.fullmatch(form, claim.pattern):
            yield replace(claim, source_lang=lang)


def docusaurus(reading: Reading) -> Iterator[Claim]:
    """Docusaurus: what it generates in i18n, and the documents, if there is more than one language."""
    script = reading.script()
    lang = _said(script, "defaultLocale") or "en"
    yield from reading.patterned(f"i18n/{MARK}/**/*.json", lang)
    locales = re.search(r"\blocales\s*:\s*\[([^\]]*)\]", script)
    if reading.tree.has_folder(reading.place("i18n") or "") or (locales and "," in locales[1].strip().rstrip(",")):
        for source, plugin in _DOCUMENTS.items():
            for ending in ("md", "mdx"):
                for claim in reading.pairs(f"{source}/**/*.{ending}", f"i18n/{MARK}/{plugin}/**/*.{ending}"):
                    yield replace(claim, source_lang=lang)


_DOCUMENTS = {
    "docs": "docusaurus-plugin-content-docs/current",
    "blog": "docusaurus-plugin-content-blog",
    "src/pages": "docusaurus-plugin-content-pages",
}


def xcode(reading: Reading) -> Iterator[Claim]:
    """An Xcode project: the language in which it is developed; where its files lie is told by their folders."""
    lang = re.search(r"\bdevelopmentRegion = \"?([\w-]+)\"?;", reading.text)
    if lang:
        yield from _conventional(reading, r".*(?:\.lproj/[^/]*|\.xcstrings)", lang[1])


_SCRIPT = r"\.(?:[cm]?[jt]s|json)"
INLANG = Config(r"project\.inlang/settings\.json", inlang, up=1)
CONFIGS = (
    Config(rf"lingui\.config{_SCRIPT}|\.linguirc|package\.json", lingui),
    Config(rf"(?:i18next-parser|i18next)\.config{_SCRIPT}", i18next),
    Config(rf"next-i18next\.config{_SCRIPT}", i18next),
)
LATER = (
    Config(r"l10n\.ya?ml", flutter),
    Config(r"angular\.json", angular),
    Config(rf"docusaurus\.config{_SCRIPT}", docusaurus),
    Config(r"[^/]*\.xcodeproj/project\.pbxproj", xcode, up=1),
)
