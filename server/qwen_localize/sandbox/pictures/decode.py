"""Picture files to pixels and back, within the limits of docs/model-studio.md 4 to 6."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ..errors import Refusal, invalid

Pixels = NDArray[np.uint8]

# MPO is what many phones write as .jpg.
_JPEG_PNG = frozenset({"JPEG", "MPO", "PNG"})
_COMMON = _JPEG_PNG | {"BMP", "TIFF", "WEBP"}
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Rules:
    """What picture files an endpoint takes.

    Attributes:
        formats: as Pillow names them.
        max_bytes: the largest file.
        sides: the shortest and the longest side.
        max_ratio: how many times as long as short a picture may be.
        large: pixels from which on it has to be a JPEG or PNG.
        max_pixels: the largest area.
    """

    formats: frozenset[str]
    max_bytes: int
    sides: tuple[int, int]
    max_ratio: int | None = None
    large: int | None = None
    max_pixels: int | None = None

    def refusal(self, image: Image.Image) -> Refusal | None:
        """What is wrong with a picture, if anything is."""
        area = image.width * image.height
        formats = _JPEG_PNG if self.large is not None and area > self.large else self.formats
        if image.format not in formats:
            return invalid(f"The image format {image.format} is not supported.", "InvalidImage.FileFormat")
        short, long = sorted(image.size)
        too_long = self.max_ratio is not None and long > self.max_ratio * short
        too_large = self.max_pixels is not None and area > self.max_pixels
        in_range = self.sides[0] <= short and long <= self.sides[1]
        return None if in_range and not too_long and not too_large else self.bad_resolution()

    def bad_resolution(self) -> Refusal:
        """The refusal of a picture that is too small, too large or too long."""
        ratio = "" if self.max_ratio is None else f", their ratio at most 1:{self.max_ratio}"
        words = f"Each side of the image must be {self.sides[0]} to {self.sides[1]} pixels{ratio}."
        return invalid(words, "InvalidImage.Resolution")


TRANSLATING = Rules(_COMMON | {"PPM"}, 100 * _MEGABYTE, (15, 8192), 10)  # docs/model-studio.md 4
# docs/model-studio.md 5 sets no limit on the sides.
EDITING = Rules(_COMMON | {"GIF"}, 10 * _MEGABYTE, (1, 8192))
# docs/model-studio.md 6, with 4K and 8K read as areas. HEIC is documented too, but Pillow alone cannot read it.
READING = Rules(_COMMON, 10 * _MEGABYTE, (11, 30_000), 200, 3840 * 2160, 7680 * 4320)


def decode(data: bytes, rules: Rules = TRANSLATING) -> Pixels:
    """RGB pixels, upright (EXIF applied), of the first frame, on white where it was transparent.

    Raises:
        Refusal: the file is no picture, or outside the rules.
    """
    if len(data) > rules.max_bytes:
        raise invalid("The size of the image is beyond the limit.", "InvalidImage.ImageSize")
    try:
        with Image.open(io.BytesIO(data)) as image:
            refusal = rules.refusal(image)
            if refusal is not None:
                raise refusal
            upright = ImageOps.exif_transpose(image)
            return np.asarray(_to_rgb(upright))
    except Image.DecompressionBombError as error:
        raise rules.bad_resolution() from error
    except (OSError, ValueError, SyntaxError) as error:  # how Pillow says that a file is broken
        raise invalid(
            "Invalid image type. Please ensure the file is a valid image.", "InvalidImage.FileFormat"
        ) from error


def encode(pixels: Pixels) -> bytes:
    """A JPEG of RGB pixels."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=92, subsampling=0)
    return file.getvalue()


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        return _from_deep(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("RGB")
    return image.convert("RGB")


def _from_deep(image: Image.Image) -> Image.Image:
    """Grey of more than 8 bits, which Pillow would clip rather than scale."""
    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    top = float(values.max(initial=0.0))
    white = next((white for white in (1.0, 255.0, 65535.0) if top <= white), top)
    grey = np.clip(values / white * 255, 0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")
