"""Pictures turned as their EXIF data says: what stands where is told of the picture as people see it."""

from io import BytesIO
from typing import Any

from qwen_localize.errors import BadInput, quote
from qwen_localize.files import LocalMedia

from .._shared.decoding import is_turned

# The first is as good as the picture itself; the others are for one that would become too large.
_QUALITIES = (95, 85, 75)


def upright(picture: LocalMedia, image: Any, most_bytes: int) -> LocalMedia:
    """The picture as it is, or turned, with `turned` among its facts.

    Args:
        picture: the file.
        image: the same, opened by Pillow.
        most_bytes: how large it may become.

    Raises:
        BadInput: it is damaged, or too large once it is turned.
    """
    if not is_turned(image):
        return picture
    from PIL import ImageOps

    profile = image.info.get("icc_profile")
    turned = ImageOps.exif_transpose(image)
    if turned.mode in ("CMYK", "YCbCr", "LAB", "HSV", "F"):
        turned, profile = turned.convert("RGB"), None
    for kind, data in _encoded(turned, picture.mime_type, profile):
        if len(data) <= most_bytes:
            facts = {"format": kind, "width": turned.width, "height": turned.height, "turned": True}
            return LocalMedia(picture.name, data, f"image/{kind.lower()}", facts)
    raise BadInput(f"{quote(picture.name)} is too large once it is turned as its EXIF data says. Make it smaller.")


def _encoded(image: Any, mime_type: str, profile: Any) -> Any:
    """The picture's format and bytes, the best first."""
    if mime_type != "image/jpeg":
        yield "PNG", _saved(image, "PNG", icc_profile=profile)
    flat = image if image.mode in ("L", "RGB") else image.convert("RGB")
    for quality in _QUALITIES:
        yield "JPEG", _saved(flat, "JPEG", quality=quality, subsampling=0, icc_profile=profile)


def _saved(image: Any, kind: str, **how: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()
