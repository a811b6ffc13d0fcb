"""Configurations of other tools: what they say of files is believed before names are."""

import json
from pathlib import Path

import pytest

from fakes_projects import Project, known_of

CONFIGS = {
    "i18n.json": (
        json.dumps(
            {
                "locale": {"source": "de", "targets": ["en"]},
                "buckets": {"json": {"include": ["ui/[locale].json", {"path": "x/[locale]/*.json", "delimiter": "_"}]}},
            }
        ),
        ["ui/de.json", "ui/en.json", "x/de/a.json"],
        ["ui/de.json (de) -> ui/[locale].json", "x/de/a.json (de) -> x/[locale]/a.json"],
    ),
    "project.inlang/settings.json": (
        json.dumps(
            {
                "baseLocale": "de",
                "locales": ["en", "de"],
                "plugin.inlang.messageFormat": {"pathPattern": "./texts/{locale}.json"},
                "plugin.inlang.i18next": {"pathPattern": {"common": "./t/{languageTag}/common.json"}},
            }
        ),
        ["texts/de.json", "texts/en.json", "t/de/common.json"],
        ["t/de/common.json (de) -> t/[locale]/common.json", "texts/de.json (de) -> texts/[locale].json"],
    ),
    "lingui.config.js": (
        "// path: 'old/{locale}'\nmodule.exports = {locales: ['en', 'cs'], sourceLocale: 'cs',\n"
        "  catalogs: [{path: '<rootDir>/src/cat/{locale}/messages', include: ['src']}]}",
        ["src/cat/cs/messages.po", "src/cat/en/messages.po"],
        ["src/cat/cs/messages.po (cs) -> src/cat/[locale]/messages.po"],
    ),
    "package.json": (
        json.dumps({"lingui": {"sourceLocale": "en", "catalogs": [{"path": "src/cat/{locale}"}]}}),
        ["src/cat/en.po", "src/cat/de.po"],
        ["src/cat/en.po (en) -> src/cat/[locale].po"],
    ),
    "i18next-parser.config.js": (
        "export default { locales: ['de', 'fr'], output: 'texts/$LOCALE/$NAMESPACE.json' }",
        ["texts/de/app.json", "texts/fr/app.json"],
        ["texts/de/app.json (de) -> texts/[locale]/app.json"],
    ),
    "i18next.config.ts": (
        "export default defineConfig({ locales: ['en', 'de'],\n extract: { primaryLanguage: 'de',\n"
        "  output: (language, namespace) => `texts/${language}/${namespace}.json` } })",
        ["texts/de/app.json", "texts/en/app.json"],
        ["texts/de/app.json (de) -> texts/[locale]/app.json"],
    ),
    "next-i18next.config.js": (
        "module.exports = { i18n: { defaultLocale: 'de', locales: ['en', 'de'] }, localePath: './static/texts' }",
        ["static/texts/de/app.json", "static/texts/en/app.json"],
        ["static/texts/de/app.json (de) -> static/texts/[locale]/app.json"],
    ),
    "crowdin.yml": (
        "files:\n"
        "  - source: /ui/en.json\n    translation: /ui/%two_letters_code%.json\n"
        "  - source: /res/values/*.xml\n    translation: /res/values-%android_code%/%original_file_name%\n"
        "    ignore: [/res/values/arrays.xml]\n"
        "  - source: /guide/**/*.md\n    translation: /tr/%locale%/**/%original_file_name%\n",
        ["ui/en.json", "res/values/strings.xml", "res/values/arrays.xml", "guide/a/b/c.md"],
        [
            "guide/a/b/c.md (en) -> tr/[locale]/a/b/c.md",
            "res/values/strings.xml (en) -> res/values-[locale]/strings.xml",
            "ui/en.json (en) -> ui/[locale].json",
        ],
    ),
    ".tx/config": (
        "[main]\nhost = https://app.transifex.com\nlang_map = zh_CN: zh-Hans\n\n[o:org:p:shop:r:app]\n"
        "file_filter = loc/<lang>/app.po\nsource_file = loc/app.pot\nsource_lang = de\ntype = PO\n",
        ["loc/app.pot", "loc/ru/app.po"],
        ["loc/app.pot (de) -> loc/[locale]/app.po"],
    ),
    ".phrase.yml": (
        "phrase:\n  project_id: x\n  push:\n    sources:\n    - file: ./texts/de.yml\n"
        "  pull:\n    targets:\n    - file: ./texts/<locale_name>.yml\n",
        ["texts/de.yml", "texts/en.yml"],
        ["texts/de.yml (de) -> texts/[locale].yml"],
    ),
    ".tolgeerc": (
        json.dumps({"projectId": 1, "push": {"files": [{"path": "./src/texts/en.json", "language": "en"}]}}),
        ["src/texts/en.json", "src/texts/de.json"],
        ["src/texts/en.json (en) -> src/texts/[locale].json"],
    ),
    ".tolgeerc.json": (
        json.dumps({"push": {"filesTemplate": "./src/texts/{namespace}/{languageTag}.json"}}),
        ["src/texts/home/en.json", "src/texts/home/de.json"],
        ["src/texts/home/en.json (en) -> src/texts/home/[locale].json"],
    ),
    ".weblate": (
        "[weblate]\nfilemask = texts/*/app.po\nnew_base = texts/app.pot\n",
        ["texts/app.pot", "texts/de/app.po"],
        ["texts/app.pot (en) -> texts/[locale]/app.po"],
    ),
    "l10n.toml": (
        'basepath = "."\nlocales = ["de"]\n[[paths]]\nreference = "texts/en-US/**/*.ftl"\n'
        'l10n = "texts/{locale}/**/*.ftl"\n',
        ["texts/en-US/a/b.ftl", "texts/de/a/b.ftl"],
        ["texts/en-US/a/b.ftl (en-US) -> texts/[locale]/a/b.ftl"],
    ),
    "l10n.yaml": (
        "arb-dir: lib/texts\ntemplate-arb-file: intl_de.arb\n",
        ["lib/texts/intl_de.arb", "lib/texts/intl_en.arb"],
        ["lib/texts/intl_de.arb (de) -> lib/texts/intl_[locale].arb"],
    ),
    "angular.json": (
        json.dumps({"projects": {"app": {"i18n": {"sourceLocale": "de", "locales": {"fr": "src/t/messages.fr.xlf"}}}}}),
        ["src/t/messages.xlf", "src/t/messages.fr.xlf"],
        ["src/t/messages.xlf (de) -> src/t/messages.[locale].xlf"],
    ),
    "docusaurus.config.js": (
        "export default { i18n: { defaultLocale: 'de', locales: ['de', 'fr'] } }",
        ["i18n/de/code.json", "docs/a/b.md", "docs/c.mdx"],
        [
            "docs/a/b.md (de) -> i18n/[locale]/docusaurus-plugin-content-docs/current/a/b.md",
            "docs/c.mdx (de) -> i18n/[locale]/docusaurus-plugin-content-docs/current/c.mdx",
            "i18n/de/code.json (de) -> i18n/[locale]/code.json",
        ],
    ),
    "App.xcodeproj/project.pbxproj": (
        "// !$*UTF8*$!\n developmentRegion = de;\n knownRegions = (\n en,\n Base,\n de,\n );",
        ["App/de.lproj/Main.strings", "App/en.lproj/Main.strings", "App/Base.lproj/Main.strings"],
        ["App/de.lproj/Main.strings (de) -> App/[locale].lproj/Main.strings"],
    ),
}


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("folder", ["", "apps/one/"])
def test_a_configuration_says_where_files_are_and_which_language_is_the_source(
    config: str, folder: str, tmp_path: Path
) -> None:
    text, paths, lines = CONFIGS[config]
    project = Project(tmp_path, *(folder + path for path in paths))
    project.write(folder + config, text)
    found = project.found()
    assert project.lines() == [folder + line.replace("-> ", f"-> {folder}") for line in lines]
    assert found.how.startswith(folder + config)
    assert (found.questions, found.skipped) == ((), ())
    assert project.found(known=known_of(found)).resources == found.resources


