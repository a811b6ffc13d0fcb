"""Clean the old text from a picture and draw the new text into the same boxes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .cleaning import clean
from .decode import Pixels
from .drawing import draw, draw_mark
from .looks import look_at


def redraw(pixels: Pixels, boxes: Sequence[NDArray[np.float32]], texts: Sequence[str]) -> Pixels:
    """A copy with each text in its box, in the old text's colour, and the sandbox's mark."""
    looks = [look_at(pixels, box, boxes) for box in boxes]
    canvas = pixels.copy()
    for box in boxes:
        clean(canvas, box)
    for box, look, text in zip(boxes, looks, texts, strict=True):
        if text:
            draw(canvas, box, look, text)
    draw_mark(canvas, boxes)
    return canvas
