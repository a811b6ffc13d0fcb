"""JSON files whose texts are described, ARB files, and what is no file of texts."""

import json

import pytest

from qwen_localize_tools.localize_files.formats import Changes, Direction, Format, UnreadableError, format_of
from qwen_localize_tools.localize_files.formats.arb import ARB
from qwen_localize_tools.localize_files.formats.json_files import JSON

RUSSIAN = Direction("en", "ru")

CHROME = """{
  "hello": {
    "message": "Hello $name$",
    "description": "A greeting",
    "placeholders": { "name": { "content": "$1" } }
  },
  "bye": {
    "message": "Bye"
  }
}
"""
NLS = """{
  "open": "Open",
  "close": { "message": "Close", "comment": ["A button.", "Keep it short."] }
}
"""
FLUTTER = """{
  "@@locale": "en",
  "title": "Title",
  "@title": {
    "description": "Of the app"
  },

  "count": "{n, plural, =1{one} other{{n}}}",
  "@count": {},
  "end": "End"
}
"""


def said(text: str, form: Format = JSON) -> dict[str, tuple[dict[str, str], str]]:
    return {unit.key: (dict(unit.forms), unit.context) for unit in form.read(text, RUSSIAN)}


def one(**texts: str) -> Changes:
    return {key: {"": text} for key, text in texts.items()}


def test_of_a_described_text_only_the_message_is_text() -> None:
    assert said(CHROME) == {"hello": ({"": "Hello $name$"}, "A greeting"), "bye": ({"": "Bye"}, "")}
    assert said('{"id": {"defaultMessage": "Hi", "description": "A greeting"}}') == {"id": ({"": "Hi"}, "A greeting")}
    assert said(NLS) == {"open": ({"": "Open"}, ""), "close": ({"": "Close"}, "A button. Keep it short.")}


def test_objects_that_only_have_something_called_message_are_plain() -> None:
    text = '{"error": {"message": "Failed", "title": "Error"}, "other": {"message": "x"}, "a": "b"}'
    assert said(text).keys() == {"error.message", "error.title", "other.message", "a"}


def test_a_new_message_brings_its_placeholders_but_no_description_where_there_is_none() -> None:
    target = '{\n  "bye": {\n    "message": "Пока"\n  }\n}'
    assert JSON.write(target, one(hello="Привет, $name$"), RUSSIAN, CHROME) == (
        '{\n  "hello": {\n    "message": "Привет, $name$",\n'
        '    "placeholders": { "name": { "content": "$1" } }\n  },\n  "bye": {\n    "message": "Пока"\n  }\n}'
    )
    described = target.replace('"Пока"', '"Пока",\n    "description": "x"')
    assert '"description": "A greeting"' in JSON.write(described, one(hello="Привет"), RUSSIAN, CHROME)


def test_a_new_file_of_messages_keeps_what_describes_them() -> None:
    created = JSON.create(CHROME, one(hello="Привет, $name$"), RUSSIAN)
    assert created == CHROME.replace("Hello", "Привет,").replace(',\n  "bye": {\n    "message": "Bye"\n  }', "")


def test_a_described_text_becomes_a_plain_one_where_all_are_plain() -> None:
    target = '{\n  "open": "Открыть"\n}\n'
    expected = '{\n  "open": "Открыть",\n  "close": "Закрыть"\n}\n'
    assert JSON.write(target, one(close="Закрыть"), RUSSIAN, NLS) == expected
    assert said(expected).keys() == said(NLS).keys()


def test_what_stands_for_programs_is_no_text() -> None:
    assert said('{"@@x": "a", "$schema": "b", "_comment": "c", "//": "d", "e": "", "f": null, "g": 1}') == {}


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ('{"a": "b"}', True),
        ("{}", True),
        ('// texts\n{"a": {"b": ["c"]}}', True),
        ('{"a": broken', True),
        ('["a"]', False),
        ('{"a": 1}', False),
        ('"a"', False),
        ("", False),
        ('{"name": "x", "version": "1", "scripts": {}}', False),
        ('{"compilerOptions": {"target": "es5"}}', False),
        ('{"name": "x", "lockfileVersion": 3}', False),
    ],
)
def test_files_of_other_kinds_are_told_by_their_shape(text: str, is_one: bool) -> None:
    assert (format_of("ru.json", text) is JSON) == is_one


def test_a_list_is_refused() -> None:
    for form in (JSON, ARB):
        with pytest.raises(UnreadableError, match="a list"):
            form.read("[]", RUSSIAN)


def test_arb_texts_are_described_beside_them() -> None:
    assert format_of("app_en.arb", FLUTTER) is ARB
    assert said(FLUTTER, ARB) == {
        "title": ({"": "Title"}, "Of the app"),
        "count": ({"": "{n, plural, =1{one} other{{n}}}"}, ""),
        "end": ({"": "End"}, ""),
    }


def test_a_new_arb_file_names_its_language_and_leaves_descriptions_to_the_source() -> None:
    created = ARB.create(FLUTTER, one(title="Название", end="Конец"), RUSSIAN)
    assert json.loads(created) == {"@@locale": "ru", "title": "Название", "end": "Конец"}
    assert created == '{\n  "@@locale": "ru",\n  "title": "Название",\n  "end": "Конец"\n}\n'


def test_arb_entries_are_added_behind_what_precedes_them() -> None:
    target = '{\n  "@@locale": "ru_RU",\n  "title": "Название",\n  "@title": {},\n  "own": "x"\n}'
    written = ARB.write(target, one(end="Конец", count="{n}"), RUSSIAN, FLUTTER)
    added = '  "@title": {},\n  "count": "{n}",\n  "end": "Конец",\n'
    assert written == target.replace('  "@title": {},\n', added)


def test_of_equal_arb_names_the_last_counts() -> None:
    twice = '{\n  "a": "1",\n  "b": "2",\n  "a": "3"\n}'
    assert said(twice, ARB)["a"] == ({"": "3"}, "")
    assert ARB.write(twice, one(a="4"), RUSSIAN, twice) == twice.replace("3", "4")
    assert ARB.create(twice, one(a="4", b="5"), RUSSIAN) == '{\n  "b": "5",\n  "a": "4"\n}'
