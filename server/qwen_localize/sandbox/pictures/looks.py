"""How the old text looked: colour, weight, alignment."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .decode import Pixels
from .geometry import Corners, around, mask_of, sides


@dataclass(frozen=True)
class Look:
    """What the new text takes over from the old.

    Attributes:
        ink: RGB of the text.
        bold: whether the strokes are heavy.
        centred: whether the line stands centred.
    """

    ink: tuple[int, int, int]
    bold: bool
    centred: bool


def look_at(image: Pixels, corners: Corners, others: Sequence[Corners]) -> Look:
    """How the text in one box looks."""
    margin = max(3, round(min(sides(corners)) / 5))
    region = around(corners, image, margin)
    pixels, mask = image[region.slices], mask_of(corners, region) > 0
    ring = pixels[~mask] if (~mask).any() else pixels.reshape(-1, 3)
    paper = np.median(ring, axis=0)
    distance = np.abs(pixels.astype(np.float32) - paper).max(axis=2)
    strongest = float(np.percentile(distance[mask], 98)) if mask.any() else 0.0
    strokes = mask & (distance > max(30.0, 0.75 * strongest))
    return Look(
        ink=_ink(pixels, strokes, paper),
        bold=_is_bold(strokes, mask),
        centred=_is_centred(corners, others, image.shape[1]),
    )


def _ink(pixels: Pixels, strokes: NDArray[np.bool_], paper: NDArray[np.float64]) -> tuple[int, int, int]:
    if strokes.any():
        return _rgb(np.median(pixels[strokes], axis=0))
    return (0, 0, 0) if paper.mean() > 127 else (255, 255, 255)


def _rgb(colour: NDArray[np.float64]) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in colour)
    return red, green, blue


def _is_bold(strokes: NDArray[np.bool_], mask: NDArray[np.bool_]) -> bool:
    """Heavy text inks more than a sixth of its box; regular faces stay below, whatever their size."""
    return bool(strokes.sum() > mask.sum() / 6)


def _is_centred(corners: Corners, others: Sequence[Corners], width: int) -> bool:
    """Centred in the picture, or on the same axis as a line that begins elsewhere."""
    left, right = float(corners[:, 0].min()), float(corners[:, 0].max())
    near = max(4.0, 0.02 * width)
    if abs((left + right) / 2 - width / 2) <= near:
        return True
    for other in others:
        other_left, other_right = float(other[:, 0].min()), float(other[:, 0].max())
        if abs(other_left - left) > 2 * near and abs(other_left + other_right - left - right) / 2 <= near:
            return True
    return False
