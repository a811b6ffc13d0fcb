"""Makes a voice faster, so that it fits its place; a part of `program`. Sound is raw: 16 bits, one channel.

{"do": "fit", "pcm", "rate", "seconds", "into"} is answered with {"seconds", "tempo"}.
"""

from collections.abc import Iterator
from errno import EAGAIN
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.filter import Graph

# Faster than this, a voice sounds hurried.
_FASTEST = 1.25
_BLOCK = 64 * 1024


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request."""
    source, into, rate = Path(request["pcm"]), Path(request["into"]), int(request["rate"])
    wanted, length = float(request["seconds"]), source.stat().st_size / 2 / rate
    tempo = min(max(length / wanted if wanted > 0 else _FASTEST, 1.0), _FASTEST)
    size = 0
    with source.open("rb") as voice, into.open("wb") as file:
        for data in _faster(iter(lambda: voice.read(_BLOCK), b""), rate, tempo):
            size += file.write(data)
    return {"seconds": round(size / 2 / rate, 3), "tempo": round(tempo, 4)}


def _faster(parts: Iterator[bytes], rate: int, tempo: float) -> Iterator[bytes]:
    if tempo == 1.0:
        yield from parts
        return
    graph = Graph()
    source = graph.add_abuffer(sample_rate=rate, format="s16", layout="mono", time_base=Fraction(1, rate))
    graph.link_nodes(source, graph.add("atempo", str(tempo)), graph.add("abuffersink")).configure()
    position = 0
    for data in parts:
        frame = av.AudioFrame("s16", "mono", len(data) // 2)
        frame.planes[0].update(data)
        frame.sample_rate, frame.pts, frame.time_base = rate, position, Fraction(1, rate)
        position += frame.samples
        graph.push(frame)
        yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def _pulled(graph: Graph) -> Iterator[bytes]:
    while True:
        try:
            frame: Any = graph.pull()
        except EOFError:
            return
        except av.FFmpegError as error:
            if error.errno != EAGAIN:
                raise
            return
        yield bytes(frame.planes[0])[: frame.samples * 2]
