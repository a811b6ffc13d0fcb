"""Every line with its place, for advanced_recognition (contract 6)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qwen_localize.sandbox.pictures.geometry import Corners
    from qwen_localize.sandbox.pictures.reading import Line


def words_info(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Text, rotated rectangle and corners of every line, in pixels of the picture as given."""
    return [
        {
            "rotate_rect": _rotate_rect(line.corners),
            "text": line.text,
            "location": [round(value) for corner in line.corners.tolist() for value in corner],
        }
        for line in lines
    ]


def without_location(words: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """As the text of the answer has it."""
    return [{name: value for name, value in word.items() if name != "location"} for word in words]


def _rotate_rect(corners: Corners) -> list[int]:
    """`[cx, cy, w, h, angle]` in the form of the guide's samples.

    There, the width of an upright line is how high its letters are and the angle is about -90:
    the same rectangle as the length of the line, its height, and an angle of about 0.
    """
    from qwen_localize.sandbox.pictures.geometry import sides

    (left, top), (right, end) = corners[0].tolist(), corners[1].tolist()
    length, height = sides(corners)
    slant = round(math.degrees(math.atan2(end - top, right - left)))
    angle = (slant + 90) % 180 - 90  # a rectangle looks the same after half a turn
    turned = angle - 90 if angle >= 0 else angle + 90
    centre = corners.mean(axis=0).tolist()
    return [round(centre[0]), round(centre[1]), round(height), round(length), turned]
