"""Subtitles that other programs read back as they were meant, and texts cut as readers want them."""

import io
from itertools import pairwise

import pysubs2
import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from qwen_localize_tools._shared.phrases import width
from qwen_localize_tools._shared.subtitles import Cue, Said, bilingual, cues_of, srt, vtt

ENGLISH = (
    "Dr. Smith said hello. This is a fairly long sentence, with several clauses in it; and it should be cut "
    "somewhere reasonable, I think, because it is too long. Yes! Really? OK."
)
CHINESE = (
    "这是一个很长的句子，里面有很多很多的内容，需要被切成几行才能让观众看清楚，否则没有人能读完它。好的。谢谢大家！"
)
NASTY = ["a & b", "1 < 2 > 0", "a --> b", "<b>", "&lt;", "עברית שלום", "مرحبا\u200f!", "NOTE x", "7", "WEBVTT", "STYLE"]

texts = st.lists(st.sampled_from([*NASTY, "", " ", "word", "好"]), max_size=4).map("\n".join)
cues = st.lists(st.builds(Cue, st.floats(-5, 300_000), st.floats(-5, 300_000), texts), max_size=8)


def read_srt(text: str) -> list[tuple[int, int, str]]:
    found = pysubs2.SSAFile.from_string(text, format_="srt", keep_html_tags=True, keep_unknown_html_tags=True)
    return [(event.start, event.end, event.text.replace("\\N", "\n")) for event in found]


def read_vtt(text: str) -> list[tuple[int, int, str]]:
    found = webvtt.from_buffer(io.StringIO(text), format="vtt").captions
    return [(milliseconds(cue.start), milliseconds(cue.end), cue.raw_text) for cue in found]


def milliseconds(clock: str) -> int:
    hours, minutes, seconds = clock.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)


def visible(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def assert_follow_each_other(times: list[tuple[int, int]]) -> None:
    assert all(start >= 0 and end - start >= 500 for start, end in times)
    assert all(one[1] <= other[0] for one, other in pairwise(times))


@given(cues)
def test_srt_is_read_back_with_each_text_in_its_own_time(given_cues: list[Cue]) -> None:
    found = read_srt(srt(given_cues))
    wanted = [visible(cue.text).replace("-->", "→") for cue in given_cues]
    assert sorted(" ".join(text.split()) for _, _, text in found) == sorted(
        " ".join(text.split()) for text in wanted if text
    )
    assert_follow_each_other([(start, end) for start, end, _ in found])


@given(cues)
def test_webvtt_is_read_back_with_each_text_in_its_own_time(given_cues: list[Cue]) -> None:
    found = read_vtt(vtt(given_cues))
    texts_found = [text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for _, _, text in found]
    assert sorted(texts_found) == sorted(filter(None, (visible(cue.text) for cue in given_cues)))
    assert_follow_each_other([(start, end) for start, end, _ in found])


def test_an_empty_line_does_not_end_a_text() -> None:
    assert "one\ntwo\n" in srt([Cue(0, 2, "one\r\n\r\n \ntwo\u2028")])


def test_a_film_may_be_longer_than_99_hours() -> None:
    assert "111:06:40,000 --> 111:06:42,500" in srt([Cue(400_000, 400_002.5, "late")])


def test_a_text_too_short_to_be_read_stays_until_the_next_one() -> None:
    assert read_srt(srt([Cue(1, 1.1, "a"), Cue(1.7, 1.8, "b"), Cue(5, 5, "c")])) == [
        (1000, 1700, "a"),
        (1700, 2700, "b"),
        (5000, 6000, "c"),
    ]


def test_times_that_are_no_numbers_are_the_beginning() -> None:
    assert read_srt(srt([Cue(float("nan"), float("inf"), "a")])) == [(0, 1000, "a")]


@pytest.mark.parametrize("text", [ENGLISH, CHINESE, "ภาษาไทยไม่มีช่องว่าง" * 12, "x" * 500])
def test_a_text_is_cut_into_lines_that_can_be_read(text: str) -> None:
    found = cues_of(text, [(1, 6), (8, 14), (20, 24)])
    rows = [cue.text.split("\n") for cue in found]
    assert all(len(row) <= 2 and max(map(width, row)) <= 63 for row in rows)
    assert "".join("".join(row) for row in rows).replace(" ", "") == text.replace(" ", "")


def test_cuts_come_where_sentences_and_clauses_end() -> None:
    found = [cue.text.replace("\n", " ") for cue in cues_of(ENGLISH, [(0, 16)])]
    assert found[0] == "Dr. Smith said hello."
    assert all(text[-1] in ".,;!?" for text in found)


def test_no_line_begins_with_a_closing_sign() -> None:
    rows = [row for cue in cues_of(CHINESE, [(0, 12)]) for row in cue.text.split("\n")]
    assert len(rows) > 3
    assert not any(row[0] in "，。！" for row in rows)


def test_a_text_is_shown_while_it_is_spoken() -> None:
    found = cues_of("One two three four five six. Seven eight nine ten eleven.", [(10, 12), (30, 32)])
    assert [(cue.start, cue.end) for cue in found] == [(10, 12), (30, 32)]


def test_a_slow_speaker_gets_more_cues() -> None:
    assert len(cues_of(ENGLISH, [(0, 60)])) > len(cues_of(ENGLISH, [(0, 10)]))
    assert all(cue.end - cue.start < 10 for cue in cues_of(ENGLISH, [(0, 60)]))


def test_a_text_without_times_is_shown_as_fast_as_people_speak() -> None:
    assert 0 < cues_of("Hello there.", [])[-1].end < 3
    assert cues_of(" \n", [(0, 1)]) == []


@given(st.text(max_size=300), st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=4))
def test_no_text_is_lost_or_out_of_order(text: str, times: list[tuple[float, float]]) -> None:
    speech, end = [], 0.0
    for pause, length in times:
        speech.append((end + pause, end + pause + length))
        end += pause + length
    found = cues_of(text, speech)
    shown = "".join("".join(cue.text.split()) for cue in found)
    seen = "".join(char for char in text if char.isprintable() and not char.isspace())
    assert "".join(char for char in shown if char.isprintable()) == seen
    assert all(cue.start <= cue.end for cue in found)
    assert all(one.end <= other.start + 1e-6 for one, other in pairwise(found))


def test_what_was_said_stands_above_what_it_means() -> None:
    assert bilingual([Said(1, 3, "你好。", "Hello.")]) == [Cue(1, 3, "你好。\nHello.")]
    assert bilingual([Said(1, 3, "你好。", "")]) == [Cue(1, 3, "你好。")]


def test_a_long_sentence_is_shown_in_as_many_parts_of_both() -> None:
    found = bilingual([Said(0, 12, CHINESE, ENGLISH)])
    assert len(found) >= 2
    assert found[-1].end == pytest.approx(12)
    assert all(len(cue.text.split("\n")) <= 4 for cue in found)
