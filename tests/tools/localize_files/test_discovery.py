"""Localization files that lie where they usually do."""

from pathlib import Path

import pytest

from fakes_projects import Project, known_of
from qwen_localize_tools.localize_files.discovery import discover

CONVENTIONS = {
    "Android": (
        ["app/src/main/res/values/strings.xml", "app/src/main/res/values-de/strings.xml"],
        "app/src/main/res/values/strings.xml (en) -> app/src/main/res/values-[locale]/strings.xml",
    ),
    "Apple with Base": (
        ["App/Base.lproj/Main.strings", "App/de.lproj/Main.strings"],
        "App/Base.lproj/Main.strings (en) -> App/[locale].lproj/Main.strings",
    ),
    "Apple with English beside Base": (
        ["App/Base.lproj/Main.strings", "App/en.lproj/Main.strings"],
        "App/en.lproj/Main.strings (en) -> App/[locale].lproj/Main.strings",
    ),
    "Apple's plurals": (
        ["en.lproj/Localizable.stringsdict"],
        "en.lproj/Localizable.stringsdict (en) -> [locale].lproj/Localizable.stringsdict",
    ),
    "gettext with a template": (
        ["app/locale/django.pot", "app/locale/de/LC_MESSAGES/django.po"],
        "app/locale/django.pot (en) -> app/locale/[locale]/LC_MESSAGES/django.po",
    ),
    "gettext with an English file": (
        ["locale/en/LC_MESSAGES/django.po", "locale/de/LC_MESSAGES/django.po"],
        "locale/en/LC_MESSAGES/django.po (en) -> locale/[locale]/LC_MESSAGES/django.po",
    ),
    "gettext without either": (
        ["locale/pl/LC_MESSAGES/app.po", "locale/de/LC_MESSAGES/app.po"],
        " (en) -> locale/[locale]/LC_MESSAGES/app.po",
    ),
    "gettext as GNU has it": (["po/gimp.pot", "po/de.po"], "po/gimp.pot (en) -> po/[locale].po"),
    "a template alone": (["locale/app.pot"], "locale/app.pot (en) -> locale/[locale]/LC_MESSAGES/app.po"),
    "a template for another layout": (["locale/app.pot", "locale/de.po"], "locale/app.pot (en) -> locale/[locale].po"),
    "WordPress": (
        ["languages/shop.pot", "languages/shop-de_DE.po"],
        "languages/shop.pot (en) -> languages/shop-[locale].po",
    ),
    "one JSON for each language": (
        ["locales/en.json", "locales/de.json", "locales/index.json"],
        "locales/en.json (en) -> locales/[locale].json",
    ),
    "i18next": (
        ["public/locales/en/common.json", "public/locales/de/common.json"],
        "public/locales/en/common.json (en) -> public/locales/[locale]/common.json",
    ),
    "vue-i18n": (
        ["src/i18n/en-US.json", "src/i18n/zh-CN.json"],
        "src/i18n/en-US.json (en-US) -> src/i18n/[locale].json",
    ),
    "Laravel in JSON": (["lang/en.json"], "lang/en.json (en) -> lang/[locale].json"),
    "Laravel in PHP": (
        ["lang/en/auth.php", "lang/de/auth.php"],
        "lang/en/auth.php (en) -> lang/[locale]/auth.php",
    ),
    "next-intl": (["messages/en.json"], "messages/en.json (en) -> messages/[locale].json"),
    "a browser's extension": (
        ["_locales/en/messages.json", "_locales/pt_BR/messages.json"],
        "_locales/en/messages.json (en) -> _locales/[locale]/messages.json",
    ),
    "Docusaurus": (["i18n/en/code.json"], "i18n/en/code.json (en) -> i18n/[locale]/code.json"),
    "Rails": (
        ["config/locales/en.yml", "config/locales/de.yml"],
        "config/locales/en.yml (en) -> config/locales/[locale].yml",
    ),
    "Rails by subject": (
        ["config/locales/devise.en.yml", "config/locales/devise.de.yml"],
        "config/locales/devise.en.yml (en) -> config/locales/devise.[locale].yml",
    ),
    ".NET": (["Strings/Resources.resx"], "Strings/Resources.resx (en) -> Strings/Resources.[locale].resx"),
    ".NET with an unusual name": (
        ["Ui/Main.resx", "Ui/Main.de.resx"],
        "Ui/Main.resx (en) -> Ui/Main.[locale].resx",
    ),
    "Java": (
        ["src/messages.properties", "src/messages_de.properties"],
        "src/messages.properties (en) -> src/messages_[locale].properties",
    ),
    "an editor's extension": (["package.nls.json"], "package.nls.json (en) -> package.nls.[locale].json"),
    "Flutter": (
        ["lib/l10n/app_en.arb", "lib/l10n/app_de.arb"],
        "lib/l10n/app_en.arb (en) -> lib/l10n/app_[locale].arb",
    ),
    "a string catalog": (["App/Localizable.xcstrings"], ""),
    "Qt": (["translations/app_ru.ts", "translations/app_de.ts"], " (en) -> translations/app_[locale].ts"),
    "Angular": (
        ["src/locale/messages.xlf", "src/locale/messages.de.xlf"],
        "src/locale/messages.xlf (en) -> src/locale/messages.[locale].xlf",
    ),
    "Symfony": (
        ["translations/messages.en.yaml", "translations/messages.de.yaml"],
        "translations/messages.en.yaml (en) -> translations/messages.[locale].yaml",
    ),
    "Symfony with ICU in XLIFF": (
        ["translations/messages+intl-icu.en.xlf", "translations/messages+intl-icu.de.xlf"],
        "translations/messages+intl-icu.en.xlf (en) -> translations/messages+intl-icu.[locale].xlf",
    ),
    "Fluent": (
        ["browser/locales/en-US/browser/menu.ftl"],
        "browser/locales/en-US/browser/menu.ftl (en-US) -> browser/locales/[locale]/browser/menu.ftl",
    ),
}


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_files_are_found_where_they_usually_lie(convention: str, tmp_path: Path) -> None:
    paths, line = CONVENTIONS[convention]
    project = Project(tmp_path, *paths)
    assert project.lines() == ([line] if line else [])
    assert project.found(known=known_of(project.found())).resources == project.found().resources


