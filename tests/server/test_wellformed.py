"""Text and JSON from outside: what comes in is whole."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_localize.wellformed import parsed, whole, whole_throughout

PIECES = ["\\\\", "\\\\\\\\", "\\ud83d", "\\uDE00", "\\ude00", "\\u0041", "u", "ud83d", "ude00", "\\n", "a", "😀"]


@given(st.lists(st.sampled_from(PIECES), max_size=8))
@settings(max_examples=300, deadline=None)
def test_halves_of_characters_are_replaced_whatever_stands_before_them(pieces: list[str]) -> None:
    line = '"' + "".join(pieces) + '"'
    found = parsed(line.encode())
    assert found == whole(found)
    assert found == whole_throughout(json.loads(line))


@pytest.mark.parametrize("line", [r'"\\ud83d\ude00"', r'"\\\ud83d\ude00"', r'"\ude00\ud83d"'])
def test_a_backslash_that_is_itself_escaped_begins_no_character(line: str) -> None:
    assert parsed(line.encode()) == whole_throughout(json.loads(line))


def test_megabytes_of_backslashes_are_read_in_linear_time() -> None:
    chance = random.Random(1)
    long = "".join(chance.choice(["\\\\", "\\ud83d"]) for _ in range(200_000))
    assert parsed(f'"{long}"'.encode())
