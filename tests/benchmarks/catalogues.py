"""Human translations of real programs, fetched from the package registries at pinned versions."""

import json
import random
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

# A name in languages.json for what a catalogue may call a language.
LANGUAGES = {
    **{code: code for code in ["ru", "de", "fr", "es", "it", "pl", "uk", "tr", "nl", "he", "hi", "ja", "ko", "ar"]},
    **dict.fromkeys(("ru_ru", "de_de", "fr_fr", "es_es", "it_it", "pl_pl", "uk_ua", "tr_tr"), ""),
    "nl_nl": "nl",
    "he_il": "he",
    "hi_in": "hi",
    "ja_jp": "ja",
    "ko_kr": "ko",
    "ar_sa": "ar",
    **dict.fromkeys(("pt_br", "pt"), "pt"),
    **dict.fromkeys(("zh_cn", "zh_hans", "zh"), "zh"),
    **dict.fromkeys(("zh_tw", "zh_hant"), "zh_tw"),
}
_CONTEXT = "\x04"
_BY_NODE = """
import(process.argv[1]).then(module => {
  const shown = module.default?.strings ?? module.default?.default ?? module.default;
  console.log(JSON.stringify(shown));
});
"""


@dataclass(frozen=True)
class Pair:
    """A string of a program and what a person made of it."""

    kit: str
    lang: str
    source: str
    translation: str


Rows = Iterator[tuple[str, str, str]]


@dataclass(frozen=True)
class Kit:
    """A package with catalogues: where it comes from, and how they are read into language, source, translation."""

    package: str
    version: str
    read: Callable[[Path], Rows]
    registry: str = "pypi"


def _mo_files(pattern: str, folder: Path) -> Rows:
    for path in sorted(folder.glob(pattern)):
        if lang := language(path.parent.parent.name):
            yield from ((lang, source, translation) for source, translation in _mo(path))


def _mo(path: Path) -> Iterator[tuple[str, str]]:
    """Messages of a compiled catalogue; of a plural the last form on both sides."""
    data = path.read_bytes()
    order: Literal["little", "big"] = "little" if data[:4] == b"\xde\x12\x04\x95" else "big"
    count, sources, translations = (int.from_bytes(data[at : at + 4], order) for at in (8, 12, 16))
    for at in range(0, 8 * count, 8):
        source, translation = (_entry(data, table + at, order) for table in (sources, translations))
        if source:
            yield source.rpartition(_CONTEXT)[2].rpartition("\x00")[2], translation.rpartition("\x00")[2]


def _entry(data: bytes, at: int, order: Literal["little", "big"]) -> str:
    length, start = (int.from_bytes(data[place : place + 4], order) for place in (at, at + 4))
    return data[start : start + length].decode("utf-8", "replace")


def _json_files(source: str, pattern: str, name: Callable[[Path], str], folder: Path) -> Rows:
    """JSON trees of one shape: `source` with the English file for each that `pattern` finds."""
    for path in sorted(folder.glob(pattern)):
        lang = language(name(path))
        original = next(iter(sorted(folder.glob(source.format(parent=path.parent, stem=path.stem)))), None)
        if lang and original:
            yield from _trees(lang, _leaves(_unwrapped(original)), _leaves(_unwrapped(path)))


def _unwrapped(path: Path) -> Any:
    """The tree of a file, without a root that is its language."""
    tree = _json(path)
    return tree.get(path.stem, tree)


def _trees(lang: str, source: Mapping[str, str], translation: Mapping[str, str]) -> Rows:
    for key, text in translation.items():
        if source.get(key, text) != text:
            # What nobody has translated yet stands there as its source.
            yield lang, source[key], text


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8-sig"))


def _leaves(tree: Any, path: str = "") -> dict[str, str]:
    if isinstance(tree, str):
        return {path: tree} if tree.strip() else {}
    rows = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return {key: text for name, value in rows for key, text in _leaves(value, f"{path}/{name}").items()}


def _modules(source: str, pattern: str, folder: Path) -> Rows:
    """JavaScript modules whose default is a tree."""
    original = _leaves(_run_module(folder / source))
    for path in sorted(folder.glob(pattern)):
        if lang := language(path.name.partition(".")[0]):
            yield from _trees(lang, original, _leaves(_run_module(path)))


def _run_module(path: Path) -> Any:
    done = subprocess.run(["node", "-e", _BY_NODE, str(path)], capture_output=True, check=True)
    return json.loads(done.stdout)


def language(locale: str) -> str:
    """The code in languages.json of a catalogue's locale; empty for those that are not measured."""
    folded = locale.lower().replace("-", "_")
    code = LANGUAGES.get(folded, "")
    return code or (folded[:2] if folded in LANGUAGES else "")