REAL = {
    "app/src/main/res/values/strings.xml": '<resources><string name="a">A</string></resources>',
    "locales/en/common.json": '{"a": "A"}',
    "lib/l10n/app_en.arb": '{"@@locale": "en", "a": "A"}',
    "App/Localizable.xcstrings": '{"sourceLanguage": "en", "strings": {"a": {}}, "version": "1.0"}',
    "App/en.lproj/Localizable.strings": '"a" = "A";\n',
    "locale/app.pot": 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "A"\nmsgstr ""\n',
    "config/locales/en.yml": "en:\n  a: A\n",
    "Strings/Resources.resx": '<root><data name="a" xml:space="preserve"><value>A</value></data></root>',
    "src/messages.properties": "a=A\n",
    "package.nls.json": '{"a": "A"}',
    "strings.csv": "key,en,de\na,A,\n",
    "locales/en-US/main.ftl": "a = A\n",
    "translations/app_de.ts": '<?xml version="1.0"?><!DOCTYPE TS><TS version="2.1" language="de"></TS>',
}


@pytest.mark.parametrize("path", REAL)
def test_a_file_of_a_real_format_is_found(path: str, tmp_path: Path) -> None:
    Project(tmp_path).write(path, REAL[path])
    found = discover(tmp_path, tmp_path)
    assert [one.source or one.targets["de"] for one in found.resources] == [path]
    assert (found.questions, found.skipped) == ((), ())
