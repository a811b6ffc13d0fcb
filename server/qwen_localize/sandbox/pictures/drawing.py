"""Draw text into a box without leaving it."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO

import cv2
import numpy as np
from anyascii import anyascii
from PIL import Image, ImageDraw, ImageFont

from .decode import Pixels
from .geometry import Corners, Region, around, inside, mask_of, reading_way, sides
from .looks import Look

# What the shipped subset of DejaVu Sans lacks (data/LICENSE-DejaVu.txt says how it was made).
_MISSING = re.compile(
    "[^\u0020-\u007e\u00a0-\u024f\u0259\u0271\u02a0\u02bc\u02c6\u02c7\u02d8-\u02dd\u0384-\u038a\u038c"
    "\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f\u0490-\u0493\u04d8\u04d9\u04e8\u04e9\u1e00-\u1efb\u2010-\u2027"
    "\u2030-\u203a\u2044\u20ac\u2116\u2122\u2190-\u2195\u2212\u2248\u2260\u2264\u2265\u25a0\u25cf]+"
)
_LARGEST = 0.75  # font size as a share of the box's height: room for accents above and tails below
_SMALLEST = 6.0  # below this nothing is legible, so the text is squeezed instead


def drawable(text: str) -> str:
    """The text with what the font lacks written in Latin letters."""
    if _MISSING.search(text) is None:
        return text
    return _MISSING.sub(lambda run: anyascii(run.group()), text)


def draw(image: Pixels, corners: Corners, look: Look, text: str) -> None:
    """Draw one line into its box, in place."""
    corners = reading_way(corners)
    upright = inside(corners)
    if upright is None:
        _draw_turned(image, corners, look, text)
        return
    region = _clipped(upright, image)
    if region is not None:
        _blend(image, region, _coverage(text, region.size, look), look.ink)


def draw_mark(image: Pixels, boxes: Sequence[Corners]) -> None:
    """Write `sandbox` small into the first corner that no text stands in."""
    height, width = image.shape[:2]
    size = max(12, min(width, height) // 40)
    left, top, right, bottom = _font(size, bold=False).getbbox("sandbox")
    label_width, label_height = min(width, round(right - left) + size), min(height, round(bottom - top) + size // 2)
    label = Image.new("RGB", (label_width, label_height), (40, 40, 40))
    middle = (label_width / 2, label_height / 2)
    ImageDraw.Draw(label).text(middle, "sandbox", "white", _font(size, bold=False), anchor="mm")
    region = _free_corner(image, label.size, boxes)
    image[region.slices] = np.asarray(label)


def caption(image: Image.Image, box: tuple[int, int, int, int], words: str, right: str = "") -> None:
    """Write words small and light on a dark box, in place, and more at its right end; cut to fit."""
    left, top, end, bottom = box
    font = _font(max(8, (bottom - top) * 0.5), bold=False)
    draw, pad, middle = ImageDraw.Draw(image), (bottom - top) // 4, (top + bottom) / 2
    draw.rectangle((left, top, end - 1, bottom - 1), fill=(40, 40, 40))
    draw.text((end - pad, middle), right, "white", font, anchor="rm")
    room = end - left - 3 * pad - font.getlength(right)
    text = drawable(" ".join(words[:300].split()))
    while text and font.getlength(text) > room:
        text = text[: max(0, min(len(text) - 1, int(len(text) * room / font.getlength(text))))]
    draw.text((left + pad, middle), text, "#dddddd", font, anchor="lm")


def _free_corner(image: Pixels, size: tuple[int, int], boxes: Sequence[Corners]) -> Region:
    height, width = image.shape[:2]
    right, bottom = width - size[0], height - size[1]
    places = [(right, bottom), (0, bottom), (right, 0), (0, 0)]
    regions = [Region(left, top, left + size[0], top + size[1]) for left, top in places]
    taken = [around(box, image) for box in boxes]
    free = [region for region in regions if not any(region.overlaps(box) for box in taken)]
    return free[0] if free else regions[0]


def _clipped(region: Region, image: Pixels) -> Region | None:
    height, width = image.shape[:2]
    clipped = Region(max(region.left, 0), max(region.top, 0), min(region.right, width), min(region.bottom, height))
    return clipped if min(clipped.size) >= 1 else None


def _draw_turned(image: Pixels, corners: Corners, look: Look, text: str) -> None:
    width, height = (max(1, round(side)) for side in sides(corners))
    region = around(corners, image)
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    origin = np.array([region.left, region.top], np.float32)
    turn = cv2.getPerspectiveTransform(flat, (corners - origin).astype(np.float32))
    upright = np.asarray(_coverage(text, (width, height), look))
    coverage = np.asarray(cv2.warpPerspective(upright, turn, region.size), np.uint8)
    _blend(image, region, np.minimum(coverage, mask_of(corners, region)), look.ink)


def _blend(image: Pixels, region: Region, coverage: Pixels | Image.Image, ink: tuple[int, int, int]) -> None:
    share = np.asarray(coverage, np.float32)[:, :, None] / 255
    part = image[region.slices]
    part[:] = np.round(part * (1 - share) + np.array(ink, np.float32) * share).astype(np.uint8)


def _coverage(text: str, size: tuple[int, int], look: Look) -> Image.Image:
    """How much ink each pixel of a box gets, 0 to 255."""
    text, (width, height) = drawable(text), size
    font = _fitting(text, size, bold=look.bold)
    needed = max(1, round(font.getlength(text)) + 2)
    layer = Image.new("L", (max(width, needed), height), 0)
    anchor, x = ("mm", layer.width / 2) if look.centred or needed > width else ("lm", 1.0)
    ImageDraw.Draw(layer).text((x, height / 2), text, 255, font, anchor=anchor)
    return layer if layer.width == width else layer.resize(size, Image.Resampling.LANCZOS)


def _fitting(text: str, size: tuple[int, int], *, bold: bool) -> ImageFont.FreeTypeFont:
    """The largest font in which the text fits the width, within the bounds on its height."""
    width, height = size
    for_height = max(1.0, height * _LARGEST)
    length = max(1.0, _font(100, bold=bold).getlength(text))
    for_width = 100 * max(1, width - 4) / length
    return _font(min(for_height, max(for_width, min(_SMALLEST, for_height))), bold=bold)


@cache
def _font_file(name: str) -> bytes:
    return files("qwen_localize.sandbox").joinpath("data", name).read_bytes()


def _font(size: float, *, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(BytesIO(_font_file(name)), size, layout_engine=ImageFont.Layout.BASIC)
