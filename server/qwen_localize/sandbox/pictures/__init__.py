"""Read a picture, replace its text in place, and hand back a JPEG of the same size."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..pseudo import Pair, localize
from .decode import decode, encode
from .reading import read
from .redraw import redraw

_FILLER = re.compile(r" ~[~ ]*\]$")


@dataclass(frozen=True)
class Translated:
    """A finished picture and what was read in it."""

    jpeg: bytes
    lines: tuple[str, ...]


def translate(data: bytes, terms: Sequence[Pair] = (), sensitives: Sequence[str] = ()) -> Translated:
    """Pseudo-localize the text in a picture. Takes seconds: call it in a worker thread.

    Args:
        data: the picture file.
        terms: words that become their target verbatim.
        sensitives: strings removed before translation, exactly and case-sensitively (docs/model-studio.md 4).
    """
    pixels = decode(data)
    lines = read(pixels)
    texts = [_translate_line(line.text, terms, sensitives) for line in lines]
    drawn = redraw(pixels, [line.corners for line in lines], texts)
    return Translated(encode(drawn), tuple(line.text for line in lines))


def plain(data: bytes) -> Translated:
    """The picture unread and unchanged but for the sandbox's mark; takes milliseconds."""
    return Translated(encode(redraw(decode(data), [], [])), ("(not read)",))


def _translate_line(text: str, terms: Sequence[Pair], sensitives: Sequence[str]) -> str:
    for word in sensitives:
        text = text.replace(word, "")
    # The box keeps its size: the tildes that make a text longer would only make its letters smaller.
    return _FILLER.sub("]", localize(text.strip(), terms))
