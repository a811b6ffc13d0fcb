"""PHP files that return an array: what is a text in them, and what is left alone."""

import pytest

from qwen_localize_tools.localize_files.formats import Direction, UnreadableError
from qwen_localize_tools.localize_files.formats.php import PHP

INTO_RUSSIAN = Direction("en", "ru")


def read(items: str) -> dict[str, str]:
    text = f"<?php return [{items}];"
    return {unit.key: unit.forms.get("", "") for unit in PHP.read(text, INTO_RUSSIAN)}


def write(text: str, source: str, **texts: str) -> str:
    changes = {key.replace("__", "."): {"": one} for key, one in texts.items()}
    return PHP.write(text, changes, INTO_RUSSIAN, source)


@pytest.mark.parametrize(
    ("written", "said"),
    [(r"'it\'s \\ \n $x'", r"it's \ \n $x"), (r'"\"q\" \$x \n\t\\"', '"q" $x \n\t\\'),
     (r'"\u{1F600} \xc3\xa9 \101"', "😀 é A"),
     (r'"\q $ 5"', r"\q $ 5"), ("'{0} none|[1,19] some'", "{0} none|[1,19] some")],
)  # fmt: skip
def test_strings_say_what_php_takes_them_for(written: str, said: str) -> None:
    assert read(f"'a' => {written}") == {"a": said}


@pytest.mark.parametrize(
    "expression",
    ["'a' . 'b'", '"v $x"', '"v {$x}"', "5", "trans('x')", "fn ($x) => 'no'", "A::class", "<<<T\n a, 'b' => 'c'\n T",
     "match(1) { 1 => 'no', default => 'x' }", "['a' => 'b'] + ['c' => 'd']", "null /* 'a' => 'b' */", '"\\xff"'],
)  # fmt: skip
def test_what_is_no_plain_text_is_left_alone(expression: str) -> None:
    assert read(f"'x' => {expression}, 'y' => 'yes'") == {"y": "yes"}


def test_keys_are_paths_and_places_and_never_the_same() -> None:
    assert list(read("'a' => ['b' => ['c' => '1']], 'a.b.c' => '2', 7 => '3', '4', A::B => '5'")) == [
        "a.b.c", "a\\.b\\.c", "7", "8", "A::B",
    ]  # fmt: skip


def test_of_one_key_twice_the_last_counts() -> None:
    text = "<?php return ['a' => '1', 'a' => '2'];"
    assert write(text, text, a="3") == "<?php return ['a' => '1', 'a' => '3'];"


def test_arrays_that_the_target_lacks_come_with_what_is_wanted_alone() -> None:
    source = "<?php\nreturn [\n    'a' => 'A',\n    'm' => [\n        'x' => 'X',\n        'y' => 'Y',\n    ],\n];\n"
    target = "<?php\nreturn array(\n  'a' => 'а'\n);\n"
    assert write(target, source, m__y="й") == (
        "<?php\nreturn array(\n  'a' => 'а',\n  'm' => [\n      'y' => 'й',\n  ]\n);\n"
    )


@pytest.mark.parametrize(
    ("target", "result"),
    [("['a' => 'а', 'c' => 'в']", "['a' => 'а', 'b' => 'б', 'c' => 'в']"), ("['c' => 'в']", "['b' => 'б', 'c' => 'в']"),
     ("[]", "['b' => 'б']"), ("['a' => 'а',]", "['a' => 'а', 'b' => 'б',]")],
)  # fmt: skip
def test_items_come_into_an_array_of_one_line(target: str, result: str) -> None:
    source = "<?php return ['a' => 'A', 'b' => 'B', 'c' => 'C'];"
    assert write(f"<?php return {target};", source, b="б") == f"<?php return {result};"


def test_an_empty_array_gets_lines_if_the_source_has_them() -> None:
    source = "<?php\nreturn [\n    'a' => 'A',\n];\n"
    assert write("<?php\nreturn [];\n", source, a="а") == "<?php\nreturn [\n    'a' => 'а',\n];\n"


def test_an_expression_in_the_place_of_a_text_is_not_overwritten() -> None:
    with pytest.raises(UnreadableError, match=r"m\.x is something else"):
        write("<?php return ['m' => ['x' => 'a' . 'b']];", "<?php return ['m' => ['x' => 'X']];", m__x="й")


def test_items_that_are_known_by_their_place_stay_in_a_new_file() -> None:
    made = PHP.create("<?php return ['one', 'two', 'k' => 'three'];", {"1": {"": "два"}}, INTO_RUSSIAN)
    assert made == "<?php return ['one', 'два', ];"


@pytest.mark.parametrize(
    ("text", "ours"),
    [("<?php\n\nreturn [\n'a' => 'b',\n];\n", True),
     ("<?php\ndeclare(strict_types=1);\nreturn array('a' => 'b');", True),
     ("<?php\n$lang = array('a' => 'b');\nreturn $lang;\n", True),
     ("<?php\nclass A { function f() { return ['a']; } }", False),
     ("<?php\nreturn view('x');\n", False), ("plain", False)],
)  # fmt: skip
def test_only_a_file_that_is_an_array_is_one_of_ours(text: str, ours: bool) -> None:
    assert PHP.recognizes(text) is ours
