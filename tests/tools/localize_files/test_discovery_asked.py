"""What the user names: a path, patterns of files, the language of the source, and what was settled before."""

from dataclasses import replace
from pathlib import Path

import pytest

from fakes_projects import Project, known_of
from qwen_localize_tools.localize_files.discovery import Known, root_of

WEB = ("locales/en/a.json", "locales/de/a.json", "locales/en/b.json", "res/values/strings.xml")
FILES = {
    "texts/[locale]/*.json": (
        ["texts/en/a.json", "texts/de/a.json", "texts/en/b.json"],
        ["texts/en/a.json (en) -> texts/[locale]/a.json", "texts/en/b.json (en) -> texts/[locale]/b.json"],
    ),
    "texts/[locale]/**/*.json, ui-[locale].yml": (
        ["texts/en/x/y/a.json", "texts/en/b.json", "ui-en.yml"],
        [
            "texts/en/b.json (en) -> texts/[locale]/b.json",
            "texts/en/x/y/a.json (en) -> texts/[locale]/x/y/a.json",
            "ui-en.yml (en) -> ui-[locale].yml",
        ],
    ),
    "a/[locale]/x-[locale].json": (
        ["a/en/x-en.json", "a/en/x-de.json"],
        ["a/en/x-en.json (en) -> a/[locale]/x-[locale].json"],
    ),
    "**/values-[locale]/strings.xml": (
        ["m/res/values/strings.xml", "n/res/values/strings.xml", "n/res/values-de/strings.xml"],
        [
            "m/res/values/strings.xml (en) -> m/res/values-[locale]/strings.xml",
            "n/res/values/strings.xml (en) -> n/res/values-[locale]/strings.xml",
        ],
    ),
    "docs/[locale]/**/*.md": (
        ["docs/a.md", "docs/x/b.md", "docs/de/a.md"],
        ["docs/a.md (en) -> docs/[locale]/a.md", "docs/x/b.md (en) -> docs/[locale]/x/b.md"],
    ),
    "loc/[locale]/*.json": (["loc/index.json", "loc/en/a.json"], ["loc/en/a.json (en) -> loc/[locale]/a.json"]),
    "App/[locale].lproj/*.strings": (
        ["App/Base.lproj/Main.strings"],
        ["App/Base.lproj/Main.strings (en) -> App/[locale].lproj/Main.strings"],
    ),
    "guide.md": (["guide.md"], ["guide.md (en) -> guide.[locale].md"]),
    "talks/*.srt": (
        ["talks/a.srt", "talks/b.srt"],
        ["talks/a.srt (en) -> talks/a.[locale].srt", "talks/b.srt (en) -> talks/b.[locale].srt"],
    ),
    "talk.en.srt": (["talk.en.srt"], ["talk.en.srt (en) -> talk.[locale].srt"]),
    "build/[locale].json": (["build/en.json"], ["build/en.json (en) -> build/[locale].json"]),
    "[locale]/app/[slug].json": (["en/app/[slug].json"], ["en/app/[slug].json (en) -> [locale]/app/[slug].json"]),
    "nothing/[locale].json": (["texts/en.json"], []),
}


@pytest.mark.parametrize("files", FILES)
def test_files_say_where_everything_lies(files: str, tmp_path: Path) -> None:
    paths, lines = FILES[files]
    project = Project(tmp_path, *paths, "locales/en.json")
    assert project.lines(files=files) == lines
    assert project.found(files=files).how == ("files" if lines else "")


def test_files_that_match_nothing_or_lead_out_are_told(tmp_path: Path) -> None:
    found = Project(tmp_path, "locales/en.json").found(files="x/[locale].json, ../[locale].json")
    assert [path for path, _ in found.skipped] == ["x/[locale].json", "../[locale].json"]
    assert not found.resources


