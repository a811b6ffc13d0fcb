"""Take the old text out of its box."""

import cv2
import numpy as np

from .decode import Pixels
from .geometry import Corners, around, mask_of, sides

_SMOOTH = 12  # levels of 255 by which a smooth background may stray from its gradient
_ENOUGH = 4000  # pixels that a gradient is fitted to
_QUICK = 160_000  # pixels that inpainting does in an instant; larger regions are scaled down for it


def clean(image: Pixels, corners: Corners) -> None:
    """Fill the box with the colour or gradient round it, or else with what grows in from its edges."""
    region = around(corners, image, margin=max(3, round(min(sides(corners)) / 5)))
    mask = mask_of(corners, region)
    part = image[region.slices]
    filled = _gradient(part, mask)
    if filled is None:
        filled = _inpainted(part, mask)
    part[mask > 0] = filled[mask > 0]


def _gradient(part: Pixels, mask: Pixels) -> Pixels | None:
    """The plane through the colours round the box; None if they do not lie on one."""
    rows, columns = np.nonzero(mask == 0)
    if rows.size < 8:  # the box is the whole picture
        return np.broadcast_to(np.median(part, axis=(0, 1)).astype(np.uint8), part.shape)
    step = max(1, rows.size // _ENOUGH)
    rows, columns = rows[::step], columns[::step]
    places = np.column_stack((np.ones(rows.size), columns, rows))
    colours = part[rows, columns].astype(np.float64)
    near = np.full(rows.size, fill_value=True)
    for _ in range(2):  # once more without what is not background, such as a line of the next text
        plane = np.linalg.lstsq(places[near], colours[near])[0]
        strays = np.abs(places @ plane - colours).max(axis=1)
        near = strays <= max(_SMOOTH, 2 * float(np.median(strays)))
    if np.percentile(strays, 80) > _SMOOTH:
        return None
    height, width = mask.shape
    down, across = np.mgrid[0:height, 0:width][..., None]
    filled = np.round(plane[0] + plane[1] * across + plane[2] * down)
    return np.asarray(np.clip(filled, 0, 255), np.uint8)


def _inpainted(part: Pixels, mask: Pixels) -> Pixels:
    height, width = mask.shape
    scale = min(1.0, (_QUICK / (height * width)) ** 0.5)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    hole = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)
    filled = cv2.inpaint(small, hole, 3, cv2.INPAINT_TELEA)
    return np.asarray(cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
