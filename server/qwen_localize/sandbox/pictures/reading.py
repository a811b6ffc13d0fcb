"""Read the text in a picture with RapidOCR."""

import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .decode import Pixels

_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Line:
    """One line of text and its corners: upper left, upper right, lower right, lower left (x, y)."""

    text: str
    corners: NDArray[np.float32]


def read(pixels: Pixels) -> list[Line]:
    """The lines of text in RGB pixels."""
    with _ONE_AT_A_TIME:  # the engine keeps state between its steps
        found = _engine()(np.ascontiguousarray(pixels[:, :, ::-1]))
    if found.boxes is None or found.txts is None:
        return []
    boxes = [np.asarray(box, dtype=np.float32) for box in found.boxes]
    return [Line(text.strip(), box) for text, box in zip(found.txts, boxes, strict=True) if text.strip()]


def unread(pixels: Pixels) -> list[Line]:
    """The whole picture as one line that says that it was not read."""
    height, width = pixels.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    return [Line("(sandbox: not read)", corners)]


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "error"})
