"""Boxes: from four corners to regions and masks."""

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .decode import Pixels

Corners = NDArray[np.float32]


class Region(NamedTuple):
    """An upright rectangle of pixels; right and bottom are the first column and row outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Its rows and columns, to index an image with."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top

    def overlaps(self, other: "Region") -> bool:
        """Whether they share a pixel."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def around(corners: Corners, image: Pixels, margin: int = 0) -> Region:
    """The region that holds the box, with a margin, inside the image; at least one pixel."""
    height, width = image.shape[:2]
    left, top = (math.floor(value) - margin for value in corners.min(axis=0))
    right, bottom = (math.ceil(value) + margin for value in corners.max(axis=0))
    left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    return Region(left, top, max(min(right, width), left + 1), max(min(bottom, height), top + 1))


def inside(corners: Corners) -> Region | None:
    """The upright rectangle inside an almost upright box; None if the box is turned."""
    (left_top, right_top, right_bottom, left_bottom) = corners.tolist()
    slant = math.atan2(right_top[1] - left_top[1], right_top[0] - left_top[0])
    if abs(slant) > math.radians(3):
        return None
    left, right = max(left_top[0], left_bottom[0]), min(right_top[0], right_bottom[0])
    top, bottom = max(left_top[1], right_top[1]), min(left_bottom[1], right_bottom[1])
    region = Region(math.ceil(left), math.ceil(top), math.floor(right), math.floor(bottom))
    return region if min(region.size) >= 1 else None


def mask_of(corners: Corners, region: Region) -> Pixels:
    """255 where the box is, within a region."""
    width, height = region.size
    mask = np.zeros((height, width), np.uint8)
    points = np.round(corners - np.array([region.left, region.top], np.float32)).astype(np.int32)
    cv2.fillConvexPoly(mask, points, 255)
    return mask


def sides(corners: Corners) -> tuple[float, float]:
    """Mean width and height of a box."""
    upper_left, upper_right, lower_right, lower_left = corners
    width = (np.linalg.norm(upper_right - upper_left) + np.linalg.norm(lower_right - lower_left)) / 2
    height = (np.linalg.norm(lower_left - upper_left) + np.linalg.norm(lower_right - upper_right)) / 2
    return float(width), float(height)


def reading_way(corners: Corners) -> Corners:
    """The corners in reading order: a tall box is a vertical line, read from its top down.

    1.5 is where RapidOCR itself turns a box before reading it.
    """
    width, height = sides(corners)
    return np.roll(corners, -1, axis=0) if height >= 1.5 * width else corners
