"""The gates on messages that choose between branches."""

import pytest

from qwen_localize_tools._shared.gates import findings


def hard(source: str, translation: str, lang: str = "ru") -> set[str]:
    return {finding.check for finding in findings(source, translation, "en", lang) if finding.hard}


PLURAL = "{n, plural, =0 {No mugs} one {# mug for {who}} other {# mugs for {who}}} left"


@pytest.mark.parametrize(
    ("translation", "lang", "found"),
    [
        (
            "{n, plural, =0 {Нет} one {# кружка для {who}} few {# кружки для {who}} other {# кружек для {who}}}",
            "ru",
            False,
        ),
        ("Осталось {n, plural, =0 {нисколько} =1 {кружка для {who}} other {{n} кружек для {who}}}", "ru", False),
        ("{who}のマグカップ{n, plural, =0 {なし} other {残り#個}}", "ja", False),
        ("{n, plural, =0 {Ничего} one {У {who} # кружка} other {У {who} # кружек}}", "ru", False),
        ("{n, plural, =0 {Ничего} other {# кружек для {who}}}", "ru", True),
        ("{n, plural, one {# кружка для {who}} other {# кружек для {who}}}", "ru", True),
        ("{n, plural, =0 {Ничего} one {# кружка для {who}}}", "ru", True),
        (
            "{n, plural, =0 {Ничего} one {# кружка для {who}} другое {# кружек для {who}} other {# для {who}}}",
            "ru",
            True,
        ),
        ("{n, множ, =0 {Ничего} one {# кружка для {who}} other {# кружек для {who}}}", "ru", True),
        ("{n, select, =0 {Ничего} one {# кружка для {who}} other {# кружек для {who}}}", "ru", True),
        ("{к, plural, =0 {Ничего} one {# кружка для {who}} other {# кружек для {who}}}", "ru", True),
        ("{n, plural, =0 {Ничего} one {# кружка для {who}} other {# кружек для {кого}}}", "ru", True),
        ("{n, plural, =0 {Ничего} one {# кружка для {who}} other {кружек для {who}}}", "ru", True),
        ("{n, plural, =0 {Ничего} one {# кружка для {who}} other {# кружек для '{who}'}}", "ru", True),
        ("{n, plural, =0 {Ничего} one {# кружка для {who}} other {# кружек для {who}}", "ru", True),
        ("{n，plural，=0 {Ничего} one {# кружка для {who}} other {# кружек для {who}}}", "ru", True),
        ("{n, plural, offset:1 =0 {Ничего} one {# кружка для {who}} other {# кружек для {who}}}", "ru", True),
        ("Осталось кружек для {who}: {n}", "ru", True),
    ],
)
def test_messages_are_compared_as_their_readers_see_them(translation: str, lang: str, found: bool) -> None:
    assert ("icu" in hard(PLURAL, translation, lang)) is found


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("{g, select, male {his} other {their}} mug", "{g, select, муж {его} other {их}} кружка"),
        ("{g, select, male {his} other {their}} mug", "{g, select, other {их}} кружка"),
        ("{g, select, male {his} other {their}} mug", "их кружка"),
        ("{g, select, male {{n, number, percent}} other {no}}", "{g, select, male {{n, number}} other {нет}}"),
        ("{g, select, male {<b>his</b>} other {no}} mug", "{g, select, male {<b>его} other {нет}} кружка"),
    ],
)
def test_every_branch_is_looked_at(source: str, translation: str) -> None:
    assert hard(source, translation) & {"icu", "tag"}


@pytest.mark.parametrize(
    ("source", "translation", "lang", "found"),
    [
        ("One mug|{count} mugs", "{count} кружка|{count} кружки|{count} кружек", "ru", set[str]()),
        ("One mug|{count} mugs", "Одна кружка|{count} кружки|{count} кружек", "ru", set[str]()),
        ("One mug|{count} mugs", "マグカップ{count}個", "ja", set[str]()),
        ("One mug|{count} mugs", "En skodelica|Dve skodelici|{count} skodelice|{count} skodelic", "sl", set[str]()),
        ("Has {n} mug.|Has {n} mugs.", "Mit {n} Tasse.|Mit {n} Tassen.", "de", set[str]()),
        ("{0} no mugs|{1} a mug|[2,*] :count mugs", "{0} keine|{1} eine Tasse|[2,*] :count Tassen", "de", set[str]()),
        ("no mugs | one mug | {count} mugs", "keine | eine Tasse | {count} Tassen", "de", set[str]()),
        ("One mug|{count} mugs", "Одна кружка|кружки|{count} кружек", "ru", {"placeholder"}),
        ("One mug|{count} mugs", "Одна кружка|{count} кружки|{число} кружек", "ru", {"placeholder"}),
        ("One mug|{count} mugs", "マグカップ", "ja", {"placeholder"}),
        ("{title} | {site}", "{site}", "ru", {"placeholder"}),
        ("One mug|{count} mugs", "Одна\ufffd кружка|{count} кружки", "ru", {"control"}),
    ],
)
def test_forms_divided_by_bars_are_compared_one_by_one(
    source: str, translation: str, lang: str, found: set[str]
) -> None:
    assert hard(source, translation, lang) == found


def test_a_plural_may_say_its_number_where_its_source_does_not() -> None:
    source = "Delete {n, plural, one {the mug} other {mugs}}"
    assert hard(source, "Удалить {n, plural, one {{n} кружку} few {# кружки} other {# кружек}}") == set()
    assert hard(source, "Удалить {n, plural, one {{m} кружку} other {# кружек}}") == {"icu"}


def test_a_message_with_thousands_of_branches_is_not_vouched_for() -> None:
    branches = " ".join(f"a{number} {{mug {{name}}}}" for number in range(3000))
    assert hard(f"{{g, select, {branches} other {{mug}}}}", f"{{g, select, {branches} other {{mug}}}}") >= {"icu"}
