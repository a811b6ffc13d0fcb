"""Masks: what comes back is exactly what was taken out, or nothing does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_localize_tools._shared.masking import Masked, mask


def masked(text: str) -> Masked:
    found = mask(text)
    assert found
    return found


def test_placeholders_tags_addresses_and_escapes_are_masked() -> None:
    text = r"Hi {name}, <b>see</b> https://mugs.example/a.\n%d&nbsp;mugs"
    found = masked(text)
    marks = [f'<x id="{number}"/>' for number in range(1, 8)]
    name, opened, closed, url, line, count, blank = marks
    assert found.text == f"Hi {name}, {opened}see{closed} {url}.{line}{count}{blank}mugs"
    assert found.tokens == ("{name}", "<b>", "</b>", "https://mugs.example/a", r"\n", "%d", "&nbsp;")
    assert found.terms == [(mark, mark) for mark in marks]
    assert found.restore(found.text) == text


@pytest.mark.parametrize(
    "mark",
    [
        '<x id="1"/>',
        "<x id=1 />",
        "<X ID='1'>",
        "< x id = “1” / >",
        '＜x id＝"1"／＞',
        '<x id="1"></x>',
        r"<x id=\"1\"/>",
    ],
)
def test_a_mark_is_known_as_models_write_it(mark: str) -> None:
    assert masked("Hi {name}!").restore(f"Привет, {mark}!") == "Привет, {name}!"


@pytest.mark.parametrize(
    "translation",
    [
        "Привет!",
        'Привет <x id="1"/>',
        'Привет <x id="1"/> <x id="1"/> <x id="2"/>',
        'Привет <x id="1"/> <x id="3"/>',
        'Привет <x id="1"/> <x id="2"/> <x id="3"/>',
        'Привет <x id="1"/> <x id="2"/> <x>',
        'Привет <x id="1"/> <x id="2"/></x> </x>',
    ],
)
def test_nothing_is_restored_unless_each_mark_is_there_once(translation: str) -> None:
    assert masked("Hi {name}, {count}").restore(translation) is None


def test_marks_with_names_may_move() -> None:
    found = masked("{a} of {b}")
    assert found.restore('<x id="2"/> <x id="1"/>') == "{b} {a}"
    assert masked("%1$s of %2$s").restore('<x id="2"/> <x id="1"/>') == "%2$s %1$s"


@pytest.mark.parametrize("text", ["%s of %d", "%d of %d", "{} of {}"])
def test_marks_that_are_filled_in_by_their_order_keep_it(text: str) -> None:
    # Two %d that changed places look the same and mean the opposite.
    assert masked(text).restore('<x id="2"/> из <x id="1"/>') is None
    assert masked(text).restore('из <x id="1"/> по <x id="2"/>')


def test_the_syntax_of_a_message_is_masked_and_its_words_are_not() -> None:
    text = "{n, plural, one {# mug of {who}} other {# mugs}} left"
    found = masked(text)
    assert "plural" not in found.text
    assert "#" not in found.text
    for word in ("mug of", "mugs", "left"):
        assert word in found.text
    assert found.restore(found.text.replace("mugs", "кружек")) == text.replace("mugs", "кружек")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A mug",
        "5% off",
        'A <x id="1"/> {b}',
        "a <X > {b}",
        "{ $n -> [one] { $n } mug *[other] mugs }",
        r"caf\u00e9",
        "caf&eacute;",
    ],
)
def test_what_has_nothing_to_mask_or_looks_like_marks_is_left(text: str) -> None:
    assert mask(text) is None


BITS = [
    "{a}",
    "%s",
    "<b>",
    "</b>",
    " ",
    "tea",
    "{n, plural, other {# {x} 'q'}}",
    "https://a.b/c",
    "\\n",
    "&lt;",
    "'",
    "{",
    "}",
    "<x>",
    "\ud800",
    "\\ud800",
]


@given(st.lists(st.sampled_from(BITS), max_size=12))
@settings(max_examples=300, deadline=None)
def test_what_is_masked_comes_back_exactly(bits: list[str]) -> None:
    text = "".join(bits)
    if found := mask(text):
        assert found.restore(found.text) == text
        assert found.restore(found.text + '<x id="1"/>') is None
