"""Cuts long sound into pieces where it is quiet; a part of `program`. Sound is raw: 16 bits, one channel.

{"do": "cut", "pcm", "rate", "most", "least"} is answered with {"pieces": [{"start", "end", "speech"}], "silent"}, and
{"do": "encode", "pcm", "rate", "start", "end", "into"}, which writes FLAC, with {"seconds", "bytes"}.
"""

import math
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from operator import mul
from pathlib import Path
from typing import Any

import av

_STEP = 0.02
# Decibels below the loudest: what nobody hears, and what is as quiet as a room.
_NOTHING, _QUIET = -100.0, -65.0
# What is all alike, and quieter, is the noise of an empty room.
_HISS = -40.0
# Speech stands out of what is around it by about so much.
_LEAST_RISE, _MOST_RISE = 4.0, 12.0
# A pause inside speech; a click is shorter than a word; words begin and end softly.
_HANGOVER, _CLICK, _SOFT = 0.3, 0.08, 0.1
# A silence that is worth leaving out; one that always is, however short the piece before it.
_LONG, _VERY_LONG = 4.0, 20.0
# A piece with no pause is cut behind this share of its length.
_LATE = 0.7
_BLOCK = 1024 * 1024

Stretch = tuple[float, float]
_product_sum: Callable[[Any, Any], float] = getattr(math, "sumprod", lambda one, other: sum(map(mul, one, other)))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request."""
    rate = int(request["rate"])
    if request["do"] == "encode":
        return _encoded(request, rate)
    levels = array("f", _levels(Path(request["pcm"]), rate))
    speech = loud_stretches(levels)
    pieces = cut(speech, levels, float(request["most"]), float(request["least"]))
    return {"pieces": [_as_json(piece, speech) for piece in pieces], "silent": not pieces}


def _as_json(piece: Stretch, speech: Sequence[Stretch]) -> dict[str, Any]:
    inside = [(max(start, piece[0]), min(end, piece[1])) for start, end in speech]
    kept = [[round(start, 3), round(end, 3)] for start, end in inside if end > start]
    return {"start": round(piece[0], 3), "end": round(piece[1], 3), "speech": kept}


def _levels(path: Path, rate: int) -> Iterator[float]:
    """How loud each 20 ms are, in decibels; every other sample tells enough."""
    width = int(rate * _STEP)
    with path.open("rb") as file:
        while block := file.read(width * 2 * 500):
            samples = array("h", block[: len(block) // 2 * 2])
            if sys.byteorder == "big":
                samples.byteswap()
            for first in range(0, len(samples), width):
                yield _decibels(samples[first : first + width : 2])


def _decibels(samples: "array[int]") -> float:
    energy = _product_sum(samples, samples) / max(len(samples), 1)
    return 10 * math.log10(energy / 2**30) if energy else _NOTHING


def loud_stretches(levels: Sequence[float]) -> list[Stretch]:
    """Where it is loud, in seconds."""
    threshold = _threshold(levels)
    runs: list[list[int]] = []
    for index, level in enumerate(levels):
        if level < threshold:
            continue
        if runs and index - runs[-1][1] <= _HANGOVER / _STEP:
            runs[-1][1] = index + 1
        else:
            runs.append([index, index + 1])
    words = [(start * _STEP, end * _STEP) for start, end in runs if (end - start) * _STEP >= _CLICK]
    whole = len(levels) * _STEP
    return [(max(0.0, start - _SOFT), min(whole, end + _SOFT)) for start, end in words]


def _threshold(levels: Sequence[float]) -> float:
    """What is louder is speech: it stands out of the quietest, unless all is alike."""
    ordered = sorted(levels)
    if not ordered:
        return 0.0
    floor, top = (max(ordered[int(len(ordered) * share)], -75.0) for share in (0.05, 0.98))
    if top - floor < _MOST_RISE / 2 and top < _HISS:
        return 0.0
    rise = min(max(0.3 * (top - floor), _LEAST_RISE), _MOST_RISE)
    return max(_QUIET, min(floor + rise, top - _LEAST_RISE))


def cut(speech: Sequence[Stretch], levels: Sequence[float], most: float, least: float) -> list[Stretch]:
    """The pieces that hold all speech: none longer than `most`, and if it can be, none shorter than `least`."""
    pieces: list[Stretch] = []
    rest = list(reversed(speech))
    while rest:
        begin = rest[-1][0]
        held: list[Stretch] = []
        while rest and rest[-1][1] <= begin + most and not _ends(held, rest[-1], begin, least):
            held.append(rest.pop())
        end = held[-1][1] if held else begin
        if rest and rest[-1][0] < begin + most and not _ends(held, rest[-1], begin, least):
            end = _best_cut(held, rest[-1], levels, begin, most, least)
            kept = [run for run in held if run[1] <= end]
            rest += reversed([run for run in held if run[0] >= end])
            if not kept or len(kept) == len(held):
                rest = _without(rest, end)
        pieces.append((begin, end))
    return pieces


def _ends(held: Sequence[Stretch], following: Stretch, begin: float, least: float) -> bool:
    """Whether a silence before the next speech is long enough to end a piece there."""
    if not held:
        return False
    silence = following[0] - held[-1][1]
    return silence >= _VERY_LONG or (silence >= _LONG and held[-1][1] - begin >= least)


def _without(rest: list[Stretch], end: float) -> list[Stretch]:
    """What is left of speech that is cut in two."""
    if rest and rest[-1][0] < end:
        return [*rest[:-1], (end, rest[-1][1])]
    return rest


def _best_cut(
    held: Sequence[Stretch], following: Stretch, levels: Sequence[float], begin: float, most: float, least: float
) -> float:
    """Where to end a piece that cannot hold the next speech: in a long pause, late; or where it is quietest."""
    limit = begin + most
    pauses = [(one[1], other[0]) for one, other in pairwise([*held, following])]
    middles = [(min((start + end) / 2, limit), end - start) for start, end in pauses if start <= limit]
    late = [(middle, width) for middle, width in middles if middle - begin >= max(least, most / 2)]
    late = late or [(middle, width) for middle, width in middles if middle - begin >= least]
    if late:
        return max(late, key=lambda pause: min(pause[1], 2.0) + (pause[0] - begin) / most)[0]
    # The next piece is not to be a mere rest.
    early, last = begin + max(least, most * _LATE), following[1] - least
    if not early < last < limit:
        last = limit
    return _quietest(levels, min(early, last), last)


def _quietest(levels: Sequence[float], start: float, end: float) -> float:
    first, last = int(start / _STEP) + 1, min(int(end / _STEP), len(levels)) - 1
    if last <= first:
        return end
    sums = ((sum(levels[index - 1 : index + 2]), -index) for index in range(first, last))
    return (0.5 - min(sums)[1]) * _STEP


def _encoded(request: dict[str, Any], rate: int) -> dict[str, Any]:
    first, last = (int(float(request[name]) * rate) for name in ("start", "end"))
    with (
        Path(request["pcm"]).open("rb") as file,
        av.open(request["into"], "w", format="flac", options={"fflags": "+bitexact"}) as container,
    ):
        stream: Any = container.add_stream("flac", rate=rate, layout="mono", format="s16", options={"threads": "1"})
        file.seek(first * 2)
        done = 0
        while data := file.read(min((last - first - done) * 2, _BLOCK)):
            container.mux(stream.encode(_frame(data, rate, done)))
            done += len(data) // 2
        container.mux(stream.encode(None))
    return {"seconds": round(done / rate, 3), "bytes": Path(request["into"]).stat().st_size}


def _frame(data: bytes, rate: int, position: int) -> av.AudioFrame:
    frame = av.AudioFrame("s16", "mono", len(data) // 2)
    frame.planes[0].update(data)
    frame.sample_rate, frame.pts, frame.time_base = rate, position, Fraction(1, rate)
    return frame