BROKEN = {
    "i18n.json": '{"locale": "en", "buckets": [1]}',
    "crowdin.yml": "files: [}",
    ".tx/config": "[main\nx",
    ".phrase.yml": "phrase: 5",
    ".tolgeerc": '{"push": {"files": [5]}}',
    "l10n.toml": "[[paths\n",
    "l10n.yaml": "- a\n- b\n",
    "angular.json": '{"projects": []}',
    "project.inlang/settings.json": "{}",
}


@pytest.mark.parametrize("config", BROKEN)
def test_a_broken_configuration_is_told_and_left_aside(config: str, tmp_path: Path) -> None:
    project = Project(tmp_path, "locales/en.json")
    project.write(config, BROKEN[config])
    found = project.found()
    assert [path for path, _ in found.skipped] == [config]
    assert (found.how, len(found.resources)) == ("conventions", 1)


OUTWARD = {
    "crowdin.yml": "files:\n  - source: /../../x/en.json\n    translation: /../../x/%locale%.json\n",
    ".tx/config": "[o:o:p:p:r:r]\nfile_filter = ../../<lang>.po\nsource_file = ../../x.pot\n",
    "i18n.json": '{"locale": {"source": "en"}, "buckets": {"json": {"include": ["../../[locale].json"]}}}',
    "l10n.yaml": "arb-dir: ../../x\n",
    "l10n.toml": '[[paths]]\nreference = "../../en/*.ftl"\nl10n = "../../{locale}/*.ftl"\n',
}


