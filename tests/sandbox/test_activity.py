"""Where speech begins and ends."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_localize.sandbox.sound.activity import Activity, Event, Going, Started, Turns, Utterance, utterances

RATE = 1000  # enough for a judge of loudness
TURNS = Turns(silence=0.5)


def loud(seconds: float) -> bytes:
    return b"\x00\x20\x00\xe0" * round(seconds * RATE / 2)


def quiet(seconds: float) -> bytes:
    return b"\0\0" * round(seconds * RATE)


TALK = quiet(0.3) + loud(1.2) + quiet(0.7) + loud(0.4) + quiet(0.2) + loud(0.4) + quiet(1.0) + loud(2.3)


def heard(*pieces: bytes) -> list[Event]:
    activity = Activity(TURNS, RATE)
    return [event for piece in pieces for event in activity.feed(piece)] + activity.flush()


def test_it_tells_beginning_progress_and_end() -> None:
    events = heard(TALK)
    assert [type(event) for event in events] == [
        Started, Going, Utterance, Started, Going, Utterance, Started, Going, Going, Utterance,
    ]  # fmt: skip
    found = [event for event in events if isinstance(event, Utterance)]
    assert [(event.start, event.end) for event in found] == [(0.3, 1.5), (2.2, 3.2), (4.2, 6.5)]
    assert found[0].pcm == loud(1.2)
    assert found[1].pcm == loud(0.4) + quiet(0.2) + loud(0.4)


@settings(max_examples=60, deadline=None)
@given(cuts=st.lists(st.integers(0, len(TALK)), max_size=40))
def test_the_same_sound_gives_the_same_events_however_it_is_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(TALK)]
    pieces = [TALK[start:end] for start, end in pairwise(edges)]
    assert heard(*pieces) == heard(TALK)


@settings(max_examples=30, deadline=None)
@given(late=st.integers(1501, 2199))
def test_hearing_that_begins_in_a_silence_finds_the_same_sentences(late: int) -> None:
    assert [event.pcm for event in utterances(TALK[late * 2 :], RATE, TURNS)] == [
        event.pcm for event in utterances(TALK, RATE, TURNS)[1:]
    ]


def test_a_click_is_no_speech() -> None:
    assert heard(quiet(1) + loud(0.05) + quiet(1)) == []


def test_a_low_voice_is_heard_at_a_low_threshold_only() -> None:
    low = b"\x64\x00\x9c\xff" * RATE  # 100 of 32768
    assert utterances(low, RATE, Turns(threshold=-1.0))
    assert not utterances(low, RATE, Turns(threshold=1.0))


def test_an_endless_sentence_is_cut_after_half_a_minute() -> None:
    found = utterances(loud(70), RATE, TURNS)
    assert [(event.start, event.end) for event in found] == [(0, 30), (30, 60), (60, 70)]
    assert all(event.pcm == loud(event.end - event.start) for event in found)


@pytest.mark.parametrize("size", [2, 3, 640])
def test_quiet_is_counted_in_the_time_of_the_sound(size: int) -> None:
    activity = Activity(TURNS, RATE)
    sound = loud(1) + quiet(3)
    for start in range(0, len(sound), size):
        activity.feed(sound[start : start + size])
    assert (activity.heard, activity.quiet) == (4.0, 3.0)
