"""Plural forms: what languages have, what is sent for each, and how the answers become texts again."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_localize_tools._shared.gates import icu
from qwen_localize_tools._shared.languages import table
from qwen_localize_tools.localize_files.composing import UnfitError, composed, count_in
from qwen_localize_tools.localize_files.messages import composed_message
from qwen_localize_tools.localize_files.plurals import categories, category, kind, numbers
from tools.localize_files import plural_table

Say = Callable[[str], str]


def made(text: str, target_lang: str = "ru", say: Say = lambda text: text) -> str:
    """A message whose sentences are answered by `say`."""
    node = composed_message(text, "en", target_lang)
    return node.put_together({string: say(string) for string in node.strings})


def test_the_table_is_what_cldr_says() -> None:
    assert plural_table.PATH.read_text("utf-8") == plural_table.text(), "run tests/tools/localize_files/plural_table.py"


@pytest.mark.parametrize(
    ("lang", "forms"),
    [
        ("ru", ["one", "few", "many", "other"]),
        ("pt-BR", ["one", "many", "other"]),
        ("pt_PT", ["one", "many", "other"]),
        ("ja", ["other"]),
        ("zh-Hant", ["other"]),
        ("ar", ["zero", "one", "two", "few", "many", "other"]),
        ("arz", ["zero", "one", "two", "few", "many", "other"]),
        ("iw", ["one", "two", "other"]),
        ("b+sr+Latn", ["one", "few", "other"]),
        ("war", ["one", "other"]),
    ],
)
def test_a_language_has_its_own_forms_however_it_is_spelled(lang: str, forms: list[str]) -> None:
    assert categories(lang) == forms


def test_every_language_of_the_service_has_forms_with_numbers_that_take_them() -> None:
    for language in table("qwen-mt"):
        for form in categories(language.code):
            assert {category(language.code, number) for number in numbers(language.code, form)} == {form}


def test_a_number_stands_for_the_count_that_takes_the_form() -> None:
    forms = {"one": "%d song", "other": "%d songs"}
    sent = {form: composed(forms, form, numbers("ru", form)[0], "en", "ru") for form in categories("ru")}
    assert {form: node.text for form, node in sent.items()} == {
        "one": "21 songs",
        "few": "22 songs",
        "many": "25 songs",
        "other": "1.5 songs",
    }
    assert sent["few"].put_together({"22 songs": "22 песни"}) == "%d песни"
    assert sent["other"].put_together({"1.5 songs": "1,5 песни"}) == "%d песни"


def test_a_million_may_have_its_thousands_apart() -> None:
    node = composed({"one": "%d song", "other": "%d songs"}, "many", "1000000", "en", "es")
    assert node.put_together({"1000000 songs": "1.000.000 de canciones"}) == "%d de canciones"


@pytest.mark.parametrize("answer", ["песни", "22 из 22 песен", "23 песни", "222 песни"])
def test_an_answer_without_the_number_exactly_once_is_no_text(answer: str) -> None:
    node = composed({"one": "%d song", "other": "%d songs"}, "few", "22", "en", "ru")
    with pytest.raises(UnfitError, match="22"):
        node.put_together({"22 songs": answer})


def test_a_form_for_one_number_alone_may_go_without_it() -> None:
    node = composed({"one": "%d song", "other": "%d songs"}, "two", "2", "en", "ar")
    assert node.put_together({"2 songs": "أغنيتان"}) == "أغنيتان"


def test_another_number_is_taken_where_the_first_stands_in_the_text_already() -> None:
    node = composed({"one": "%d of 22", "other": "%d of 22 songs"}, "few", "22", "en", "ru")
    assert node.text == "23 of 22 songs"


@pytest.mark.parametrize(
    ("forms", "count"),
    [
        ({"one": "%1$d song by %2$s", "other": "%1$d songs by %2$s"}, "%1$d"),
        ({"one": "One song by %s", "other": "%s songs by %s"}, ""),
        ({"one": "{n} of {total_x}", "other": "{count} of {name}"}, "{count}"),
        ({"one": "A song", "other": "{{count}} songs"}, "{{count}}"),
        ({"one": "%n file(s)", "other": "%n file(s) in %1"}, "%n"),
        ({"one": "one", "other": "many"}, ""),
    ],
)
def test_the_count_is_told_from_other_placeholders(forms: dict[str, str], count: str) -> None:
    assert count_in(forms) == count


def test_what_stands_around_a_choice_goes_into_each_branch() -> None:
    assert made("Delete {n, plural, one {# file} other {# files}} now?", "de") == (
        "{n, plural, one {Delete # file now?} other {Delete # files now?}}"
    )


def test_exact_numbers_stay_and_forms_are_those_of_the_target() -> None:
    text = "{n, plural, =0 {None} =1 {One} one {# file} other {# files}}"
    assert made(text, "ru") == (
        "{n, plural, =0 {None} =1 {One} one {# files} few {# files} many {# files} other {# files}}"
    )
    assert made(text, "ja") == "{n, plural, =0 {None} =1 {One} other {# files}}"


def test_a_choice_by_a_word_keeps_its_branches() -> None:
    text = "{who, select, female {She} male {He} other {They}} left"
    assert made(text) == "{who, select, female {She left} male {He left} other {They left}}"


def test_the_sign_of_an_outer_count_is_named_within_another_plural() -> None:
    text = "{a, plural, one {# cat} other {# cats}} and {b, plural, one {# dog} other {# dogs}}"
    inner = "{b, plural, one {1 cat and 1 dog} other {{a} cat and # dogs}}"
    assert made(text, "de").startswith(f"{{a, plural, one {{{inner}}}")


def test_a_message_with_too_many_combinations_is_refused() -> None:
    text = " ".join(f"{{{name}, plural, one {{# x}} other {{# y}}}}" for name in "abcd")
    with pytest.raises(UnfitError, match="more than 12 combinations"):
        composed_message(text, "en", "de")


def test_apostrophes_are_written_as_the_source_writes_them() -> None:
    doubled = "It''s {n, plural, one {# file} other {# files}}"
    assert made(doubled, "de") == "{n, plural, one {It''s # file} other {It''s # files}}"
    single = "Of {n, plural, one {# {kind}} other {# {kind}s}}"
    assert made(single, "de", lambda text: text.replace("{kind}", "l'{kind}")) == (
        "{n, plural, one {Of # l’{kind}} other {Of # l’{kind}s}}"
    )


def test_quoted_braces_stay_quoted() -> None:
    text = "'{'x'}' is''nt {n, plural, one {# file} other {# files}}"
    assert made(text, "de") == "{n, plural, one {'{'x'}' is''nt # file} other {'{'x'}' is''nt # files}}"


def test_how_a_message_is_laid_out_stays() -> None:
    text = "{n, plural,\n  one {# file}\n  other {# files}\n}"
    assert made(text, "de") == text


_PARTS = ("{n, plural, one {# a} other {# b}}", "{g, select, x {c} other {d}}", "{name}", "word ", "''")


@given(st.lists(st.sampled_from(_PARTS), max_size=4).map("".join), st.sampled_from(["ru", "ja", "ar", "de"]))
def test_whatever_is_put_together_can_be_read_again(text: str, lang: str) -> None:
    if not icu.is_message(text):
        return
    try:
        icu.parsed(made(text, lang))
    except UnfitError:
        return


@pytest.mark.parametrize(
    ("names", "language", "key", "expected"),
    [
        (["one", "other"], "en", "n_other", "cardinals"),
        (["one", "two", "few", "other"], "en", "place", "ordinals"),
        (["other"], "de", "n_other", "cardinals"),
        (["other"], "ru", "n", "cardinals"),
        (["other"], "de", "place_ordinal_other", "ordinals"),
        (["zero", "one", "other"], "en", "n", "cardinals"),
        ([""], "en", "n", "cardinals"),
    ],
)
def test_what_a_plural_counts_is_told_by_its_forms_and_its_key(
    names: list[str], language: str, key: str, expected: str
) -> None:
    assert kind(names, language, key) == expected


def test_a_message_of_many_plurals_is_refused_before_it_is_spread_out() -> None:
    with pytest.raises(UnfitError, match="more than 12 combinations"):
        made("{n, plural, one {# a} other {# b}}" * 20, "ar")
