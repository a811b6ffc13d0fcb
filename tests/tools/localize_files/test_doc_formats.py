import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_localize_tools.localize_files.formats import (
    Changes,
    Direction,
    Format,
    Forms,
    UnreadableError,
    format_of,
)

RUSSIAN = Direction("en", "ru")

MARKDOWN = """\
---
title: Getting started
sidebar_position: 2
---
# Install *it* ##

One paragraph
in two lines.

- [ ] First, `run`
- Second

> A quote

| Name | Value |
|------|-------|
| a \\| b | c |

```sh
echo untouched
```
"""
SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello\nthere\n\n2\n00:00:03,000 --> 00:00:04,000\n<i>Bye</i>\n"
VTT = "WEBVTT\n\nNOTE not said\n\n00:01.000 --> 00:02.000 align:start\nHello\n\n00:03.000 --> 00:04.000\n<v Bob>Bye\n"
FLUENT = """\
# Said at the top
hello = Hello, { $name }!
-brand = Firefox
    .gender = masculine
save =
    .label = Save
    .accesskey = S
mails =
    { $count ->
        [one] One mail
       *[other] { $count } mails
    }
"""
YAML = """\
en:
  # Said at the top
  hello: "Hello %{name}" # kept
  menu:
    file: 'It''s a file'
    open: Open it
    items:
      one: One item
      other: "%{count} items"
  months: [~, January]
  about: |
    First
    second
  precision: 2
"""
SAMPLES = {"ru.md": MARKDOWN, "ru.srt": SRT, "ru.vtt": VTT, "ru.ftl": FLUENT, "ru.yml": YAML}


def of(name: str) -> Format:
    found = format_of(name, SAMPLES[name])
    assert found is not None
    return found


def texts(one: Format, text: str) -> dict[str, Forms]:
    return {unit.key: dict(unit.forms) for unit in one.read(text, RUSSIAN)}


def said(name: str, text: str = "") -> dict[str, str]:
    return {key: forms[""] for key, forms in texts(of(name), text or SAMPLES[name]).items() if "" in forms}


def created(name: str, changes: Changes, text: str = "") -> str:
    return of(name).create(text or SAMPLES[name], changes, RUSSIAN)


def written(name: str, target: str, changes: Changes, text: str = "") -> str:
    return of(name).write(target, changes, RUSSIAN, text or SAMPLES[name])


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("is_cut", [False, True])
def test_a_file_without_changes_stays_as_it_is_to_the_byte(name: str, end: str, is_cut: bool) -> None:
    text = SAMPLES[name].replace("\n", end)
    text = text.rstrip() if is_cut else text
    assert of(name).write(text, {}, RUSSIAN, text) == text


SIGNS = st.sampled_from(
    [*"ab {}\"'\\#:*-[].,|>&!%@`=~<_+01()$\n\t漢😀\u2028\u0085\u200f\ufeff", "{ $n }", "yes", ": ", "- "]
)
TEXTS = st.lists(SIGNS, min_size=1, max_size=9).map("".join)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@settings(max_examples=15, deadline=None)
@given(text=TEXTS, place=st.integers(0, 20))
def test_what_is_written_is_read_again_exactly_and_nothing_else_changes(
    name: str, end: str, text: str, place: int
) -> None:
    source = SAMPLES[name].replace("\n", end)
    before = texts(of(name), source)
    key = list(before)[place % len(before)]
    new = dict.fromkeys(before[key], text)
    try:
        after = written(name, source, {key: new}, source)
    except UnreadableError:
        assert of(name).whole  # sets of named strings hold every text
        return
    assert texts(of(name), after) == {**before, key: new}


@pytest.mark.parametrize("name", ["ru.ftl", "ru.yml"])
def test_a_missing_entry_is_added_behind_the_one_before_it_and_only_lines_are_added(name: str) -> None:
    before = texts(of(name), SAMPLES[name])
    for key, forms in before.items():
        partial = created(name, {other: given for other, given in before.items() if other != key})
        whole = written(name, partial, {key: forms})
        assert [*texts(of(name), whole)] == [*before]
        lines = iter(whole.splitlines())
        assert all(line in lines for line in partial.splitlines())


def test_the_root_of_a_yaml_file_becomes_the_target_language() -> None:
    assert created("ru.yml", {"menu.open": {"": "Открыть"}}) == "ru:\n  menu:\n    open: Открыть\n  precision: 2\n"


