"""A picture for the model itself to look at."""

from dataclasses import dataclass
from io import BytesIO
from typing import Annotated, Any

from pydantic import Field

from qwen_localize.errors import BadInput, quote
from qwen_localize.files import LocalMedia
from qwen_localize.tool import Context, Result, Tool

from ._shared.decoding import kind_of, opened, undamaged

# In base64 these are 0.67 MB; some clients take no event of more than 1 MB.
MOST_BYTES = 500_000
# More than that, models make smaller themselves.
MOST_SIDE = 1568
_FORMATS = frozenset({"JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF", "HEIF"})
# What has no more colours is a drawing, of which JPEG would blur the letters.
_FEW_COLOURS = 4096
_QUALITIES = (85, 70, 50)
_MOST_PIXELS = 89_000_000
# EXIF's orientation, and those that exchange width and height.
_ORIENTATION, _LYING = 0x0112, range(5, 9)


@dataclass(frozen=True)
class PreviewRules:
    """Makes a small copy of a picture; see `files.MediaRules`."""

    noun: str = "picture"
    most_bytes: int = 100 * 1024 * 1024

    def checked(self, name: str, data: bytes) -> LocalMedia:
        """The copy, upright and without holes. Its facts are `width` and `height` of the picture itself.

        Raises:
            BadInput: it is no picture, or one that cannot be read here.
        """
        with opened(name, data) as image:
            if kind_of(image) not in _FORMATS or image.width * image.height > _MOST_PIXELS:
                raise BadInput(f"{quote(name)} cannot be shown: its format or its size is not taken here. Convert it.")
            with undamaged(name):
                size = image.size[::-1] if image.getexif().get(_ORIENTATION) in _LYING else image.size
                copy, mime_type = _encoded(_small(image))
        return LocalMedia(name, copy, mime_type, {"width": size[0], "height": size[1]})


def _small(image: Any) -> Any:
    from PIL import Image, ImageOps

    image.draft("RGB", (MOST_SIDE, MOST_SIDE))
    # Small before anything else is done to it, so that memory stays small too.
    image.thumbnail((MOST_SIDE, MOST_SIDE))
    upright = ImageOps.exif_transpose(image)
    if not upright.has_transparency_data:
        return upright.convert("RGB")
    flat = Image.new("RGBA", upright.size, "white")
    flat.alpha_composite(upright.convert("RGBA"))
    return flat.convert("RGB")


def _encoded(image: Any) -> tuple[bytes, str]:
    if image.getcolors(_FEW_COLOURS) and len(drawn := _bytes(image, "PNG", optimize=True)) <= MOST_BYTES:
        return drawn, "image/png"
    while True:
        for quality in _QUALITIES:
            if len(data := _bytes(image, "JPEG", quality=quality)) <= MOST_BYTES:
                return data, "image/jpeg"
        image = image.reduce(2)


def _bytes(image: Any, kind: str, **how: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


class View(Result):
    """A picture, and a line that says which."""

    words: str
    data: bytes
    mime_type: str

    def blocks(self) -> list[str]:
        """The line."""
        return [self.words]

    def picture(self) -> tuple[bytes, str]:
        """The copy."""
        return self.data, self.mime_type


async def view_image(context: Context, image: Annotated[str, Field(description="Path, or a result's link")]) -> View:
    """Look at a picture: a small copy of a local file or a result. Free, and sent to no service."""
    seen = await context.files.read(image, PreviewRules())
    if not isinstance(seen, LocalMedia):
        raise BadInput("Only a file on this machine can be shown. Pass its path, or the link of a result.")
    words = f"{seen.name}, {seen.facts['width']}×{seen.facts['height']} pixels."
    return View(words=words, data=seen.data, mime_type=seen.mime_type)


TOOL = Tool(view_image, title="View an image", reads=True, publishes=False)
