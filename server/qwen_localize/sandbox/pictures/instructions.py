"""The few instructions that the sandbox's image editing understands, found by words in English and Chinese."""

import re
from collections.abc import Callable

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

_BETWEEN = re.compile(r"[,;，。；、\n]|\.\s|\bthen\b|然后|再")

# The picture and the clause that names the step.
Step = Callable[["Image.Image", str], "Image.Image"]


def carry_out(image: Image.Image, instruction: str) -> Image.Image:
    """The picture after every step that the instruction names, in its order; unknown words change nothing."""
    for clause in _BETWEEN.split(instruction):
        found = [(match.start(), step) for pattern, step in _STEPS if (match := pattern.search(clause))]
        for _, step in sorted(found, key=lambda place: place[0]):
            image = step(image, clause)
    return image


def _grey(image: Image.Image, _: str) -> Image.Image:
    return image.convert("L").convert("RGB")


def _rotate(image: Image.Image, words: str) -> Image.Image:
    """Clockwise by the degrees named, or by 90; what the corners leave open is white."""
    number = re.search(r"-?\d{1,3}(?:\.\d+)?", words)
    degrees = float(number.group()) if number else 90.0
    backwards = re.search(r"counter|anti-?clockwise|逆时针|\bleft\b|向左", words, re.IGNORECASE)
    angle = degrees if backwards else -degrees
    return image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor="white")


def _bright(factor: float) -> Step:
    def step(image: Image.Image, _: str) -> Image.Image:
        return ImageEnhance.Brightness(image).enhance(factor)

    return step


def _crop(image: Image.Image, words: str) -> Image.Image:
    """The square in the middle, or else the middle half of each side."""
    square = re.search(r"square|正方|方形", words, re.IGNORECASE)
    width, height = image.size
    across, down = (min(image.size),) * 2 if square else ((width + 1) // 2, (height + 1) // 2)
    left, top = (width - across) // 2, (height - down) // 2
    return image.crop((left, top, left + across, top + down))


def _flip(image: Image.Image, words: str) -> Image.Image:
    upside_down = re.search(r"vertical|upside|垂直|上下", words, re.IGNORECASE)
    return ImageOps.flip(image) if upside_down else ImageOps.mirror(image)


def _blur(image: Image.Image, _: str) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(max(image.size) / 100))


def _invert(image: Image.Image, _: str) -> Image.Image:
    return ImageOps.invert(image)


def _sepia(image: Image.Image, _: str) -> Image.Image:
    return ImageOps.colorize(image.convert("L"), "#1c0f05", "#fff3d6")


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_STEPS: tuple[tuple[re.Pattern[str], Step], ...] = (
    (_words(r"\bgr[ae]y|black[ -]and[ -]white|monochrome|desaturate|灰度|黑白|去色"), _grey),
    (_words(r"\brotat|旋转"), _rotate),
    (_words(r"\bbright|\blighten|变亮|调亮|提亮|更亮"), _bright(1.5)),
    (_words(r"\bdark|变暗|调暗|压暗|更暗"), _bright(0.6)),
    (_words(r"\bcrop|裁剪|裁切|裁成|剪裁"), _crop),
    (_words(r"\bflip|\bmirror|翻转|镜像"), _flip),
    (_words(r"\bblur|模糊"), _blur),
    (_words(r"\binvert|反色|反相"), _invert),
    (_words(r"\bsepia|怀旧|复古|棕褐"), _sepia),
)
