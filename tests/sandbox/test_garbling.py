"""Damage that reads well."""

import pytest

from qwen_localize.sandbox import Fault
from qwen_localize.sandbox.faults import Faults
from qwen_localize.sandbox.garbling import garbled
from sandbox.stand import Caller

KINDS = 11
TEXT = "Hi {name}, <b>{n, plural, one {a mug} other {mugs}}</b> and 3 cups of %1$s."


def test_each_turn_damages_a_text_in_another_way() -> None:
    texts = [garbled(TEXT, turn) for turn in range(KINDS)]
    assert texts == [
        "Hi {names}, <b>{n, plural, one {a mug} other {mugs}}</b> and 3 cups of %1$s.",
        "Hi {name}, </b>{n, plural, one {a mug} other {mugs}}<b> and 3 cups of %1$s.",
        "Hi {name}, <b>{n, множественное, one {a mug} other {mugs}}</b> and 3 cups of %1$s.",
        "Hi {name}, <b>{n, plural, one {a mug} other {mugs}}</b> and 4 cups of %1$s.",
        "Hi {имя}, <b>{n, plural, one {a mug} other {mugs}}</b> and 3 cups of %1$s.",
        "Hi\n{name}, <b>{n, plural, one {a mug} other {mugs}}</b> and 3 cups of %1$s.",
        "Hi , <b>{n, plural, one {a mug} other {mugs}}</b> and 3 cups of %1$s.",
        "Hi {name}, {n, plural, one {a mug} other {mugs}}</b> and 3 cups of %1$s.",
        "Hi {name} {name}, <b>{n, plural, one {a mug} other {mugs}}</b> and 3 cups of %1$s.",
        "Hi {name}, <b>{n, plural, one {a mug} other {mugs}}</b> and 3 cups of %1$s {value}.",
        "Hi {{name}}, <b>{n, plural, one {a mug} other {mugs}}</b> and 3 cups of %1$s.",
    ]
    assert garbled(TEXT, KINDS) == texts[0]


@pytest.mark.parametrize("turn", range(KINDS))
@pytest.mark.parametrize(
    "text", ["mug", "Save the mug", "[Ĥéļļö %s ~~]", "100 %(n)d mugs\n", " <i>mug</i> ", "%d mugs"]
)
def test_no_text_with_a_letter_comes_back_whole(text: str, turn: int) -> None:
    assert garbled(text, turn) != text


def test_of_several_texts_each_is_damaged_and_the_markers_between_them_stay() -> None:
    assert garbled("[[1]] a {x}\n[[2]] <b>c</b>\n[[30]] 5\n", 0) == "[[1]] a {xs}\n[[2]] </b>c<b>\n[[30]] 5\n"


async def test_a_garbled_translation_is_damaged_otherwise_each_time(caller: Caller) -> None:
    caller.sandbox.faults.add(Fault.parse("garble:2"))
    texts = [(await caller.chat("Hi {name}, <b>you</b>")).json()["choices"][0]["message"]["content"] for _ in "123"]
    whole = texts[2]
    assert "{name}" in whole
    assert texts[:2] == [whole.replace("{name}", "{names}"), garbled(whole, 1)]


def test_it_is_counted_how_often_a_fault_has_struck() -> None:
    faults = Faults([Fault("garble")])
    assert [faults.take("garble", stage) for stage in ("chat", "query", "chat")] == [True, False, True]
    assert (faults.struck("garble"), faults.struck("mangle")) == (2, 0)
