"""Sound that comes through a pipe: raw, or as a WAV file whose end nobody knows yet."""

import struct
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from qwen_localize_tools.interpret_speech.live import Resampler

from ...errors import BadInput

_STEPS_A_SECOND = 10
_RIFF_HEAD, _CHUNK_HEAD, _BLOCK = 12, 8, 64 * 1024
_PCM, _EXTENSIBLE = 1, 0xFFFE
# A recorder that cannot know how much will come writes nothing, or as much as it can.
_ENDLESS = 0x7FFF0000
_RATES, _MOST_CHANNELS = range(4000, 384_001), 64
# How other files begin, which would be noise.
_OTHERS = (b"ID3", b"OggS", b"fLaC", b"FORM", b"RIFX", b"RF64", b"\x1aE\xdf\xa3", b"#!AMR", b".snd", b"caff")
_CONVERT = "Convert it: ffmpeg -i FILE -f s16le -ac 1 -ar 16000 - | qwen-localize live …"


def heard_in(file: BinaryIO, rate: int) -> Iterator[bytes]:
    """What comes, as 16 bits, one channel, 16 kHz; reading blocks.

    Args:
        file: read without a buffer, it may give less than it is asked for.
        rate: of raw sound.

    Raises:
        BadInput: it is no sound that can be read here.
    """
    head, channels, size = _exactly(file, _RIFF_HEAD), 1, 0
    if head[:4] == b"RIFF" and head[8:] == b"WAVE":
        rate, channels, size = _described(file)
        head = b""
    elif head.startswith(_OTHERS) or head[4:8] == b"ftyp":
        raise BadInput(f"Standard input is neither a WAV file nor raw sound. {_CONVERT}")
    resampler, step = Resampler(rate, channels), max(rate // _STEPS_A_SECOND, 1) * 2 * channels
    for data in chain([head], _blocks(file, step, size)):
        if pcm := resampler.feed(data):
            yield pcm


def _blocks(file: BinaryIO, step: int, size: int) -> Iterator[bytes]:
    """What comes, as soon as it does; of a file that says how much sound it has, not what comes behind it."""
    left = size if 0 < size < _ENDLESS else None
    while data := file.read(step if left is None else min(step, left)):
        left = None if left is None else left - len(data)
        yield data


def _exactly(file: BinaryIO, size: int) -> bytes:
    """So many bytes; less at the end."""
    found = b""
    while len(found) < size and (more := file.read(size - len(found))):
        found += more
    return found


def _described(file: BinaryIO) -> tuple[int, int, int]:
    """Rate, channels and bytes of a WAV file, read up to its samples.

    Raises:
        BadInput: it has others than those of 16 bits.
    """
    form = None
    while len(head := _exactly(file, _CHUNK_HEAD)) == _CHUNK_HEAD:
        name, size = struct.unpack("<4sI", head)
        if name == b"data":
            return (*_form(form), size)
        if name == b"fmt ":
            form = _exactly(file, min(size, _BLOCK))
        _skip(file, size + size % 2 - (len(form or b"") if name == b"fmt " else 0))
    raise BadInput("Standard input is a WAV file that ends before its sound begins. Pipe in all of it.")


def _form(form: bytes | None) -> tuple[int, int]:
    """Rate and channels, as the header says."""
    if form is None or len(form) < 16:
        raise BadInput(f"Standard input is a WAV file that does not say what sound it has. {_CONVERT}")
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", form)
    if kind not in (_PCM, _EXTENSIBLE) or bits != 16:
        raise BadInput(f"Standard input is a WAV file of {bits} bits, but only 16 plain ones are read. {_CONVERT}")
    if rate not in _RATES or not 1 <= channels <= _MOST_CHANNELS:
        raise BadInput(
            f"Standard input is a WAV file of {rate} samples a second in {channels} channels, which is no speech. "
            f"{_CONVERT}"
        )
    return rate, channels


def _skip(file: BinaryIO, size: int) -> None:
    while size > 0 and (data := file.read(min(size, _BLOCK))):
        size -= len(data)
