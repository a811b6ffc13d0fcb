"""A change of a file with comments changes what is meant, and not a byte more."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_localize.cli.install import jsonc
from qwen_localize.cli.install.jsonc import Broken, drop, has, plain, put

_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|(//[^\n]*|/\*.*?\*/)', re.DOTALL)
_VALUE = {"command": "uv", "args": ["run"]}


def _comments(text: str) -> list[str]:
    return [match[1].rstrip() for match in _COMMENT.finditer(text) if match[1]]


_blanks = st.sampled_from(["", " ", "\n", "\n  ", "\t", " // a, } ]\n", "\n/* b\n{ , */ ", ' // "c": 1,\n\n'])
_scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@st.composite
def _written(draw: st.DrawFn, value: Any) -> str:
    """`value` as somebody might write it, with comments and trailing commas."""

    def blank() -> str:
        return str(draw(_blanks))

    if not isinstance(value, dict | list):
        return json.dumps(value)
    parts = []
    for item in value:
        name = f"{json.dumps(item)}{blank()}:{blank()}" if isinstance(value, dict) else ""
        inner = value[item] if isinstance(value, dict) else item
        parts.append(blank() + name + draw(_written(inner)) + blank())
    more: bool = draw(st.booleans())
    trailing = "," if parts and more else ""
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return opening + ",".join(parts) + trailing + blank() + closing


_nested = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
_objects = st.dictionaries(st.text(max_size=4) | st.just("servers"), _nested, max_size=4)
_files = _objects.flatmap(lambda value: st.tuples(st.just(value), _written(value), _blanks, _blanks))


def _is_in_order(parts: str, whole: str) -> bool:
    rest = iter(whole)
    return all(char in rest for char in parts)


@settings(max_examples=60, deadline=None)
@given(_files)
def test_what_is_added_can_be_read_and_nothing_else_changes(written: tuple[Any, str, str, str]) -> None:
    value, text, before, after = written
    text = before + text + after
    assert plain(text) == value
    if not isinstance(value.get("servers", {}), dict):
        with pytest.raises(Broken, match="servers"):
            put(text, ("servers", "ours"), _VALUE)
        return
    added = put(text, ("servers", "ours"), _VALUE)
    assert plain(added) == {**value, "servers": {**value.get("servers", {}), "ours": _VALUE}}
    assert _is_in_order("".join(text.split()), added)  # blanks before a closing bracket may go
    assert _comments(added) == _comments(text)
    assert put(added, ("servers", "ours"), _VALUE) == added
    assert has(added, ("servers", "ours"))
    removed = drop(added, ("servers", "ours"))
    assert plain(removed) == {**value, "servers": value.get("servers", {})}
    assert _comments(removed) == _comments(text)


@settings(max_examples=60, deadline=None)
@given(_files)
def test_each_member_can_be_taken_out_and_nothing_is_added(written: tuple[Any, str, str, str]) -> None:
    value, text, *_ = written
    for name in value:
        left = drop(text, (name,))
        assert plain(left) == {key: item for key, item in value.items() if key != name}
        assert _is_in_order("".join(left.split()), text)


@settings(max_examples=30, deadline=None)
@given(_objects)
def test_what_has_no_comments_stays_strict_json(value: dict[str, Any]) -> None:
    for indent in (None, 1, "\t"):
        text = json.dumps({**value, "servers": {}}, indent=indent)
        added = put(put(text, ("servers", "b"), _VALUE), ("inputs", ("id", "x")), {"id": "x"})
        if isinstance(value.get("inputs", []), list):
            json.loads(added)
            assert json.loads(drop(drop(added, ("servers", "b")), ("inputs", ("id", "x"))))["servers"] == {}


def test_a_list_gets_an_item_and_loses_it() -> None:
    text = '{\n  "inputs": [\n    {"id": "other"} // theirs\n  ]\n}\n'
    added = put(text, ("inputs", ("id", "ours")), {"id": "ours"})
    assert plain(added) == {"inputs": [{"id": "other"}, {"id": "ours"}]}
    assert drop(added, ("inputs", ("id", "ours"))) == text


def test_an_addition_looks_as_its_neighbours_do() -> None:
    text = '{\n\t"servers": {\n\t\t"a": {}, // first\n\t\t// "b": {}\n\t},\n}\n'
    assert put(text, ("servers", "c"), {"x": 1}) == (
        '{\n\t"servers": {\n\t\t"a": {}, // first\n\t\t// "b": {}\n\t\t"c": {\n\t\t\t"x": 1\n\t\t},\n\t},\n}\n'
    )


def test_a_line_ends_as_the_others_do() -> None:
    added = put('{\r\n  "a": 1\r\n}\r\n', ("servers", "c"), _VALUE)
    assert added.count("\n") == added.count("\r\n") > 4


@pytest.mark.parametrize(
    ("text", "line"),
    [
        *[("{", 1), ("{}}", 1), ('{"a": 1 "b": 2}', 1), ("\n\n{,}", 3), ('{"a": nul}', 1), ("{'a': 1}", 1), ("", 1)],
        *[
            ("[1 2]", 1),
            ('{"a"}', 1),
            ('{"a": 01}', 1),
            ('{"a": "\n"}', 1),
            ("{/* open }", 1),
            ("{1: 2}", 1),
            ("{]", 1),
        ],
    ],
)
def test_what_is_no_json_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Broken, match=f"^line {line}$"):
        jsonc.plain(text)


def test_a_name_that_stands_twice_counts_where_programs_read_it() -> None:
    text = '{"servers": {"a": 1}, "servers": {"b": 2}}'
    assert plain(put(text, ("servers", "c"), 3)) == {"servers": {"b": 2, "c": 3}}
