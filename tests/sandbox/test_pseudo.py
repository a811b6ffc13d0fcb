"""Pseudo-localization: what changes, and what must not."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_localize.sandbox import tokens
from qwen_localize.sandbox.pseudo import Pair, localize


def test_letters_are_accented_and_the_text_is_a_third_longer_and_bracketed() -> None:
    assert localize("Hello world") == "[Ĥéļļö ŵöŕļð ~~~]"


def test_lines_and_the_white_space_round_them_stay() -> None:
    assert localize("  One\n\n\tTwo \r\n") == "  [Öñé ~]\n\n\t[Ţŵö ~] \r\n"


@pytest.mark.parametrize("text", ["", "   ", "12 %", "[[12]]", "{name}", "https://example.com/a?b=c", "…\n—"])
def test_a_text_without_human_words_comes_back_unchanged(text: str) -> None:
    assert localize(text) == text


def test_other_scripts_are_romanized_so_that_the_change_shows() -> None:
    assert localize("你好") == "[ÑîĤáö ~~]"
    assert localize("привет") == "[þŕîṽéţ ~~]"


@pytest.mark.parametrize(
    "kept",
    [
        "{name}", "{0}", "{}", "{{count}}", "${total}", "%s", "%(n)d", "%1$s", "%.2f", "<b>", "</b>", "<br/>",
        '<a href="https://x.org/abc">', "<0>", "&amp;", "&#39;", "https://example.com/path?q=hello", "me@example.org",
        "{when, date, short}", "[[12]]", "\\n",
    ],
)  # fmt: skip
def test_a_placeholder_survives_in_the_middle_of_a_sentence(kept: str) -> None:
    assert f" {kept} " in localize(f"Take {kept} away")


def test_a_line_marker_and_a_bullet_stay_outside_the_brackets() -> None:
    assert localize("[[1]] Hello\n[[2]] World [[3]]") == "[[1]] [Ĥéļļö ~~]\n[[2]] [Ŵöŕļð ~~] [[3]]"
    assert localize("# Title\n- item\n1. x") == "# [Ţîţļé ~~]\n- [îţéɱ ~]\n1. [ẋ ~]"


def test_an_icu_message_stays_as_it_is() -> None:
    message = "{count, plural, offset:1 =0 {no files} one {# file in {folder}} other {{g, select, other {many}}}}"
    assert localize(f"You have {message} left") == f"[Ýöû ĥáṽé {message} ļéƒţ ~~~~]"


def test_what_only_looks_like_an_icu_message_is_a_text_like_any_other() -> None:
    assert localize("{n, plural, one {broken") == "[{ñ, þļûŕáļ, öñé {ƀŕöķéñ ~~~~~~~]"


def test_a_term_becomes_its_target_verbatim_in_any_case_and_only_as_a_word() -> None:
    terms = [Pair("studio", "工作室"), Pair("Model Studio", "百炼")]
    assert localize(
        "MODEL STUDIO is a Studio, not studious", terms
    ) == "[百炼 îš á 工作室, ñöţ šţûðîöûš ~~~~~~~~~]".replace(
        "~~~~~~~~~", "~" * round(0.3 * len("x is a x, not studious"))
    )


def test_a_term_in_a_script_without_spaces_is_found_inside_a_run() -> None:
    assert "Bailian" in localize("使用百炼模型", [Pair("百炼", "Bailian")])


def test_a_term_may_be_broken_across_lines() -> None:
    assert "caneca" in localize("a travel\nmug", [Pair("Travel mug", "caneca")])


def test_a_term_is_not_looked_for_inside_a_placeholder() -> None:
    assert "{name}" in localize("name of {name}", [Pair("name", "nom")])


def test_a_remembered_text_or_line_comes_back_as_remembered() -> None:
    memory = [Pair("Good morning", "早上好"), Pair("a\nb", "甲\n乙")]
    assert localize("a\nb", memory=memory) == "甲\n乙"
    assert localize(" Good morning\nYou", memory=memory) == " 早上好\n[Ýöû ~]"
    assert localize("[[4]] Good morning", memory=memory) == "[[4]] 早上好"
    assert "早上好" not in localize("Good morning to you", memory=memory)


@pytest.mark.parametrize(
    "unit",
    [
        "Hello {name}, ",
        "你好",
        "a@",
        "<a",
        "{n, ",
        "{n, plural, ",
        "{n, plural, a {b} ",
        "[[1]] ",
        "{{a",
        "http://x ",
        " ",
    ],
)
def test_thirty_thousand_characters_take_no_time_and_keep_their_shape(unit: str) -> None:
    text = (unit * 30_000)[:30_000]
    assert localize(text, [Pair(f"term {number}", "x") for number in range(300)]).count("\n") == 0


PLACEHOLDERS = ["{name}", "{0}", "{{x}}", "${y}", "%s", "%1$s", "%(z)d", "<b>", "</b>", "&amp;", "me@x.org", "[[7]]"]
_FOUND = re.compile("|".join(re.escape(placeholder) for placeholder in PLACEHOLDERS))
words = st.text("abc XYZ éß 你好 привет\n.,!?'\"-", min_size=0, max_size=12)
texts = st.lists(st.one_of(words, st.sampled_from(PLACEHOLDERS)), max_size=12).map(" ".join)


@given(texts)
def test_no_placeholder_is_ever_lost_or_made_up(text: str) -> None:
    assert Counter(_FOUND.findall(localize(text))) == Counter(_FOUND.findall(text))


@given(texts)
def test_every_line_stays_a_line(text: str) -> None:
    before, after = text.split("\n"), localize(text).split("\n")
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        assert (len(old) - len(old.lstrip()), old == "") == (len(new) - len(new.lstrip()), new == "")


def test_tokens_are_counted_by_the_documented_rule() -> None:
    assert [tokens.count(text) for text in ("", "word", "words", "你好", "a你")] == [0, 1, 2, 2, 2]


@given(st.text("ab你好", max_size=60), st.integers(0, 20))
def test_a_cut_text_is_the_longest_beginning_within_the_limit(text: str, limit: int) -> None:
    cut = tokens.cut(text, limit)
    assert text.startswith(cut)
    assert tokens.count(cut) <= limit
    assert cut == text or tokens.count(text[: len(cut) + 1]) > limit
