"""Picture files to pixels and back, within the limits of contract 4."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from qwen_localize.sandbox.errors import invalid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Pixels = NDArray[np.uint8]

# MPO is what many phones write as .jpg.
FORMATS = frozenset({"JPEG", "MPO", "PNG", "BMP", "PPM", "TIFF", "WEBP"})
MAX_BYTES = 100 * 1024 * 1024
MIN_SIDE, MAX_SIDE = 15, 8192
MAX_RATIO = 10


def decode(data: bytes) -> Pixels:
    """RGB pixels, upright (EXIF applied), of the first frame, on white where it was transparent."""
    import numpy as np
    from PIL import Image, ImageOps

    if len(data) > MAX_BYTES:
        raise invalid("The size of the image is beyond the limit.", "InvalidImage.ImageSize")
    try:
        with Image.open(io.BytesIO(data)) as image:
            _check(image)
            upright = ImageOps.exif_transpose(image)
            return np.asarray(_to_rgb(upright))
    except Image.DecompressionBombError as error:
        raise _bad_resolution() from error
    except (OSError, ValueError, SyntaxError) as error:  # how Pillow says that a file is broken
        raise invalid(
            "Invalid image type. Please ensure the file is a valid image.", "InvalidImage.FileFormat"
        ) from error


def encode(pixels: Pixels) -> bytes:
    """A JPEG of RGB pixels."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=92, subsampling=0)
    return file.getvalue()


def _check(image: Image.Image) -> None:
    if image.format not in FORMATS:
        raise invalid(f"The image format {image.format} is not supported.", "InvalidImage.FileFormat")
    short, long = sorted(image.size)
    if short < MIN_SIDE or long > MAX_SIDE or long > MAX_RATIO * short:
        raise _bad_resolution()


def _bad_resolution() -> Exception:
    message = f"Each side of the image must be {MIN_SIDE} to {MAX_SIDE} pixels, their ratio at most 1:{MAX_RATIO}."
    return invalid(message, "InvalidImage.Resolution")


def _to_rgb(image: Image.Image) -> Image.Image:
    from PIL import Image

    if image.mode.startswith(("I", "F")):
        return _from_deep(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("RGB")
    return image.convert("RGB")


def _from_deep(image: Image.Image) -> Image.Image:
    """Grey of more than 8 bits, which Pillow would clip rather than scale."""
    import numpy as np
    from PIL import Image

    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    top = float(values.max(initial=0.0))
    white = next((white for white in (1.0, 255.0, 65535.0) if top <= white), top)
    grey = np.clip(values / white * 255, 0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")
