"""Take the old text out of its box."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_localize.sandbox.pictures.geometry import around, mask_of, sides

if TYPE_CHECKING:
    from qwen_localize.sandbox.pictures.decode import Pixels
    from qwen_localize.sandbox.pictures.geometry import Corners
    from qwen_localize.sandbox.pictures.looks import Look

_QUICK = 160_000  # pixels that inpainting does in an instant; larger regions are done smaller


def clean(image: Pixels, corners: Corners, look: Look) -> None:
    """Fill the box with its plain background, or with what surrounds it."""
    import numpy as np

    region = around(corners, image, margin=max(3, round(min(sides(corners)) / 5)))
    mask = mask_of(corners, region)
    part = image[region.slices]
    if look.plain:
        part[mask > 0] = np.array(look.paper, np.uint8)
    else:
        part[mask > 0] = _inpainted(part, mask)[mask > 0]


def _inpainted(part: Pixels, mask: Pixels) -> Pixels:
    import cv2
    import numpy as np

    height, width = mask.shape
    scale = min(1.0, (_QUICK / (height * width)) ** 0.5)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    hole = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)
    filled = cv2.inpaint(small, hole, 3, cv2.INPAINT_TELEA)
    return np.asarray(cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
