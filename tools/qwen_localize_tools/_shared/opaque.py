"""Pictures made ready before anything is paid: whole, of a kind that the model takes, still, and without holes.

What the service would make of an animation, of several pages, or of parts that one can see through is not documented:
such a picture is refused, unless its caller has chosen a colour to lay its first frame on. Transparency itself cannot
be given back to a result: where the text was, its letters have other shapes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from qwen_localize.errors import BadArgument, BadInput, quote
from qwen_localize.files import LocalMedia

from .pictures import SAME_FORMATS, PictureRules, is_heic

# Kinds that no model takes, and that are converted.
_CONVERTED = frozenset({"HEIF", "AVIF"})
_MOVING = {"GIF": "frames", "WEBP": "frames", "PNG": "frames", "AVIF": "frames", "TIFF": "pages"}
_QUALITY = 95
# Pillow itself warns of more, since a small file can hold a picture that fills the memory.
_MOST_PIXELS = 89_000_000
# As damage is met by each format.
_DAMAGE = (OSError, EOFError, KeyError, IndexError, ValueError, SyntaxError, RuntimeError, MemoryError, TypeError)


@dataclass(frozen=True)
class ReadyRules:
    """What a model takes, and what is made of the rest; see `files.MediaRules`.

    Attributes:
        taken: what the model takes.
        background: the colour to lay a picture on that moves, or that one can see through; empty to refuse it.
    """

    taken: PictureRules
    background: str = ""
    noun: str = "picture"

    def __post_init__(self) -> None:
        if self.background:
            _colour(self.background)

    @property
    def most_bytes(self) -> int:
        """How large a file may be."""
        return self.taken.most_bytes

    def checked(self, name: str, data: bytes) -> LocalMedia:
        """The picture as it is sent, after all of it was decoded.

        Raises:
            BadInput: it is none, is damaged, is none that the model takes, or has to be flattened first.
        """
        with _opened(name, data) as image:
            kind, moves = SAME_FORMATS.get(str(image.format), str(image.format)), _frames(name, image)
            if moves and not self.background:
                raise BadInput(_moving_words(name, kind, moves))
            is_taken = kind not in _CONVERTED and (kind in self.taken.formats or not self.background)
            if is_taken:
                self.taken.checked(name, data)
            self.taken.check_size(name, *image.size)
            _decode(name, image)
            seen_through = _is_seen_through(image)
            if seen_through and not self.background:
                raise BadInput(
                    f"{quote(name)} has transparent parts, and a result has none. Pass background, such as white, to "
                    "lay it on that colour."
                )
            if is_taken and not moves and not seen_through:
                return self.taken.checked(name, data)
            return self._flattened(name, image)

    def _flattened(self, name: str, image: Any) -> LocalMedia:
        """The first frame, upright and opaque: without loss if that is small enough."""
        from PIL import ImageOps

        lossy = str(image.format) in _CONVERTED
        upright = ImageOps.exif_transpose(image)
        flat = _laid_on(upright, _colour(self.background or "white"))
        profile = image.info.get("icc_profile")
        for kind in ("JPEG",) if lossy else ("PNG", "JPEG"):
            buffer = BytesIO()
            flat.save(buffer, kind, **({"quality": _QUALITY} if kind == "JPEG" else {}), icc_profile=profile)
            if len(buffer.getvalue()) <= self.most_bytes:
                break
        stem = name.rpartition(".")[0] or name
        return self.taken.checked(f"{stem}.{'jpg' if kind == 'JPEG' else 'png'}", buffer.getvalue())


def _colour(name: str) -> tuple[int, ...]:
    from PIL import ImageColor

    try:
        return ImageColor.getrgb(name.strip())[:3]
    except ValueError:
        raise BadArgument(f"background: {quote(name, 40)} is no colour. Use one such as white or #f0f0f0.") from None


@contextmanager
def _opened(name: str, data: bytes) -> Iterator[Any]:
    """The picture, of which no more than the head was looked at."""
    from PIL import Image, UnidentifiedImageError

    _learn_heif()
    try:
        image = Image.open(BytesIO(data))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadInput(f"{quote(name)} has far too many pixels to be read. Resize it.") from None
    except (UnidentifiedImageError, *_DAMAGE):
        raise BadInput(_unknown_words(name, data)) from None
    with image:
        yield image


@cache
def _learn_heif() -> None:
    """Have Pillow read the photos of phones, where the extra for it is installed."""
    try:
        import pillow_heif
    except ImportError:
        return
    pillow_heif.register_heif_opener()


def _unknown_words(name: str, data: bytes) -> str:
    if is_heic(data):
        return (
            f"{quote(name)} is a HEIC photo, which cannot be read here. Ask the user to install qwen-localize[photos], "
            "or convert it to JPEG."
        )
    if data[4:12] in (b"ftypavif", b"ftypavis"):
        return f"{quote(name)} is an AVIF picture, which the Pillow that is installed cannot read. Convert it to PNG."
    return f"{quote(name)} is not a picture, or is damaged. Pass a JPEG, PNG, WEBP, TIFF or BMP."


def _frames(name: str, image: Any) -> int:
    """How many pictures there are in one that moves or has pages; 0 for a still one."""
    if str(image.format) not in _MOVING:
        return 0
    try:
        count = int(getattr(image, "n_frames", 1))
    except _DAMAGE:
        raise BadInput(_damaged_words(name)) from None
    return count if count > 1 else 0


def _moving_words(name: str, kind: str, count: int) -> str:
    noun = _MOVING[kind]
    return (
        f"{quote(name)} has {count} {noun}, and only a still picture can be sent. Pass background, such as white, to "
        f"send its first {noun[:-1]} alone, or save the {noun} as pictures."
    )


def _decode(name: str, image: Any) -> None:
    """All of the picture, so that one that is cut off is found here; a JPEG at an eighth of its size, which is quick.

    Raises:
        BadInput: it is cut off or damaged.
    """
    if image.width * image.height > _MOST_PIXELS:
        raise BadInput(f"{quote(name)} has far too many pixels to be read. Resize it.")
    try:
        if str(image.format) in ("JPEG", "MPO"):
            image.draft(None, (image.width // 8, image.height // 8))
        image.load()
    except _DAMAGE:
        raise BadInput(_damaged_words(name)) from None


def _damaged_words(name: str) -> str:
    return f"{quote(name)} is cut off or damaged: it cannot be decoded. Get a whole copy of it."


def _is_seen_through(image: Any) -> bool:
    """Whether any point is not wholly opaque: many pictures have an alpha channel that says nothing."""
    if not image.has_transparency_data:
        return False
    alpha = image if image.mode in ("RGBA", "LA", "PA") else image.convert("RGBA")
    return bool(alpha.getchannel("A").getextrema()[0] < 255)


def _laid_on(image: Any, colour: tuple[int, ...]) -> Any:
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, (*colour, 255)), layer).convert("RGB")