def test_yaml_without_a_locale_at_its_root_keeps_its_keys() -> None:
    source = "app:\n  title: Title\n"
    assert texts(of("ru.yml"), source) == {"app.title": {"": "Title"}}
    assert created("ru.yml", {"app.title": {"": "Имя"}}, source) == "app:\n  title: Имя\n"


def test_a_yaml_file_with_several_languages_is_refused() -> None:
    with pytest.raises(UnreadableError, match="several languages"):
        of("ru.yml").read("en:\n  a: b\nde:\n  a: c\n", RUSSIAN)


@pytest.mark.parametrize(
    "text", ["yes", "null", "1.0", "12:30", ":symbol", "a: b", "a #b", "*a", "%a", "a:", "", "2020-01-01"]
)
def test_a_plain_yaml_text_never_becomes_something_else(text: str) -> None:
    assert created("ru.yml", {"menu.open": {"": text}}).splitlines()[2] == f'    open: "{text}"'


def test_a_yaml_value_keeps_its_quotes_and_its_comment() -> None:
    after = written("ru.yml", YAML, {"hello": {"": 'Say "hi"'}, "menu.file": {"": "That's it"}})
    assert '  hello: "Say \\"hi\\"" # kept\n' in after
    assert "    file: 'That''s it'\n" in after


def test_a_yaml_block_stays_one() -> None:
    assert "  about: |\n    Раз\n    два\n  precision" in written("ru.yml", YAML, {"about": {"": "Раз\nдва\n"}})
    assert "  about: |-\n    Раз\n  precision" in written("ru.yml", YAML, {"about": {"": "Раз"}})


def test_numbers_symbols_aliases_and_foreign_tags_are_no_texts_of_yaml() -> None:
    source = "en:\n  a: 1\n  b: :year\n  c: &x text\n  d: *x\n  e: !ruby/regexp /a/\n  f: yes\n  g: ~\n"
    assert texts(of("ru.yml"), source) == {"c": {"": "text"}}


def test_the_last_of_duplicate_yaml_keys_counts_and_dots_in_names_make_no_two_keys_one() -> None:
    assert texts(of("ru.yml"), "en:\n  a: one\n  a: two\n") == {"a": {"": "two"}}
    assert list(texts(of("ru.yml"), "en:\n  a.b: one\n  a:\n    b: two\n")) == ["a\\.b", "a.b"]


def test_plural_forms_that_a_yaml_file_lacks_stand_in_the_order_of_the_categories() -> None:
    forms = {"one": "a", "few": "b", "many": "c", "other": "d"}
    after = written("ru.yml", YAML, {"menu.items": forms})
    assert '      one: a\n      few: b\n      many: c\n      other: "d"\n' in after
    assert texts(of("ru.yml"), after)["menu.items"] == forms


def test_a_new_file_has_no_plural_forms_that_its_language_lacks() -> None:
    assert "one" not in created("ru.yml", {"menu.items": {"other": "個"}})
    assert "[one]" not in created("ru.ftl", {"mails": {"other": "通"}})


def test_a_plural_comes_in_the_place_of_a_text_that_was_none() -> None:
    after = written("ru.yml", "ru:\n  menu:\n    items: old\n", {"menu.items": {"one": "a", "other": "b"}})
    assert after == 'ru:\n  menu:\n    items:\n      one: a\n      other: "b"\n'


@pytest.mark.parametrize("target", ["ru:\n", "ru: {}\n", "ru:\n  menu:\n", "ru: {menu: {file: x}}\n"])
def test_yaml_is_added_to_where_there_is_nothing_yet(target: str) -> None:
    after = written("ru.yml", target, {"menu.open": {"": "Открыть"}})
    assert texts(of("ru.yml"), after)["menu.open"] == {"": "Открыть"}


@pytest.mark.parametrize(
    ("text", "line"), [("en:\n  a: 'b\n", 3), ("en:\n  a: b\n c: d\n", 3), ("en: a\n---\nb: c\n", 2)]
)
def test_what_is_no_yaml_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(UnreadableError, match=rf"\(line {line}\)"):
        of("ru.yml").read(text, RUSSIAN)


def test_yaml_that_is_nested_without_end_is_refused() -> None:
    with pytest.raises(UnreadableError, match="deeper"):
        of("ru.yml").read("en:\n  a: " + "[" * 300_000, RUSSIAN)


def test_the_comment_above_an_entry_is_its_context() -> None:
    assert next(iter(of("ru.yml").read(YAML, RUSSIAN))).context == "Said at the top"
    assert next(iter(of("ru.ftl").read(FLUENT, RUSSIAN))).context == "Said at the top"