def test_a_table_of_all_languages_is_one_resource(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("texts/ui.csv", "key,de,en,pt_BR\na,b,c,d\n")
    resource = project.only(files="texts/*.csv")
    assert (resource.source_lang, resource.source, resource.pattern) == ("en", "texts/ui.csv", "texts/ui.csv")
    assert resource.place("pt").locale == "pt_BR"
    assert set(resource.targets) == {"de", "pt_BR"}


def test_a_table_is_found_if_its_first_line_names_languages(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("strings.csv", "key;en;de\n")
    project.write("data/locales.csv", "town,country\n")
    assert project.lines() == ["strings.csv (en) -> strings.csv"]


def test_a_string_catalog_says_its_languages(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write(
        "App/A.xcstrings",
        '{"sourceLanguage" : "de", "strings" : {"a" : {"localizations" : {"en" : {}, "zh-Hans" : {}}}}}',
    )
    resource = project.only()
    assert (resource.source_lang, set(resource.targets)) == ("de", {"en", "zh-Hans"})


@pytest.mark.parametrize(
    ("path", "sources"),
    [
        ("", ["locales/en/a.json", "locales/en/b.json", "res/values/strings.xml"]),
        ("res", ["res/values/strings.xml"]),
        ("locales/en/b.json", ["locales/en/b.json"]),
        ("locales/de/a.json", ["locales/en/a.json"]),
        ("locales/de", ["locales/en/a.json"]),
        ("locales/fr", []),
    ],
)
def test_only_what_has_a_file_under_the_path_counts(path: str, sources: list[str], tmp_path: Path) -> None:
    assert [one.source for one in Project(tmp_path, *WEB).found(path).resources] == sources


@pytest.mark.parametrize(
    ("path", "others", "line"),
    [
        ("README.md", [], "README.md (en) -> README.[locale].md"),
        ("README.md", ["README.de.md"], "README.md (en) -> README.[locale].md"),
        ("README.de.md", ["README.md"], "README.md (en) -> README.[locale].md"),
        ("talk.srt", [], "talk.srt (en) -> talk.[locale].srt"),
        ("talk.en.srt", ["talk.de.srt"], "talk.en.srt (en) -> talk.[locale].srt"),
        ("talk.de.srt", [], "talk.de.srt (de) -> talk.[locale].srt"),
        ("docs/en/a.md", [], "docs/en/a.md (en) -> docs/[locale]/a.md"),
        ("my/app/a.md", [], "my/app/a.md (en) -> my/app/a.[locale].md"),
        ("build/a.json", [], "build/a.json (en) -> build/a.[locale].json"),
        (".hidden/a.json", [], ".hidden/a.json (en) -> .hidden/a.[locale].json"),
    ],
)
def test_a_file_that_is_named_is_a_source_wherever_it_lies(
    path: str, others: list[str], line: str, tmp_path: Path
) -> None:
    assert Project(tmp_path, path, *others).lines(path) == [line]


def test_documents_and_subtitles_are_left_alone_unless_they_are_named(tmp_path: Path) -> None:
    assert not Project(tmp_path, "README.md", "README.de.md", "talk.srt", "docs/en/a.md", "a.en.vtt").lines()


def test_which_language_is_the_source_is_asked_where_nothing_says_it(tmp_path: Path) -> None:
    project = Project(tmp_path, "locales/de/a.json", "locales/fr/a.json", "locales/de/b.json", "locales/fr/b.json")
    found = project.found()
    assert found.questions == ("Which language is the source in locales/: de or fr? Pass source_lang.",)
    assert not found.resources
    assert [one.source for one in project.found(source_lang="fr").resources] == [
        "locales/fr/a.json",
        "locales/fr/b.json",
    ]


def test_a_file_without_a_language_is_asked_about_if_there_is_english_too(tmp_path: Path) -> None:
    project = Project(tmp_path, "res/values/strings.xml", "res/values-en/strings.xml")
    assert project.found().questions == (
        "Which language is res/values/strings.xml in? There is res/values-en/strings.xml too. Pass source_lang.",
    )
    assert project.only(source_lang="de").source == "res/values/strings.xml"
    assert project.only(source_lang="de").place("en").exists


def test_british_english_is_a_translation_of_what_has_no_language(tmp_path: Path) -> None:
    resource = Project(tmp_path, "res/values/strings.xml", "res/values-en-rGB/strings.xml").only()
    assert (resource.source_lang, list(resource.targets)) == ("en", ["en-rGB"])


def test_the_only_language_is_the_source(tmp_path: Path) -> None:
    assert Project(tmp_path, "locales/ru.json").lines() == ["locales/ru.json (ru) -> locales/[locale].json"]


def test_a_translation_that_has_no_source_is_told(tmp_path: Path) -> None:
    found = Project(tmp_path, "locales/en/a.json", "locales/de/old.json").found()
    assert found.skipped == (("locales/[locale]/old.json", "there is none in the source language (en)"),)
    assert len(found.resources) == 1


def test_a_translation_that_has_no_source_is_no_source_later_either(tmp_path: Path) -> None:
    project = Project(tmp_path, *(f"locales/{path}.json" for path in ("en/a", "de/a", "de/old", "fr/old")))
    found = project.found()
    assert project.found(known=known_of(found)) == replace(found, how="the lock file")


def test_the_source_language_may_be_given_by_its_name(tmp_path: Path) -> None:
    assert Project(tmp_path, "locales/ru.json", "locales/de.json").only(source_lang="Russian").source_lang == "ru"


def test_british_english_is_no_template_of_gettext(tmp_path: Path) -> None:
    resource = Project(tmp_path, "po/app.pot", "po/en_GB.po", "po/de.po").only()
    assert (resource.source, resource.source_lang, set(resource.targets)) == ("po/app.pot", "en", {"en_GB", "de"})


def test_a_word_at_the_end_of_a_name_is_no_language_by_itself(tmp_path: Path) -> None:
    assert not Project(tmp_path, "i18n/sign-in.json").lines()
    assert Project(tmp_path, "i18n/sign-en.json", "i18n/sign-in.json").only().place("id").exists


def test_an_abbreviation_in_capitals_is_no_language(tmp_path: Path) -> None:
    assert not Project(tmp_path, "lib/SR.resx").lines()


def test_what_was_settled_before_wins_and_new_files_are_found_beside_it(tmp_path: Path) -> None:
    project = Project(tmp_path, "locales/de/a.json", "locales/en/a.json", "ui/x.json", "res/values/strings.xml")
    known = [
        Known("locales/de/a.json", "de", "locales/[locale]/a.json"),
        Known("ui/x.json", "fr", "ui/[locale]-x.json"),
        Known("gone.json", "en", "[locale]/gone.json"),
    ]
    found = project.found(known=known)
    assert [(one.source, one.source_lang, one.pattern) for one in found.resources] == [
        ("locales/de/a.json", "de", "locales/[locale]/a.json"),
        ("res/values/strings.xml", "en", "res/values-[locale]/strings.xml"),
        ("ui/x.json", "fr", "ui/[locale]-x.json"),
    ]
    assert (found.how, found.skipped) == ("the lock file, conventions", ())


def test_what_was_settled_before_is_not_asked_again(tmp_path: Path) -> None:
    project = Project(tmp_path, "locales/de.json", "locales/fr.json")
    assert project.found(known=[Known("locales/fr.json", "fr", "locales/[locale].json")]).questions == ()


def test_the_root_is_the_nearest_folder_with_a_lock_or_else_a_repository(tmp_path: Path) -> None:
    project = Project(
        tmp_path, "a/.git/HEAD", "a/b/.qwen-localize.lock", "a/b/c/.git/HEAD", "a/b/c/en.json", "a/x/y.json"
    )
    assert root_of(project.root / "a/b/c/en.json", [tmp_path]) == tmp_path / "a/b"
    assert root_of(project.root / "a/x", [tmp_path]) == tmp_path / "a"
    assert root_of(project.root / "a/x/y.json", [tmp_path / "a/x"]) == tmp_path / "a/x"


def test_a_file_of_one_language_is_no_source_where_others_have_an_english_one(tmp_path: Path) -> None:
    found = Project(tmp_path, "App/en.lproj/Main.strings", "Kit/hy.lproj/Launch.strings").found()
    assert [one.source for one in found.resources] == ["App/en.lproj/Main.strings"]
    assert found.skipped == (("Kit/hy.lproj/Launch.strings", "it is a translation of what is not there"),)


def test_american_english_beside_a_file_without_a_language_is_a_variety_of_it(tmp_path: Path) -> None:
    assert Project(tmp_path, "res/values/arrays.xml", "res/values-en-rUS/arrays.xml").only().source_lang == "en"


def test_what_is_not_written_in_latin_letters_is_not_taken_for_english(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("README.md", "# Заголовок\n\nТекст для `read_file`.")
    assert project.found("README.md").questions == ("Which language is README.md in? Pass source_lang.",)
    assert project.only("README.md", source_lang="ru").source_lang == "ru"


def test_gettext_files_that_english_lacks_are_told(tmp_path: Path) -> None:
    project = Project(
        tmp_path, *(f"loc/{path}.po" for path in ("en/LC_MESSAGES/a", "de/LC_MESSAGES/a", "de/LC_MESSAGES/b"))
    )
    found = project.found()
    assert [one.source for one in found.resources] == ["loc/en/LC_MESSAGES/a.po"]
    assert found.skipped == (("loc/[locale]/LC_MESSAGES/b.po", "there is none in the source language (en)"),)


def test_a_path_out_of_the_root_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="subpath"):
        Project(tmp_path / "a", "en.json").found("../b")
