"""Edit pictures: carry out what is understood, and say on a margin what was asked (docs/model-studio.md 5)."""

import io
import math
import re
from collections.abc import Callable, Sequence

from PIL import Image, ImageOps

from .decode import EDITING, decode
from .drawing import caption

Size = tuple[int, int]

_STEP = 16  # sides are multiples of it
_USUAL = 1024  # the side of a square of the usual area
_SIDES = (64, 4096)  # even of a very long picture


def edit(
    pictures: Sequence[bytes], prompt: str, number: int, size: Size | None, *, watermark: bool
) -> list[Image.Image]:
    """The first picture, edited, so many times. Takes a moment: call it in a worker thread.

    Args:
        pictures: the files; the last one gives the ratio if no size is asked, the rest are only checked.
        prompt: what to do.
        number: how many results; each has its number written on it.
        size: width and height asked.
        watermark: whether to add the model's own mark in the lower right corner.
    """
    images = [Image.fromarray(decode(data, EDITING)) for data in pictures]
    size = _rounded(size or _usual(images[-1].size))
    edited = _carried_out(images[0], prompt)
    return [
        _laid_out(edited, size, f"{index}/{number}  {prompt}", watermark=watermark) for index in range(1, number + 1)
    ]


def as_png(image: Image.Image) -> bytes:
    """A PNG file."""
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


def _carried_out(image: Image.Image, prompt: str) -> Image.Image:
    """The picture after every step that the prompt names; what else it asks only stands on the margin."""
    for words, step in _STEPS:
        if words.search(prompt):
            image = step(image)
    return image


def _grey(image: Image.Image) -> Image.Image:
    return image.convert("L").convert("RGB")


_STEPS: tuple[tuple[re.Pattern[str], Callable[[Image.Image], Image.Image]], ...] = (
    (re.compile(r"\bgr[ae]y|black[ -]and[ -]white|灰度|黑白", re.IGNORECASE), _grey),
    (re.compile(r"\bflip|\bmirror|翻转|镜像", re.IGNORECASE), ImageOps.mirror),
    (re.compile(r"\binvert|反色", re.IGNORECASE), ImageOps.invert),
)


def _laid_out(image: Image.Image, size: Size, words: str, *, watermark: bool) -> Image.Image:
    """The whole picture above a margin with the words and the sandbox's mark."""
    width, height = size
    margin = max(14, min(40, height // 24))
    room = (width, height - margin)
    fitted = ImageOps.contain(image, room, Image.Resampling.BICUBIC)
    canvas = Image.new("RGB", size, "#e8e8e8")
    canvas.paste(fitted, ((room[0] - fitted.width) // 2, (room[1] - fitted.height) // 2))
    caption(canvas, (0, room[1], width, height), words, right="sandbox")
    if watermark:
        caption(canvas, (width - width // 4, room[1] - margin, width, room[1]), "Qwen-Image")
    return canvas


def _usual(size: Size) -> Size:
    """About 1024 * 1024 pixels at the ratio of a picture."""
    stretch = math.sqrt(size[0] / size[1])
    low, high = _SIDES
    width, height = (min(high, max(low, round(side))) for side in (_USUAL * stretch, _USUAL / stretch))
    return width, height


def _rounded(size: Size) -> Size:
    """Multiples of 16, the lower where two are as near: the document makes 1040*1024 of 1033*1032."""
    width, height = (max(1, math.ceil(side / _STEP - 0.5)) * _STEP for side in size)
    return width, height
