"""Pictures made ready before anything is paid: whole, upright, of a kind that the model takes, still, without holes.

What the service would make of an animation, of several pages, or of parts that one can see through is not documented:
such a picture is refused, unless its caller has chosen a colour to lay its first frame on. Transparency itself cannot
be given back to a result: where the text was, its letters have other shapes. Nor is it documented whether EXIF data
turns a photo there, and results have none: it is turned here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from qwen_localize.errors import BadArgument, BadInput, quote
from qwen_localize.files import LocalMedia

from .decoding import check_still, decode, frames, is_turned, kind_of, opened, undamaged
from .pictures import PictureRules

# Kinds that no model takes, and that are converted; and one that is, if a colour was chosen. No other that a model does
# not take is ever decoded: for some of them, Pillow would run a program.
_CONVERTED = frozenset({"HEIF", "AVIF"})
_FLATTENED = frozenset({"GIF"})
# The first is as good as the picture itself; the others are for one that would become too large.
_QUALITIES = (95, 85, 75)


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
        with opened(name, data) as image:
            if not self.background:
                check_still(name, image)
            kind = kind_of(image)
            if kind not in _CONVERTED and not (self.background and kind in _FLATTENED):
                self.taken.checked(name, data)
            self.taken.check_size(name, *image.size)
            decode(name, image)
            seen_through, turned = _is_seen_through(image), is_turned(image)
            if seen_through and not self.background:
                raise BadInput(
                    f"{quote(name)} has transparent parts, and a result has none. Pass background, such as white, to "
                    "lay it on that colour."
                )
            if kind in self.taken.formats and not (turned or seen_through or frames(name, image) > 1):
                return self.taken.checked(name, data)
            with undamaged(name):
                flat = _laid_on(image, _colour(self.background or "white"))
            return self._encoded(name, flat, has_loss=kind in _CONVERTED | {"JPEG"})

    def _encoded(self, name: str, flat: Any, *, has_loss: bool) -> LocalMedia:
        """The picture as a file: without further loss if that makes sense, and is small enough."""
        stem = name.rpartition(".")[0] or name
        for ending, data in _files(flat, has_loss=has_loss):
            if len(data) <= self.most_bytes:
                return self.taken.checked(f"{stem}.{ending}", data)
        raise BadInput(f"{quote(name)} is too large once it is converted. Resize it.")


def _files(flat: Any, *, has_loss: bool) -> Iterator[tuple[str, bytes]]:
    """A picture's endings and bytes, the best first."""
    ways: list[tuple[str, dict[str, Any]]] = [] if has_loss else [("PNG", {})]
    ways += [("JPEG", {"quality": quality, "subsampling": 0}) for quality in _QUALITIES]
    profile = flat.info.get("icc_profile") or b""
    for kind, how in ways:
        buffer = BytesIO()
        # What speaks of other colours, such as those of print, is not true of these.
        flat.save(buffer, kind, icc_profile=profile if profile[16:20] == b"RGB " else None, **how)
        yield ("jpg" if kind == "JPEG" else "png"), buffer.getvalue()


def _colour(name: str) -> tuple[int, ...]:
    from PIL import ImageColor

    try:
        return ImageColor.getrgb(name.strip())[:3]
    except ValueError:
        raise BadArgument(f"background: {quote(name, 40)} is no colour. Use one such as white or #f0f0f0.") from None


def _is_seen_through(image: Any) -> bool:
    """Whether any point is not wholly opaque: many pictures have an alpha channel that says nothing."""
    if not image.has_transparency_data:
        return False
    alpha = image if image.mode in ("RGBA", "LA", "PA") else image.convert("RGBA")
    return bool(alpha.getchannel("A").getextrema()[0] < 255)


def _laid_on(image: Any, colour: tuple[int, ...]) -> Any:
    """Its first frame, upright, in eight bits of red, green and blue."""
    from PIL import Image, ImageOps

    upright: Any = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I") and upright.getextrema()[1] > 255:  # 16 bits, which Pillow would cut off
        upright = upright.point(lambda value: value * (1 / 256)).convert("L")
    if not upright.has_transparency_data:
        return upright.convert("RGB")
    layer = upright.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, (*colour, 255)), layer).convert("RGB")