def _home_assistant(folder: Path) -> Rows:
    """Files called `ru-<hash>.json`, in a folder for each panel."""
    for original in sorted(folder.glob(f"hass_frontend/static/translations/**/en-{'[0-9a-f]' * 32}.json")):
        source = _leaves(_json(original))
        for path in sorted(original.parent.glob("*.json")):
            if lang := language(path.name.rpartition("-")[0]):
                yield from _trees(lang, source, _leaves(_json(path)))


def _folder(path: Path) -> str:
    return path.parent.name


def _stem(path: Path) -> str:
    return path.stem


KITS = (
    Kit("django", "5.2.19", partial(_mo_files, "django/**/locale/*/LC_MESSAGES/django*.mo")),
    Kit("sphinx", "9.0.4", partial(_mo_files, "sphinx/locale/*/LC_MESSAGES/*.mo")),
    Kit("djangorestframework", "3.18.3", partial(_mo_files, "rest_framework/locale/*/LC_MESSAGES/*.mo")),
    Kit("wagtail", "8.0.1", partial(_mo_files, "wagtail/**/locale/*/LC_MESSAGES/*.mo")),
    Kit("wtforms", "3.3.2", partial(_mo_files, "wtforms/locale/*/LC_MESSAGES/*.mo")),
    Kit("humanize", "4.17.0", partial(_mo_files, "humanize/locale/*/LC_MESSAGES/*.mo")),
    Kit("django-allauth", "65.21.1", partial(_mo_files, "allauth/locale/*/LC_MESSAGES/*.mo")),
    Kit("flask-admin", "2.2.1", partial(_mo_files, "flask_admin/translations/*/LC_MESSAGES/*.mo")),
    Kit("django-cms", "5.1.3", partial(_mo_files, "cms/locale/*/LC_MESSAGES/*.mo")),
    Kit("deluge", "2.2.0", partial(_mo_files, "deluge/i18n/*/LC_MESSAGES/*.mo")),
    Kit("picard", "3.0.2", partial(_mo_files, "picard/locale/*/LC_MESSAGES/picard.mo")),
    Kit("gramps", "6.0.8", partial(_mo_files, "share/locale/*/LC_MESSAGES/*.mo")),
    Kit("spyder", "6.1.8", partial(_mo_files, "spyder/locale/*/LC_MESSAGES/*.mo")),
    Kit("home-assistant-frontend", "20250109.2", _home_assistant),
    Kit("primelocale", "2.5.0", partial(_json_files, "package/en.json", "package/*.json", _stem), "npm"),
    Kit(
        "@medusajs/dashboard",
        "2.21.2",
        partial(_json_files, "package/src/i18n/translations/en.json", "package/src/i18n/translations/*.json", _stem),
        "npm",
    ),
    Kit(
        "@tldraw/assets",
        "5.4.2",
        partial(_json_files, "package/translations/main.json", "package/translations/*.json", _stem),
        "npm",
    ),
    Kit(
        "@node-red/editor-client",
        "5.0.7",
        partial(_json_files, "package/locales/en-US/{stem}.json", "package/locales/*/*.json", _folder),
        "npm",
    ),
    Kit(
        "@strapi/admin",
        "5.54.0",
        partial(
            _modules,
            "package/dist/admin/admin/src/translations/en.json.mjs",
            "package/dist/admin/admin/src/translations/*.json.mjs",
        ),
        "npm",
    ),
    Kit(
        "element-plus",
        "2.14.8",
        partial(_modules, "package/es/locale/lang/en.mjs", "package/es/locale/lang/*.mjs"),
        "npm",
    ),
)


def fetched(kit: Kit, cache: Path) -> Path:
    """The folder with a package's files, downloaded if it is not there yet."""
    folder = cache / f"{kit.package.replace('/', '+')}-{kit.version}"
    if not folder.exists():
        coming = folder.with_suffix(".part")
        shutil.rmtree(coming, ignore_errors=True)
        coming.mkdir(parents=True)
        (_from_npm if kit.registry == "npm" else _from_pypi)(kit, coming)
        coming.rename(folder)
    return folder


def _from_pypi(kit: Kit, folder: Path) -> None:
    wanted = f"{kit.package}=={kit.version}"
    command = ["uv", "pip", "install", "--quiet", "--no-deps", "--python", sys.executable, "--target", str(folder)]
    subprocess.run([*command, wanted], check=True)


def _from_npm(kit: Kit, folder: Path) -> None:
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{kit.package}@{kit.version}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")


def pairs(cache: Path, most: int, seed: int) -> list[Pair]:
    """At most `most` distinct pairs of every kit and language, chosen by the seed."""
    found: list[Pair] = []
    for kit in KITS:
        rows: dict[str, dict[str, str]] = {}
        for lang, source, translation in kit.read(fetched(kit, cache)):
            if source.strip() and translation.strip():
                rows.setdefault(lang, {}).setdefault(source, translation)
        for lang, texts in sorted(rows.items()):
            chosen = random.Random(f"{seed} {kit.package} {lang}").sample(sorted(texts.items()), min(most, len(texts)))
            found += [Pair(kit.package, lang, source, translation) for source, translation in chosen]
    return found
