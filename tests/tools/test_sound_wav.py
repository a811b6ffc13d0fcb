"""WAV files are checked to the last byte, and pieces of a voice are laid where they belong."""

import io
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_localize.errors import Spoiled
from qwen_localize_tools._shared.sound.wav import Placed, WavFile, from_file, header, laid, layout, strip_riff


def piece(start: float, seconds: float, level: int = 1, due: float | None = None) -> Placed:
    return Placed(start, seconds, lambda: [level.to_bytes(2, "little") * round(seconds * 100)], due)


def test_a_whole_file_says_how_long_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(8000 * 4))
    found = WavFile().inspected(path)
    assert (found.mime_type, found.ending, found.facts) == ("audio/wav", "wav", {"duration": 1.0, "rate": 8000})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-2],
        lambda data: data + b"xx",
        lambda data: data[:30],
        lambda data: header(0, 8000),
        lambda data: b"ID3" + data,
        lambda data: data[:34] + b"\x08\x00" + data[36:],
        lambda data: data[:22] + b"\x03\x00" + data[24:],
        lambda data: b"",
    ],
)
def test_a_file_that_is_cut_or_something_else_is_refused(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(spoil(header(100, 8000) + bytes(200)))  # type: ignore[operator]
    with pytest.raises(Spoiled):
        WavFile().inspected(path)


@given(st.binary(max_size=80))
def test_any_bytes_are_refused_in_words(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a.wav"
    path.write_bytes(b"RIFF" + data)
    with pytest.raises(Spoiled):
        WavFile().inspected(path)


def test_a_header_is_taken_off_if_there_is_one() -> None:
    data = bytes(range(100))
    assert strip_riff(data) == (24000, data)
    assert strip_riff(header(50, 16000) + data) == (16000, data)
    extra = header(50, 16000).replace(b"data", b"LIST\x02\x00\x00\x00abdata")
    assert strip_riff(extra + data) == (16000, data)


@pytest.mark.parametrize("length", range(44))
def test_a_header_that_is_not_all_there_waits_for_more(length: int) -> None:
    assert strip_riff(header(50, 16000)[:length]) is None


def test_pieces_lie_where_they_belong_with_silence_between() -> None:
    whole = b"".join(laid([piece(0.5, 0.2, 1), piece(1.0, 0.1, 2)], 100, 1.5))
    with wave.open(io.BytesIO(whole)) as file:
        samples = file.readframes(200)[::2]
        assert file.getnframes() == 150
    assert samples == bytes(50) + b"\1" * 20 + bytes(30) + b"\2" * 10 + bytes(40)


def test_a_piece_that_comes_too_early_waits_for_the_one_before() -> None:
    plan = layout([piece(0, 2), piece(1, 1), piece(5, 1, due=5.25)], 100)
    assert plan.starts == (0, 2, 5)
    assert (plan.drift, plan.late, plan.seconds) == (1.0, 0.75, 6.0)


def test_a_piece_that_is_not_as_long_as_it_said_keeps_the_others_in_place() -> None:
    short = Placed(0, 1, lambda: [b"\1\0" * 10])
    long = Placed(1, 1, lambda: [b"\2\0" * 90, b"\2\0" * 90])
    samples = b"".join(laid([short, long], 100))[44::2]
    assert samples == b"\1" * 10 + bytes(90) + b"\2" * 100


def test_no_pieces_are_silence() -> None:
    assert b"".join(laid([], 100, 0.5)) == header(50, 100) + bytes(100)


def test_a_piece_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "voice.pcm"
    path.write_bytes(b"RIFF" + b"\3\0" * 50)
    assert b"".join(laid([Placed(0, 0.5, from_file(path, 4))], 100))[44:] == b"\3\0" * 50


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 2)), max_size=6), st.floats(0, 20))
def test_a_laid_file_is_always_whole(
    tmp_path_factory: pytest.TempPathFactory, places: list[tuple[float, float]], least: float
) -> None:
    pieces = [piece(start, seconds) for start, seconds in places] or [piece(0, 1)]
    path = tmp_path_factory.mktemp("laid") / "a.wav"
    path.write_bytes(b"".join(laid([*pieces, piece(0, 1)], 100, least)))
    assert WavFile().inspected(path).facts["duration"] >= max(1, least - 0.01)