@pytest.mark.parametrize("config", OUTWARD)
def test_a_path_that_leads_out_of_the_project_is_told_and_not_followed(config: str, tmp_path: Path) -> None:
    project = Project(tmp_path / "a" / "b", "README.md")
    project.write(config, OUTWARD[config])
    for name in ("x/en.json", "x/app_en.arb", "en.json", "x.pot", "en/a.ftl"):
        Project(tmp_path).write(name, "text")
    found = project.found()
    assert not found.resources
    assert any(path == config and "leads out of the project" in reason for path, reason in found.skipped), found


def test_a_configuration_of_a_whole_project_is_believed_alone(tmp_path: Path) -> None:
    project = Project(tmp_path, "ui/en.json", "locales/en.json")
    project.write("crowdin.yml", "files:\n  - source: /ui/en.json\n    translation: /ui/%locale%.json\n")
    assert project.lines() == ["ui/en.json (en) -> ui/[locale].json"]
    assert project.lines(known=known_of(project.found())) == project.lines()


def test_a_configuration_of_a_library_leaves_other_files_to_conventions(tmp_path: Path) -> None:
    project = Project(tmp_path, "lib/l10n/app_en.arb", "android/res/values/strings.xml")
    project.write("l10n.yaml", "")
    assert project.found().how == "l10n.yaml, conventions"
    assert len(project.found().resources) == 2


def test_a_script_is_never_run(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("lingui.config.js", "require('fs').writeFileSync('ran', ''); throw new Error()")
    assert project.found().resources == ()
    assert not (tmp_path / "ran").exists()


def test_languages_that_crowdin_maps_are_found_by_the_names_they_are_given(tmp_path: Path) -> None:
    project = Project(tmp_path, "ui/en.json", "ui/chs.json")
    project.write(
        "crowdin.yml",
        "files:\n  - source: /ui/en.json\n    translation: /ui/%locale%.json\n"
        "    languages_mapping:\n      locale:\n        zh-CN: chs\n",
    )
    resource = project.only()
    assert resource.place("zh").path == "ui/chs.json"
    assert resource.place("de").path == "ui/de-DE.json"
    assert project.only(known=known_of(project.found())) == resource


def test_a_word_of_crowdin_that_is_not_known_is_told(tmp_path: Path) -> None:
    project = Project(tmp_path, "ui/en.json")
    project.write("crowdin.yml", "files:\n  - source: /ui/en.json\n    translation: /ui/%language%.json\n")
    assert "%language%" in project.found().skipped[0][1]


def test_languages_that_transifex_maps_are_found_by_the_names_they_are_given(tmp_path: Path) -> None:
    project = Project(tmp_path, "loc/app.pot", "loc/cs_custom.po")
    project.write(
        ".tx/config",
        "[main]\nlang_map = cs: cs_custom\n[p.r]\nfile_filter = loc/<lang>.po\nsource_file = loc/app.pot\n",
    )
    assert project.only().place("cs").path == "loc/cs_custom.po"


def test_a_source_that_lies_elsewhere_says_its_language_by_its_own_path(tmp_path: Path) -> None:
    project = Project(tmp_path, "App/en.lproj/A.strings", "tr/en.lproj/A.strings", "tr/de.lproj/A.strings")
    project.write(
        "crowdin.yml",
        "files:\n  - source: App/en.lproj/A.strings\n    translation: tr/%osx_code%/%original_file_name%\n",
    )
    resource = project.only()
    assert (resource.source, resource.source_lang) == ("App/en.lproj/A.strings", "en")
    assert resource.place("de").path == "tr/de.lproj/A.strings"


def test_a_configuration_about_which_something_is_asked_is_still_believed(tmp_path: Path) -> None:
    project = Project(tmp_path, "values/a.xml", "values-en/a.xml", "locales/en.json")
    project.write("crowdin.yml", "files:\n  - source: values/a.xml\n    translation: values-%android_code%/a.xml\n")
    found = project.found()
    assert (found.resources, len(found.questions)) == ((), 1)
