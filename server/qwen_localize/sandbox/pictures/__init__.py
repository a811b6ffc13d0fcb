"""Read a picture, replace its text in place, and hand back a JPEG of the same size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qwen_localize.sandbox.pseudo import Pair, localize

_FILLER = re.compile(r" ~[~ ]*\]$")


@dataclass(frozen=True)
class Translated:
    """A finished picture and what was read in it."""

    jpeg: bytes
    lines: tuple[str, ...]


def translate(data: bytes, terms: Sequence[Pair] = (), sensitives: Sequence[str] = ()) -> Translated:
    """Pseudo-localize the text in a picture. Takes seconds: call it in a worker thread.

    Args:
        data: The picture file.
        terms: Words that become their target verbatim.
        sensitives: Strings removed before translation, exactly and case-sensitively (contract 4).
    """
    from qwen_localize.sandbox.pictures.decode import decode, encode
    from qwen_localize.sandbox.pictures.reading import read
    from qwen_localize.sandbox.pictures.redraw import redraw

    pixels = decode(data)
    lines = read(pixels)
    texts = [_translate_line(line.text, terms, sensitives) for line in lines]
    drawn = redraw(pixels, [line.corners for line in lines], texts)
    return Translated(encode(drawn), tuple(line.text for line in lines))


def plain(data: bytes) -> Translated:
    """The picture unread and unchanged but for the sandbox's mark; takes milliseconds."""
    from qwen_localize.sandbox.pictures.decode import decode, encode
    from qwen_localize.sandbox.pictures.redraw import redraw

    return Translated(encode(redraw(decode(data), [], [])), ("(not read)",))


def _translate_line(text: str, terms: Sequence[Pair], sensitives: Sequence[str]) -> str:
    for word in sensitives:
        text = text.replace(word, "")
    # The tildes that make a text longer would only make its letters smaller in a box that stays.
    return _FILLER.sub("]", localize(text.strip(), terms))
