"""What stands in messages: data in quotation marks, and no key."""

import pytest

from qwen_localize.errors import redact


@pytest.mark.parametrize(
    "key", ["sk-0123456789abcdef0123456789abcdef", "st-0123456789abcdef0123", "sk-ws-H1x-0123456789abcdef0123"]
)
def test_what_has_the_shape_of_a_key_is_in_no_message(key: str) -> None:
    assert redact(f"The key {key} is bad") == "The key [key] is bad"


@pytest.mark.parametrize("name", ["st-petersburg.png", "export.sk-SK.csv", "st-pauls-cathedral-by-night.jpg"])
def test_names_of_files_and_languages_are_no_keys(name: str) -> None:
    assert redact(f"There is no file at {name}") == f"There is no file at {name}"


def test_the_key_in_use_is_in_no_message_whatever_its_shape() -> None:
    assert redact("It is sk-x", "sk-x") == "It is [key]"
