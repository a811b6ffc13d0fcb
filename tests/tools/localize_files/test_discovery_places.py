"""Where a translation lies: what is there wins, and what is new is spelled as the project spells its locales."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes_projects import FORMATS
from qwen_localize_tools._shared.languages import table
from qwen_localize_tools.localize_files.discovery import MARK, Chinese, Resource, Spelling, Style
from qwen_localize_tools.localize_files.discovery.patterns import beside, in_folder, in_name
from qwen_localize_tools.localize_files.discovery.styles import guessed, usual


def resource(pattern: str, *locales: str) -> Resource:
    targets = {locale: pattern.replace("[locale]", locale) for locale in locales}
    return Resource(FORMATS[0], "en", "", pattern, guessed(locales, usual(pattern)), targets)


@pytest.mark.parametrize(
    ("asked", "locales", "locale"),
    [
        ("he", "de iw", "iw"),
        ("id", "in", "in"),
        ("ru", "ru-RU de-DE", "ru-RU"),
        ("pt", "pt-BR pt-PT", "pt-BR"),
        ("pt", "pt pt-BR pt-PT", "pt"),
        ("pt-BR", "pt-PT pt_BR", "pt_BR"),
        ("pt-BR", "pt pt-BR", "pt-BR"),
        ("pt-BR", "pt pt-PT", "pt"),
        ("zh", "zh-TW zh-Hans", "zh-Hans"),
        ("zh", "zh zh-Hans", "zh-Hans"),
        ("zh-TW", "zh zh-Hans", "zh"),
        ("zh", "zh zh-Hans zh-Hant", "zh"),
        ("zh", "zh-TW zh-CN", "zh-CN"),
        ("zh", "zh-rTW zh-rCN", "zh-rCN"),
        ("zh_tw", "zh-rTW zh-rCN", "zh-rTW"),
        ("zh-Hant", "zh-HK zh_TW", "zh_TW"),
        ("zh-HK", "zh-TW zh-HK", "zh-HK"),
        ("sr", "sr-Latn sr", "sr"),
        ("sr-Latn", "sr b+sr+Latn", "b+sr+Latn"),
        ("sr-Latn", "sr sr@latin", "sr@latin"),
        ("ar", "ar-SA de-DE", "ar-SA"),
        ("nb", "no da", "no"),
        ("fil", "tl", "tl"),
        ("ja", "jp cn", "jp"),
        ("fr", "French German", "French"),
        ("ru", "ru_RU.UTF-8", "ru_RU.UTF-8"),
    ],
)
def test_what_is_there_wins(asked: str, locales: str, locale: str) -> None:
    place = resource("x-[locale].json", *locales.split()).place(asked)
    assert (place.locale, place.path, place.exists) == (locale, f"x-{locale}.json", True)


@pytest.mark.parametrize(
    ("asked", "locales"),
    [
        ("zh", "zh-TW zh-HK zh-Hant"),
        ("pt-BR", "pt-PT"),
        ("pt-PT", "pt pt-BR"),
        ("pt", "pt-PT"),
        ("de-AT", "de"),
        ("es", "es-419 es-MX"),
        ("sr", "sr-Latn"),
        ("en", "en-GB"),
        ("ca", "ca-valencia ca_ES@valencia"),
        ("yue", "zh-HK"),
    ],
)
def test_another_variety_is_not_taken_for_the_one_that_is_asked_for(asked: str, locales: str) -> None:
    assert not resource("x-[locale].json", *locales.split()).place(asked).exists


@pytest.mark.parametrize(
    ("pattern", "locales", "asked", "locale"),
    [
        ("locales/[locale].json", "fr", "pt-BR", "pt-BR"),
        ("locales/[locale].json", "fr_CA", "pt-BR", "pt_BR"),
        ("locales/[locale].json", "fr-ca", "pt-BR", "pt-br"),
        ("locales/[locale].json", "fr_ca", "pt-BR", "pt_br"),
        ("locales/[locale].json", "en-US zh-CN", "de", "de-DE"),
        ("locales/[locale].json", "en-US fr", "de", "de"),
        ("locales/[locale].json", "en", "zh", "zh"),
        ("locales/[locale].json", "en zh-Hant", "zh", "zh-Hans"),
        ("locales/[locale].json", "en zh-TW", "zh", "zh-CN"),
        ("locales/[locale].json", "en", "zh_tw", "zh-TW"),
        ("res/values-[locale]/strings.xml", "", "pt-BR", "pt-rBR"),
        ("res/values-[locale]/strings.xml", "", "zh", "zh-rCN"),
        ("res/values-[locale]/strings.xml", "", "zh-Hant", "zh-rTW"),
        ("res/values-[locale]/strings.xml", "", "sr-Latn", "b+sr+Latn"),
        ("res/values-[locale]/strings.xml", "", "es-419", "b+es+419"),
        ("res/values-[locale]/strings.xml", "", "he", "iw"),
        ("App/[locale].lproj/Localizable.strings", "", "zh", "zh-Hans"),
        ("App/[locale].lproj/Localizable.strings", "", "zh_tw", "zh-Hant"),
        ("locale/[locale]/LC_MESSAGES/app.po", "", "zh", "zh_CN"),
        ("locale/[locale]/LC_MESSAGES/django.po", "", "zh", "zh_Hans"),
        ("languages/shop-[locale].po", "", "de", "de_DE"),
        ("_locales/[locale]/messages.json", "", "zh", "zh_CN"),
        ("_locales/[locale]/messages.json", "", "pt", "pt_BR"),
        ("package.nls.[locale].json", "", "zh", "zh-cn"),
        ("lib/l10n/app_[locale].arb", "", "zh", "zh"),
        ("lib/l10n/app_[locale].arb", "", "pt-BR", "pt_BR"),
        ("messages_[locale].properties", "", "zh", "zh_CN"),
    ],
)
def test_a_new_locale_is_spelled_as_its_neighbours_or_as_usual(
    pattern: str, locales: str, asked: str, locale: str
) -> None:
    place = resource(pattern, *locales.split()).place(asked)
    assert (place.locale, place.path, place.exists) == (locale, pattern.replace("[locale]", locale), False)


def test_a_name_that_the_project_gives_a_language_is_used() -> None:
    style = Style(Spelling.POSIX, names={"zh-CN": "chs"})
    assert Resource(FORMATS[0], "en", "en.json", "[locale].json", style).place("zh").path == "chs.json"
    there = Resource(FORMATS[0], "en", "en.json", "[locale].json", style, {"chs": "chs.json", "zh": "zh.json"})
    assert there.place("zh").path == "chs.json"


def test_one_file_of_all_languages_is_the_place_of_each() -> None:
    together = Resource(FORMATS[2], "en", "a.xcstrings", "a.xcstrings", usual("a.xcstrings"), {"de": "a.xcstrings"})
    place = together.place("zh")
    assert (place.locale, place.path, place.exists) == ("zh-Hans", "a.xcstrings", True)


@pytest.mark.parametrize("spelling", Spelling)
@pytest.mark.parametrize("chinese", Chinese)
@pytest.mark.parametrize("regions", [False, True])
def test_a_new_locale_is_found_again_by_the_language_it_was_asked_as(
    spelling: Spelling, chinese: Chinese, regions: bool
) -> None:
    style = Style(spelling, regions, chinese)
    for lang in (
        *(row.code for row in table("qwen-mt")),
        "zh-HK",
        "es-419",
        "sr-Latn",
        "pt-PT",
        "de-AT",
        "ca-valencia",
    ):
        locale = style.spelled(lang)
        neighbours = {name: name for name in (locale, "zh-Hant-MO", "es-MX", "pt-AO", "de-CH", "sr-Latn-ME", "en-GB")}
        assert Resource(FORMATS[0], "en", "", "[locale]", style, neighbours).place(lang).path == locale


@given(st.text(max_size=12))
def test_any_name_of_a_file_can_be_looked_at(name: str) -> None:
    in_name(name)
    in_folder(name)
    assert beside(name).count(MARK) == 1 + name.count(MARK)
    resource("[locale].json", name).place("ru")
