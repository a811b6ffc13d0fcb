"""Tables with a column for each language."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_localize_tools.localize_files.formats import Direction, UnreadableError
from qwen_localize_tools.localize_files.formats.csv_files import CSV


def written(text: str, target: str, **texts: str) -> str:
    return CSV.write(text, {key: {"": one} for key, one in texts.items()}, Direction("en", target), text)


@given(
    text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1),
    sign=st.sampled_from(",;\t"),
)
def test_an_independent_reader_reads_the_same_text(text: str, sign: str) -> None:
    table = "key,en,de\na,A,\nb,B\n".replace(",", sign)
    found = list(csv.reader(io.StringIO(written(table, "de", a=text, b=text), newline=""), delimiter=sign))
    assert found == [["key", "en", "de"], ["a", "A", text], ["b", "B", text]]


@pytest.mark.parametrize(
    ("heading", "target"),
    [("ru", "ru"), ("ru-RU", "ru"), ("Russian", "ru"), ("RU", "ru"), ("Russian (ru)", "ru"), ("ru", "ru-RU"),
     ("zh_CN", "zh-Hans"), ("pt_BR", "pt-BR"), ("pt", "pt-BR")],
)  # fmt: skip
def test_a_language_is_found_however_its_column_is_called(heading: str, target: str) -> None:
    assert written(f"key,en,{heading}\na,A,\n", target, a="x") == f"key,en,{heading}\na,A,x\n"


def test_the_portuguese_of_another_country_gets_a_column_of_its_own() -> None:
    assert written("key,en,pt_BR\na,A,x\n", "pt-PT", a="y") == "key,en,pt_BR,pt_PT\na,A,x,y\n"


def test_a_new_column_is_called_as_the_others_are_and_short_rows_are_filled() -> None:
    table = "Key;Notes;English\r\na;n;A\r\n\r\nb;n\r\nc;n;C;more\r\n"
    assert written(table, "ru", a="x;y", c="z") == (
        'Key;Notes;English;Russian\r\na;n;A;"x;y"\r\n\r\nb;n;;\r\nc;n;C;z;more\r\n'
    )


def test_a_cell_is_quoted_if_it_was_or_its_source_is_without_need() -> None:
    table = 'key,en,de\n"a","A",\nb,B,"x"\nc,"C, c",\nd,D,x\n'
    assert written(table, "de", a="1", b="2", c="3", d="4") == ('key,en,de\n"a","A","1"\nb,B,"2"\nc,"C, c",3\nd,D,4\n')


def test_notes_and_limits_have_their_columns() -> None:
    (unit,) = CSV.read("key,Id,Comments,Max length,en\na,7,Say it,12,A\nb,8,,,\n", Direction("en", "de"))
    assert (unit.key, unit.context, unit.most, unit.source, unit.forms) == ("a", "Say it", 12, {"": "A"}, {})


@pytest.mark.parametrize(
    ("head", "ours"),
    [("key,en", True), ("id,de,en", True), ("key;German;English", True), ("keys\ten\tpt_BR", True), (",en,ru", True),
     ('"key","en"', True), ("name,age,country", False), ("key,no_of_items,is_html", False), ("target,cat,id,ls", False),
     ("en,de", False), ("", False), ('key,"en', False)],
)  # fmt: skip
def test_only_a_table_with_keys_and_languages_is_one_of_ours(head: str, ours: bool) -> None:
    assert CSV.recognizes(f"{head}\n1,2,3\n") is ours


def test_a_table_without_the_source_language_is_refused() -> None:
    with pytest.raises(UnreadableError, match="no column for the source language, en"):
        CSV.read("key,de,fr\na,b,c\n", Direction("en", "de"))
