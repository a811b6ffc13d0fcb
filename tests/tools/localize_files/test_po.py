"""Gettext's files: plural forms, unfinished translations, and what gettext's own users see in a diff."""

import polib
import pytest
from babel.messages.plurals import PLURALS
from hypothesis import given
from hypothesis import strategies as st

from qwen_localize_tools.localize_files.formats import Direction, Unit, UnreadableError
from qwen_localize_tools.localize_files.formats.po import PO
from qwen_localize_tools.localize_files.formats.po_plurals import rule, samples

INTO_RUSSIAN = Direction("en", "ru")
HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def read(text: str, direction: Direction = INTO_RUSSIAN) -> dict[str, Unit]:
    return {unit.key: unit for unit in PO.read(text, direction)}


def write(text: str, key: str, **forms: str) -> str:
    named = {form.strip("_"): one for form, one in forms.items()}
    return PO.write(text, {key: named}, INTO_RUSSIAN, text)


@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_an_independent_reader_reads_the_same_text(text: str) -> None:
    # It takes a text by lines where there is no file, and by more than gettext's.
    text = " ".join(text.split())
    written = write(HEADER + 'msgid "a"\nmsgstr ""\n', "a", _=text)
    assert [entry.msgstr for entry in polib.pofile(written)] == [text]


def test_an_unfinished_translation_is_none_yet_and_its_marks_go_when_it_is_written() -> None:
    text = HEADER + '#. Note\n#, fuzzy, c-format\n#| msgid "Old %s"\nmsgid "New %s"\nmsgstr "Старый %s"\n'
    assert read(text)["New %s"].forms == {}
    assert write(text, "New %s", _="Новый %s") == (HEADER + '#. Note\n#, c-format\nmsgid "New %s"\nmsgstr "Новый %s"\n')


def test_the_flag_alone_goes_with_its_line() -> None:
    text = HEADER + '#, fuzzy\nmsgid "a"\nmsgid_plural "b"\nmsgstr[0] "x"\nmsgstr[1] "y"\n'
    assert write(text, "a", _0="z") == HEADER + 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "z"\nmsgstr[1] ""\n'


def test_a_plural_form_that_the_message_lacks_is_added_in_order() -> None:
    text = HEADER + 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "x"\nmsgstr[2] "z"'
    assert write(text, "a", _1="y", _3="w") == text.replace("msgstr[2]", 'msgstr[1] "y"\nmsgstr[2]') + (
        '\nmsgstr[3] "w"'
    )


def test_the_files_own_header_says_which_forms_there_are() -> None:
    four = "nplurals=4; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);"
    text = HEADER.replace("nplurals=2; plural=(n != 1);", four) + (
        'msgid "a"\nmsgid_plural "b"\nmsgstr[0] ""\nmsgstr[1] ""\n'
    )
    assert read(text)["a"].samples == {"0": 21, "1": 22, "2": 20, "3": 20}
    assert read(text)["a"].source == {"one": "a", "other": "b"}


@pytest.mark.parametrize(
    "hostile",
    ["nplurals=2; plural=__import__('os');", "nplurals=2; plural=n/0;", "nplurals=2; plural=n;", "nplurals=2; plural=;",
     "nplurals=99; plural=0;", "nplurals=2; plural=" + "(" * 400 + "n" + ")" * 400 + ";", "nplurals=2; plural=n n;",
     "nplurals=INTEGER; plural=EXPRESSION;", "nplurals=2; plural=" + "!" * 900 + "n;"],
)  # fmt: skip
def test_a_rule_that_is_none_says_nothing(hostile: str) -> None:
    assert set(samples(hostile)) <= {"0", "1"}
    assert not samples(hostile) or "!" in hostile or "((" in hostile


@pytest.mark.parametrize("language", ["ru", "uk", "pl", "cs", "sk", "lt", "lv", "ro", "sl", "ja", "zh", "fr", "de"])
def test_our_rules_give_each_number_the_form_that_others_give_it(language: str) -> None:
    count, theirs = PLURALS[language]
    assert samples(rule(language)) == samples(f"nplurals={count}; plural={theirs};")


def test_a_new_file_has_the_target_languages_header_and_nothing_of_the_template_is_fuzzy() -> None:
    template = (
        '# Title\n#, fuzzy\nmsgid ""\nmsgstr ""\n"Language: \\n"\n"Content-Type: text/plain; charset=CHARSET\\n"\n'
        '"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\\n"\n\n'
        'msgid "a"\nmsgid_plural "b"\nmsgstr[0] ""\nmsgstr[1] ""\n\nmsgid "c"\nmsgstr ""\n\n#~ msgid "old"\n'
    )
    made = polib.pofile(PO.create(template, {"a": {"0": "x", "1": "y", "2": "z"}}, Direction("en", "pt-BR")))
    assert made.metadata["Language"] == "pt_BR"
    assert made.metadata["Plural-Forms"] == "nplurals=2; plural=(n > 1);"
    assert made.metadata["Content-Type"] == "text/plain; charset=UTF-8"
    assert not made.metadata_is_fuzzy
    assert [(entry.msgid, entry.msgstr, entry.msgstr_plural) for entry in made] == [
        ("a", "", {0: "x", 1: "y", 2: "z"}),
        ("c", "", {}),
    ]


def test_keys_are_short_printable_and_never_the_same() -> None:
    names = ['msgid "a|b"', 'msgctxt "a"\nmsgid "b"', f'msgid "{"x" * 200}"', f'msgid "{"x" * 201}"', 'msgid " a|b"']
    keys = list(read(HEADER + "".join(f'{name}\nmsgstr ""\n\n' for name in [*names, 'msgid "a\\nb"', 'msgid "a b"'])))
    assert len(keys) == 7
    assert all(len(key) < 100 and key.isprintable() for key in keys)
    assert keys[1] == "a|b"
    assert keys[-1] == "a b"


def test_a_text_is_broken_into_lines_as_its_source_is() -> None:
    text = HEADER + 'msgid ""\n"One\\n"\n"two"\nmsgstr ""\n'
    (key,) = read(text)
    assert write(text, key, _="a\nb") == text.replace('msgstr ""\n', 'msgstr ""\n"a\\n"\n"b"\n').replace(
        'msgstr ""\n"a\\n"\n"b"\n"Con', 'msgstr ""\n"Con'
    )


def test_long_lines_are_wrapped_where_the_file_wraps() -> None:
    text = HEADER + 'msgid ""\n"some words that go "\n"on"\nmsgstr ""\n\nmsgid "a"\nmsgstr ""\n'
    written = write(text, "a", _="word " * 40)
    assert max(map(len, written.splitlines())) <= 80
    assert read(written)["a"].forms == {"": "word " * 40}


def test_another_encoding_is_refused_before_it_is_broken() -> None:
    text = HEADER.replace("UTF-8", "ISO-8859-1") + 'msgid "a"\nmsgstr ""\n'
    with pytest.raises(UnreadableError, match="ISO-8859-1"):
        write(text, "a", _="я")


def test_what_is_obsolete_is_left_alone() -> None:
    text = HEADER + 'msgid "a"\nmsgstr "x"\n\n# Note\n#, fuzzy\n#~| msgid "older"\n#~ msgid "a"\n#~ msgstr "old"\n'
    assert list(read(text)) == ["a"]
    assert write(text, "a", _="y") == text.replace('"x"', '"y"')
