"""JSON files of texts: what is a unit, and that nothing else changes when texts are put in."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_localize_tools.localize_files.formats import Changes, Direction, Unit, UnreadableError
from qwen_localize_tools.localize_files.formats.json_files import JSON

RUSSIAN = Direction("en", "ru")
JAPANESE = Direction("en", "ja")
NASTY = ['"', "\\", "\\u0041", "\n", "\t", "<&>", "%", " a ", "\u2028", "\u200f", "😀", "\x01", "\x7f", "é", "/", "'"]
pieces = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"])))
texts = st.lists(pieces, min_size=1).map("".join).filter(bool)

SOURCE = """{
  "title": "Welcome",
  "menu": {
    "file": "File",
    "edit": "Edit",
    "deep": { "a": "A", "b": "B" }
  },
  "items_one": "{{count}} item",
  "items_other": "{{count}} items",
  "list": ["first", "second"],
  "limit": 5,
  "end": "End"
}
"""


def said(text: str, direction: Direction = RUSSIAN) -> dict[str, dict[str, str]]:
    return {unit.key: dict(unit.forms) for unit in JSON.read(text, direction)}


def unit(text: str, key: str) -> Unit:
    return next(unit for unit in JSON.read(text, RUSSIAN) if unit.key == key)


def one(**texts: str) -> Changes:
    return {key.replace("__", "."): {"": text} for key, text in texts.items()}


def written(target: str, changes: Changes, source: str = SOURCE, direction: Direction = RUSSIAN) -> str:
    """The target with the changes, which are all that it says more than before."""
    result = JSON.write(target, changes, direction, source)
    before, after = said(target, direction), said(result, direction)
    assert after == {**before, **{key: {**before.get(key, {}), **forms} for key, forms in changes.items()}}
    return result


def test_nested_names_arrays_and_plurals_are_units_and_numbers_are_not() -> None:
    assert said(SOURCE) == {
        "title": {"": "Welcome"},
        "menu.file": {"": "File"},
        "menu.edit": {"": "Edit"},
        "menu.deep.a": {"": "A"},
        "menu.deep.b": {"": "B"},
        "items_other": {"one": "{{count}} item", "other": "{{count}} items"},
        "list[0]": {"": "first"},
        "list[1]": {"": "second"},
        "end": {"": "End"},
    }


@pytest.mark.parametrize(
    "target", [SOURCE, SOURCE.replace("\n", "\r\n"), SOURCE.rstrip("\n"), json.dumps({"end": "x"})]
)
def test_without_changes_a_file_stays_as_it_is(target: str) -> None:
    assert JSON.write(target, {}, RUSSIAN, SOURCE) == target


def test_a_changed_text_is_all_that_changes() -> None:
    assert written(SOURCE, one(menu__edit="Правка")) == SOURCE.replace('"Edit"', '"Правка"')


@given(texts, texts)
def test_every_text_comes_back_as_it_was_given(new: str, replaced: str) -> None:
    written('{"end":"x"}', {"title": {"": new}, "end": {"": replaced}})
    created = JSON.create(SOURCE, {"menu.deep.b": {"": new}, "list[0]": {"": replaced}}, RUSSIAN)
    assert json.loads(created)["menu"] == {"deep": {"b": new}}
    assert json.loads(created)["list"][0] == replaced


@given(texts)
def test_escapes_are_written_as_the_file_has_them(text: str) -> None:
    ascii_only = '{\n  "title": "\\u00C9t\\u00E9 <\\/b> \\u003cb>"\n}'
    result = written(ascii_only, {"title": {"": text}})
    assert result.isascii()
    assert json.loads(result) == {"title": text}


def test_an_escaped_file_keeps_its_escapes_and_their_case() -> None:
    assert '"\\u0416\\u00E9<\\/b>"' in written('{"title": "<i><\\/i> \\u00C9"}', one(title="Жé</b>"))
    assert '"\\\\u00e9"' in written('{"title": "\\u00C9"}', one(title="\\u00e9"))
    assert '"\\u003cb>"' in written('{"title": "\\u003ca>"}', one(title="<b>"))
    assert '"Жé</b>"' in written('{"title": "É"}', one(title="Жé</b>"))


def test_half_of_a_character_is_refused() -> None:
    with pytest.raises(UnreadableError, match="half of a character"):
        JSON.write(SOURCE, one(title="\ud83d"), RUSSIAN, SOURCE)
    with pytest.raises(UnreadableError, match=r"half of a character \(line 2\)"):
        JSON.read('{\n"a": "\\ud83d"}', RUSSIAN)


def test_new_entries_stand_behind_what_precedes_them_in_the_source() -> None:
    target = '{\n\t"menu": {\n\t\t"edit": "Правка"\n\t},\n\t"own": "x"\n}'
    changes = one(menu__file="Файл", title="Да", end="Конец")
    assert written(target, changes) == (
        '{\n\t"title": "Да",\n\t"menu": {\n\t\t"file": "Файл",\n\t\t"edit": "Правка"\n\t},'
        '\n\t"end": "Конец",\n\t"own": "x"\n}'
    )


def test_a_new_last_entry_costs_one_comma_line_and_no_other() -> None:
    target = '{\r\n    "title" : "Да"\r\n}\r\n'
    assert written(target, one(end="Конец")) == '{\r\n    "title" : "Да",\r\n    "end" : "Конец"\r\n}\r\n'


def test_new_objects_are_copied_in_the_target_s_indentation() -> None:
    target = '{\n\t"title": "Да"\n}\n'
    assert written(target, one(menu__file="Файл", menu__deep__b="Б")) == (
        '{\n\t"title": "Да",\n\t"menu": {\n\t\t"file": "Файл",\n\t\t"deep": { "b": "Б" }\n\t}\n}\n'
    )


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ('{"title":"x"}', '{"title":"x","end":"y"}'),
        ('{ "title": "x" }', '{ "title": "x", "end": "y" }'),
        ("{}", '{\n  "end": "y"\n}'),
        ("{\n}\n", '{\n  "end": "y"\n}\n'),
        ('{\n  "title": "x", // about x\n}', '{\n  "title": "x", // about x\n  "end": "y",\n}'),
        ('{\n  "title": "x" // about x\n}', '{\n  "title": "x", // about x\n  "end": "y"\n}'),
        ('{"title": "x" // about x\n}', '{"title": "x", "end": "y" // about x\n}'),
        ("{\n  // nothing yet\n}", '{\n  // nothing yet\n  "end": "y"\n}'),
        ('{\n  "a": "1",\n\n  "title": "x"\n}', '{\n  "a": "1",\n\n  "title": "x",\n\n  "end": "y"\n}'),
        ('{\n  "@@x": "1",\n  "own": "x"\n}', '{\n  "@@x": "1",\n  "own": "x",\n  "end": "y"\n}'),
    ],
)
def test_a_new_entry_looks_like_its_neighbours(target: str, expected: str) -> None:
    assert written(target, one(end="y")) == expected


@pytest.mark.parametrize(("has", "spare"), [("", ""), (",", ",")])
def test_a_comma_before_a_bracket_is_copied_only_where_the_file_has_such_commas(has: str, spare: str) -> None:
    source = SOURCE.replace('"b": "B" }\n', '"b": "B", },\n')
    target = f'{{\n  "title": "Да"{has}\n}}\n'
    changes = one(menu__file="Файл", menu__deep__b="Б")
    assert written(target, changes, source) == (
        '{\n  "title": "Да",\n  "menu": {\n    "file": "Файл",\n'
        f'    "deep": {{ "b": "Б"{spare} }}{spare}\n  }}{spare}\n}}\n'
    )


def test_plural_forms_that_the_file_lacks_are_added_in_order() -> None:
    target = '{\n  "items_one": "а",\n  "items_other": "б",\n  "z": "z"\n}'
    result = written(target, {"items_other": {"one": "1", "few": "2", "many": "3", "other": "4"}})
    assert result == (
        '{\n  "items_one": "1",\n  "items_few": "2",\n  "items_many": "3",\n  "items_other": "4",\n  "z": "z"\n}'
    )


def test_some_forms_can_be_written_while_the_others_stay() -> None:
    result = written('{"items_one": "а", "items_other": "б"}', {"items_other": {"few": "2"}})
    assert result == '{"items_one": "а", "items_few": "2", "items_other": "б"}'


def test_plurals_as_objects_take_the_forms_of_the_other_language() -> None:
    source = '{\n  "items": {\n    "one": "1 item",\n    "other": "many"\n  }\n}'
    assert said(source) == {"items": {"one": "1 item", "other": "many"}}
    created = JSON.create(source, {"items": {"one": "1", "few": "2", "many": "3", "other": "4"}}, RUSSIAN)
    assert list(json.loads(created)["items"]) == ["one", "few", "many", "other"]
    assert written("{}", {"items": {"few": "2", "other": "4"}}, source) == (
        '{\n  "items": {\n    "few": "2",\n    "other": "4"\n  }\n}'
    )


def test_names_that_only_look_like_plurals_are_units_of_their_own() -> None:
    text = '{"step_one": "a", "step_two": "b", "gender_male": "m", "gender_other": "o", "key_0": "n", "k_plural": "p"}'
    assert said(text).keys() == {"step_one", "step_two", "gender_male", "gender_other", "key_0", "k_plural"}
    assert said(text)["gender_other"] == {"": "o"}


def test_a_plural_of_which_only_some_forms_are_left_is_still_one() -> None:
    assert said('{"a_one": "{{count}} day", "b_one": "x", "b_many": "y"}') == {
        "a_other": {"one": "{{count}} day"},
        "b_other": {"one": "x", "many": "y"},
    }


def test_a_form_that_is_null_is_a_form_without_a_text() -> None:
    text = '{"n": {"one": null, "other": "days"}, "m_one": null, "m_other": "weeks", "x": {"one": 1, "other": 2}}'
    assert said(text) == {"n": {"other": "days"}, "m_other": {"other": "weeks"}}
    result = written(text, {"n": {"one": "day"}, "m_other": {"one": "week"}}, text)
    assert result == text.replace("null", '"day"', 1).replace("null", '"week"')


def test_ordinals_are_a_unit_beside_the_plural_and_the_plain_text() -> None:
    text = (
        '{"p": "x", "p_one": "a", "p_other": "b", "p_ordinal_one": "c", "p_ordinal_two": "d", "p_ordinal_other": "e"}'
    )
    assert said(text) == {
        "p": {"": "x"},
        "p_other": {"one": "a", "other": "b"},
        "p_ordinal_other": {"one": "c", "two": "d", "other": "e"},
    }


def test_a_language_without_plurals_has_the_form_other_alone() -> None:
    source = '{\n  "a_one": "item",\n  "a_other": "items"\n}'
    created = JSON.create(source, {"a_other": {"other": "品"}}, JAPANESE)
    assert created == '{\n  "a_other": "品"\n}'
    assert said(created, JAPANESE) == {"a_other": {"other": "品"}}


def test_a_new_file_has_the_source_s_shape_without_what_is_not_translated() -> None:
    created = JSON.create(SOURCE, one(menu__edit="Правка", end="Конец"), RUSSIAN)
    assert created == '{\n  "menu": {\n    "edit": "Правка"\n  },\n  "limit": 5,\n  "end": "Конец"\n}\n'


def test_comments_stay_with_what_is_kept_in_a_new_file() -> None:
    source = '{\n  "a": "1", // about a\n  "b": "2", // about b\n  "c": "3" // about c\n}'
    assert JSON.create(source, one(a="x", c="z"), RUSSIAN) == '{\n  "a": "x",\n  "c": "z" // about c\n}'
    assert JSON.create(source, one(c="z"), RUSSIAN) == '{\n  "c": "z" // about c\n}'


def test_the_items_of_an_array_keep_their_places() -> None:
    created = JSON.create(SOURCE, {"list[1]": {"": "два"}}, RUSSIAN)
    assert json.loads(created)["list"] == ["first", "два"]
    assert json.loads(written('{"list": []}', {"list[1]": {"": "два"}}))["list"] == ["", "два"]
    assert json.loads(written("{}", {"list[1]": {"": "два"}}))["list"] == ["", "два"]


def test_blank_entries_are_filled_where_they_are() -> None:
    target = '{\n  "title": "",\n  "end": null,\n  "menu": {}\n}'
    result = written(target, one(title="Да", end="Конец", menu__file="Файл"))
    assert result == '{\n  "title": "Да",\n  "end": "Конец",\n  "menu": {\n    "file": "Файл"\n  }\n}'


def test_of_equal_names_the_last_counts() -> None:
    target = '{"title": "a", "title": "b"}'
    assert said(target) == {"title": {"": "b"}}
    assert written(target, one(title="c")) == '{"title": "a", "title": "c"}'
    assert JSON.create(target, one(title="c"), RUSSIAN) == '{"title": "c"}'


def test_two_paths_of_one_name_have_two_keys() -> None:
    text = '{"a.b": "1", "a": {"b": "2"}}'
    assert said(text) == {"a.b": {"": "1"}, "a.b (2)": {"": "2"}}
    assert written(text, {"a.b (2)": {"": "3"}}, text) == '{"a.b": "1", "a": {"b": "3"}}'


def test_another_structure_is_refused_with_its_line() -> None:
    with pytest.raises(UnreadableError, match=r"another structure.*\(line 2\)"):
        JSON.write('{\n"title": {"sub": "x"}}', one(title="y"), RUSSIAN, SOURCE)
    with pytest.raises(UnreadableError, match=r"another structure.*\(line 2\)"):
        JSON.write('{\n"menu": "x"}', one(menu__file="y"), RUSSIAN, SOURCE)


@pytest.mark.parametrize(
    "text",
    ["{", '{"a"}', '{"a":}', '{"a": 01}', '{"a": "b" "c": "d"}', '{"a": "b}', '{"a": "\\x"}', '{"a": "\n"}',
     '{"a": tru}', "{} x", '{"a": 1,, "b": 2}', "{,}", "", '{"a": NaN}', "{'a': 1}", "/* {"],
)  # fmt: skip
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"not JSON.*\(line \d+\)"):
        JSON.read(text, RUSSIAN)


def test_what_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(UnreadableError, match="too deep"):
        JSON.read('{"a":' * 100_000, RUSSIAN)


def count_of(text: str) -> str:
    """A translation has the same count: a single form is known as one by it."""
    return "{{count}}" if "{{count}}" in text else ""


names = st.sampled_from(
    ["a", "b", "a.b", "a_one", "a_other", "one", "other", "message", "description", "é", '"', "@@x"]
)
values: Any = st.recursive(
    st.sampled_from(["text", "{{count}} ", "", "é", 5, -1.5, None, True]),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=4)),
    max_leaves=8,
)
shapes = st.tuples(st.sampled_from([None, 0, 2, "\t"]), st.booleans())


@given(st.dictionaries(names, values, max_size=4), shapes, st.sets(st.integers(0, 8)), texts)
def test_any_object_takes_texts_and_keeps_the_rest(
    value: dict[str, Any], shape: tuple[int | str | None, bool], picked: set[int], new: str
) -> None:
    text = json.dumps(value, indent=shape[0], ensure_ascii=shape[1])
    units = JSON.read(text, RUSSIAN)
    chosen = [unit for at, unit in enumerate(units) if at in picked]
    changes = {unit.key: {form: new + count_of(text) for form, text in unit.forms.items()} for unit in chosen}
    written(text, changes, text)
    created = JSON.create(text, changes, RUSSIAN)
    assert JSON.write(created, changes, RUSSIAN, text) == created
    assert json.loads(created).keys() <= value.keys()
    json.loads(JSON.write("{}", changes, RUSSIAN, text))
