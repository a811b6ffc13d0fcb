"""Long sound is cut where it is quiet, and silence is left out."""

from array import array
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_localize_tools._shared.sound.cutting import cut, loud_stretches
from qwen_localize_tools._shared.sound.fitting import answer as fitted
from qwen_localize_tools._shared.sound.program import answer
from recordings import RATE, Stretch, beeps


def pieces(folder: Path, samples: "array[int]", most: float = 20, least: float = 3) -> list[dict[str, Any]]:
    path = folder / "sound.pcm"
    path.write_bytes(samples.tobytes())
    found = answer({"do": "cut", "pcm": str(path), "rate": RATE, "most": most, "least": least})
    assert found["silent"] is (not found["pieces"])
    return list(found["pieces"])


def spans(found: list[dict[str, Any]]) -> Any:
    return [(piece["start"], piece["end"]) for piece in found]


def test_short_speech_is_one_piece(tmp_path: Path) -> None:
    found = pieces(tmp_path, beeps(6, [(1, 2), (3, 5)]))
    assert spans(found) == [(pytest.approx(0.9, abs=0.05), pytest.approx(5.1, abs=0.05))]
    assert [len(piece["speech"]) for piece in found] == [2]


def test_a_piece_ends_in_the_longest_late_pause(tmp_path: Path) -> None:
    found = pieces(tmp_path, beeps(30, [(0, 6), (6.5, 13), (14.5, 18), (18.4, 29)], noise=50))
    assert spans(found)[0][1] == pytest.approx(13.75, abs=0.1)


def test_sound_without_pauses_is_cut_all_the_same(tmp_path: Path) -> None:
    found = spans(pieces(tmp_path, beeps(50)))
    assert found[0][0] == 0
    assert found[-1][1] == pytest.approx(50, abs=0.1)
    assert all(one[1] == other[0] for one, other in pairwise(found))
    assert all(3 <= end - start <= 20 for start, end in found)


def test_a_hard_cut_is_made_where_it_is_quietest() -> None:
    levels = [-10.0] * 1500
    levels[800] = levels[801] = levels[802] = -30.0
    assert cut([(0, 30)], levels, 20, 3)[0][1] == pytest.approx(16.03)


def test_long_silence_is_left_out(tmp_path: Path) -> None:
    found = spans(pieces(tmp_path, beeps(60, [(1, 6), (40, 45)], noise=30)))
    assert found == [
        (pytest.approx(0.9, abs=0.05), pytest.approx(6.1, abs=0.05)),
        (pytest.approx(39.9, abs=0.05), 45.1),
    ]


@pytest.mark.parametrize("noise", [0, 5, 100, 400])
def test_a_recording_of_nothing_has_no_pieces(tmp_path: Path, noise: int) -> None:
    assert pieces(tmp_path, beeps(10, [(0, 0)], noise=noise)) == []


def test_no_sound_has_no_pieces(tmp_path: Path) -> None:
    assert pieces(tmp_path, array("h")) == []


def test_a_click_is_no_speech(tmp_path: Path) -> None:
    assert pieces(tmp_path, beeps(10, [(3, 3.02)])) == []


def test_quiet_speech_in_noise_is_found(tmp_path: Path) -> None:
    loud = beeps(20, [(2, 4), (8, 12)], noise=1500)
    found = pieces(tmp_path, array("h", [value // 10 for value in loud]))
    assert [stretch for piece in found for stretch in piece["speech"]] == [
        [pytest.approx(1.9, abs=0.1), pytest.approx(4.1, abs=0.1)],
        [pytest.approx(7.9, abs=0.1), pytest.approx(12.1, abs=0.1)],
    ]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0.01, 30), st.floats(0.1, 60)), max_size=8),
    st.sampled_from([(20.0, 3.0), (10.0, 9.0), (5.0, 0.0)]),
)
def test_pieces_hold_all_speech_in_order_and_none_is_too_long(
    lengths: list[tuple[float, float]], limits: tuple[float, float]
) -> None:
    speech: list[Stretch] = []
    end = 0.0
    for pause, length in lengths:
        speech.append((end + pause, end + pause + length))
        end += pause + length
    found = cut(speech, [-20.0] * (int(end * 50) + 1), *limits)
    assert all(0 < end - start <= limits[0] + 1e-6 for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    held = sum(max(0.0, min(e, end) - max(s, start)) for s, e in speech for start, end in found)
    assert held == pytest.approx(sum(e - s for s, e in speech), abs=1e-6)


def test_loud_stretches_begin_a_little_early_and_end_a_little_late() -> None:
    found: Any = loud_stretches([-70.0] * 50 + [-20.0] * 50 + [-70.0] * 50)
    assert found == [(pytest.approx(0.9), pytest.approx(2.1))]


def test_a_piece_is_encoded_to_the_sample_and_always_the_same(tmp_path: Path) -> None:
    path = tmp_path / "sound.pcm"
    path.write_bytes(beeps(3, noise=200).tobytes())
    made = []
    for name in ("one.flac", "other.flac"):
        request = {
            "do": "encode",
            "pcm": str(path),
            "rate": RATE,
            "start": 0.5,
            "end": 2.25,
            "into": str(tmp_path / name),
        }
        assert answer(request)["seconds"] == 1.75
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    with av.open(str(tmp_path / "one.flac")) as container:
        samples = b"".join(bytes(frame.planes[0])[: frame.samples * 2] for frame in container.decode(audio=0))
    assert samples == path.read_bytes()[RATE : RATE // 2 * 2 + int(1.75 * RATE) * 2]


@pytest.mark.parametrize(("wanted", "tempo"), [(2.0, 1.0), (1.8, 1.1111), (1.0, 1.25), (0, 1.25), (9, 1.0)])
def test_a_voice_that_is_too_long_is_made_faster_within_reason(tmp_path: Path, wanted: float, tempo: float) -> None:
    path, into = tmp_path / "voice.pcm", tmp_path / "faster.pcm"
    path.write_bytes(beeps(2, rate=24000).tobytes())
    found = fitted({"pcm": str(path), "rate": 24000, "seconds": wanted, "into": str(into)})
    assert found == {"seconds": pytest.approx(2 / tempo, abs=0.05), "tempo": tempo}
    assert into.stat().st_size == pytest.approx(found["seconds"] * 48000, abs=48)
