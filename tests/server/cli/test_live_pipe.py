"""Sound that comes through a pipe, whatever it is."""

import io
import struct
from collections.abc import Callable

import pytest

from qwen_localize.cli.live.pipe import heard_in
from qwen_localize.errors import BadInput

FORMAT = struct.pack("<HHIIHH", 1, 1, 16_000, 32_000, 2, 16)
PCM = b"\1\0" * 16_000


def chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def wav(*chunks: bytes) -> bytes:
    return b"RIFF\xff\xff\xff\xffWAVE" + b"".join(chunks)


def form(rate: int = 16_000, channels: int = 1, bits: int = 16, kind: int = 1) -> bytes:
    return chunk(b"fmt ", struct.pack("<HHIIHH", kind, channels, rate, 0, 0, bits))


class Trickle(io.BytesIO):
    """A pipe that gives seven bytes at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, 7))


@pytest.mark.parametrize(
    "data",
    [
        PCM,
        wav(form(), chunk(b"data", PCM)),
        wav(chunk(b"LIST", b"odd"), form(), chunk(b"fact", b"1234"), chunk(b"data", PCM)),
        wav(chunk(b"id3 ", bytes(200_001)), form(), chunk(b"data", PCM)),
        wav(chunk(b"fmt ", FORMAT + b"\0\0"), chunk(b"data", PCM), chunk(b"LIST", b"\x7f" * 9000)),
        wav(form(kind=0xFFFE), b"data\xff\xff\xff\xff" + PCM),
        wav(form(), b"data\0\0\0\0" + PCM),
        wav(form(channels=2), chunk(b"data", b"\1\0\1\0" * 16_000)),
    ],
)
@pytest.mark.parametrize("kind", [io.BytesIO, Trickle])
def test_sound_is_heard_whatever_stands_around_it(data: bytes, kind: Callable[[bytes], io.BytesIO]) -> None:
    assert b"".join(heard_in(kind(data), 16_000)) == PCM


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (wav(form(bits=24), chunk(b"data", PCM)), "24 bits"),
        (wav(form(kind=3), chunk(b"data", PCM)), "only 16 plain"),
        (wav(form(rate=0), chunk(b"data", PCM)), "no speech"),
        (wav(form(channels=0), chunk(b"data", PCM)), "no speech"),
        (wav(chunk(b"data", PCM)), "does not say what sound"),
        (wav(form()), "ends before its sound"),
        (wav(), "ends before its sound"),
        (b"ID3\4" + PCM, "neither a WAV file nor raw"),
        (b"\0\0\0\x1cftypM4A " + PCM, "neither a WAV file nor raw"),
    ],
)
def test_what_is_no_sound_that_can_be_read_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        list(heard_in(io.BytesIO(data), 16_000))


@pytest.mark.parametrize(("data", "expected"), [(b"", b""), (b"\1", b""), (b"\1\0\2", b"\1\0")])
def test_a_pipe_that_ends_at_once_or_within_a_sample_is_heard_so_far(data: bytes, expected: bytes) -> None:
    assert b"".join(heard_in(io.BytesIO(data), 16_000)) == expected
