"""Pictures of every kind opened and decoded, and true words for what cannot be."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import Any

from qwen_localize.errors import BadInput, quote

from .pictures import SAME_FORMATS, is_heic

_MOVING = {"GIF": "frames", "WEBP": "frames", "PNG": "frames", "AVIF": "frames", "TIFF": "pages"}
_ORIENTATION = 0x0112
# Pillow itself warns of more, since a small file can hold a picture that fills the memory.
_MOST_PIXELS = 89_000_000
# As damage is met by each format.
DAMAGE = (
    OSError, EOFError, KeyError, IndexError, ValueError, SyntaxError, RuntimeError, MemoryError, TypeError, struct.error
)  # fmt: skip


@contextmanager
def opened(name: str, data: bytes) -> Iterator[Any]:
    """The picture, of which no more than the head was looked at.

    Raises:
        BadInput: it is none that can be read here.
    """
    from PIL import Image, UnidentifiedImageError

    _learn_heif()
    try:
        image = Image.open(BytesIO(data))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadInput(_too_large(name)) from None
    except (UnidentifiedImageError, *DAMAGE):
        raise BadInput(_unknown_words(name, data)) from None
    with image:
        yield image


def kind_of(image: Any) -> str:
    """Its format by Pillow's name, as everybody else calls it."""
    return SAME_FORMATS.get(str(image.format), str(image.format))


def check_still(name: str, image: Any) -> None:
    """Refuse what moves or has pages.

    Raises:
        BadInput: it does.
    """
    if (count := frames(name, image)) > 1:
        noun = _MOVING[str(image.format)]
        raise BadInput(
            f"{quote(name)} has {count} {noun}, and only a still picture can be sent. Pass background, such as white, "
            f"to send its first {noun[:-1]} alone, or save the {noun} as pictures."
        )


def frames(name: str, image: Any) -> int:
    """How many pictures there are in one that may move or have pages; 1 for any other.

    Raises:
        BadInput: it is damaged.
    """
    if str(image.format) not in _MOVING:
        return 1
    with undamaged(name):
        return int(getattr(image, "n_frames", 1))


def is_turned(image: Any) -> bool:
    """Whether its EXIF data says that it is to be shown turned or mirrored; what cannot be read says nothing.

    Only of a JPEG is this known before it is decoded.
    """
    try:
        return image.getexif().get(_ORIENTATION, 1) in range(2, 9)
    except DAMAGE:
        return False


def decode(name: str, image: Any) -> None:
    """Decode all of the picture, so that one that is cut off is found here.

    Of a JPEG that need not be turned, an eighth of its size is all that is then left: it is sent as it is.

    Raises:
        BadInput: it is cut off or damaged.
    """
    if image.width * image.height > _MOST_PIXELS:
        raise BadInput(_too_large(name))
    with undamaged(name):
        if kind_of(image) == "JPEG" and not is_turned(image):
            image.draft(None, (image.width // 8, image.height // 8))
        image.load()


@contextmanager
def undamaged(name: str) -> Iterator[None]:
    """Whatever Pillow says of damage within the block, in our words.

    Raises:
        BadInput: it says so.
    """
    try:
        yield
    except DAMAGE:
        words = f"{quote(name)} is cut off or damaged: it cannot be decoded. Get a whole copy of it."
        raise BadInput(words) from None


@cache
def _learn_heif() -> None:
    """Have Pillow read the photos of phones, where the extra for it is installed."""
    try:
        import pillow_heif
    except ImportError:
        return
    pillow_heif.register_heif_opener()


def _too_large(name: str) -> str:
    return f"{quote(name)} has far too many pixels to be read. Resize it."


def _unknown_words(name: str, data: bytes) -> str:
    if is_heic(data):
        return (
            f"{quote(name)} is a HEIC photo, which cannot be read here. Ask the user to install qwen-localize[photos], "
            "or convert it to JPEG."
        )
    if data[4:12] in (b"ftypavif", b"ftypavis"):
        return f"{quote(name)} is an AVIF picture, which the Pillow that is installed cannot read. Convert it to PNG."
    return f"{quote(name)} is not a picture, or is damaged. Pass a JPEG, PNG, WEBP, TIFF or BMP."
