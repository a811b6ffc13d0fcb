"""Pictures: what models take, what results must be, and how a result is known to be made of a picture."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from qwen_localize.errors import BadInput, Spoiled, quote
from qwen_localize.files import Inspected, LocalMedia
from qwen_localize.tool import JobRecord, JobResult, SavedFile

_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1", b"ftyphevc")
# A phone's multi-picture JPEG is a JPEG to everybody else.
SAME_FORMATS = {"MPO": "JPEG"}
_MOST_LINKS = 10
_ENDINGS = {"image/jpeg": "jpg"}


@dataclass(frozen=True)
class PictureRules:
    """What a model takes; see `files.MediaRules`.

    Attributes:
        formats: by Pillow's names.
        min_side: pixels; `max_side` too.
        max_ratio: of the longer side to the shorter.
    """

    formats: frozenset[str]
    min_side: int
    max_side: int
    max_ratio: float
    most_bytes: int
    noun: str = "picture"

    def checked(self, name: str, data: bytes) -> LocalMedia:
        """The picture, with type and size read from its header: the name may say anything.

        Its facts are `format` (Pillow's name), and `width` and `height` in pixels.

        Raises:
            BadInput: it is none, or none that the model takes.
        """
        kind, mime_type, width, height = _header(name, data)
        if kind not in self.formats:
            known = ", ".join(sorted(self.formats))
            raise BadInput(f"{quote(name)} is a {kind} file; the model takes {known}. Convert it to PNG or JPEG.")
        self.check_size(name, width, height)
        return LocalMedia(name, data, mime_type, {"format": kind, "width": width, "height": height})

    def check_size(self, name: str, width: int, height: int) -> None:
        """Refuse sides that the model does not take.

        Raises:
            BadInput: one is too short, too long, or too long for the other.
        """
        if min(width, height) < self.min_side or max(width, height) > self.max_side:
            raise BadInput(
                f"{quote(name)} has {width}×{height} pixels; each side must have {self.min_side} to {self.max_side}. "
                "Resize it."
            )
        if max(width, height) > self.max_ratio * min(width, height):
            raise BadInput(
                f"{quote(name)} has {width}×{height} pixels; one side may be at most {self.max_ratio:g} times the "
                "other. Crop it, or cut it into parts."
            )


def _header(name: str, data: bytes) -> tuple[str, str, int, int]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data)) as image:
            kind = SAME_FORMATS.get(str(image.format), str(image.format))
            return kind, Image.MIME.get(kind, "application/octet-stream"), *image.size
    except Image.DecompressionBombError:
        raise BadInput(f"{quote(name)} has far too many pixels to be read. Resize it.") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, RuntimeError):  # as damage is met by each format
        if is_heic(data):
            raise BadInput(f"{quote(name)} is a HEIC photo, which is not taken here. Convert it to JPEG.") from None
        raise BadInput(f"{quote(name)} is not a picture, or is damaged. Pass a JPEG, PNG, WEBP, TIFF or BMP.") from None


def is_heic(data: bytes) -> bool:
    """Whether these are the first bytes of a phone's photo in HEIC."""
    return data[4:12] in _HEIC


@dataclass(frozen=True)
class Picture:
    """Results that are pictures; see `files.ArtifactType`.

    What the services make, and what a server of theirs may turn it into, are the formats here: others run programs, or
    are no pictures at all.
    """

    formats: tuple[str, ...] = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
    most_bytes: int = 256 * 1024 * 1024

    def inspected(self, path: Path) -> Inspected:
        """Type and size, after the whole picture could be decoded.

        Raises:
            Spoiled: it is cut, or no picture.
        """
        from PIL import Image

        with _decoded(path, self.formats) as image:
            mime_type = Image.MIME[SAME_FORMATS.get(str(image.format), str(image.format))]
            ending = _ENDINGS.get(mime_type, mime_type.partition("/")[2])
            return Inspected(mime_type, ending, {"width": image.width, "height": image.height})


@contextmanager
def _decoded(source: Path | BytesIO, formats: tuple[str, ...] | None = None) -> Iterator[Any]:
    from PIL import Image

    bombs = Image.DecompressionBombError, Image.DecompressionBombWarning
    try:
        with Image.open(source, formats=formats) as image:
            image.load()
            yield image
    except (OSError, KeyError, ValueError, SyntaxError, RuntimeError, *bombs):
        raise Spoiled("What arrived as the result is not a whole picture.") from None


class PictureJobResult(JobResult):
    """A job whose artifacts are pictures, or a report and pictures."""

    @classmethod
    def outcome(cls, job: JobRecord, artifacts: list[SavedFile]) -> str:  # noqa: ARG003 - for others to use
        """The files, each with its size."""
        return f"Saved {', '.join(map(_described, artifacts))}."

    def files(self) -> list[SavedFile]:
        """The artifacts; of many pictures the first, which is the report."""
        return self.artifacts[:_MOST_LINKS]


def _described(file: SavedFile) -> str:
    facts = file.model_extra or {}
    return f"{file.path} ({facts.get('width')}×{facts.get('height')})"


# A picture in squares, each of the colour that most of it has: letters leave no trace there, what is shown does.
_GRID = 24
# How many points of a square are looked at, along each side.
_POINTS = 8
# Colours (0 to 255) that differ by less are the same but for what JPEG makes of them.
_SAME = 20
# How much of what is not background must be the same: translated text changes the rest.
_SHARE = 0.6
# In each part of the picture that shows something, less must be the same: there may be more text in it.
_SHARE_OF_REGION = 0.4
_LEAST_OF_REGION = 16
# So many different colours must be the same: a page of text, or a plain form, looks like many others.
_LEAST_COLOURS = 8

Colour = tuple[int, int, int]
T = TypeVar("T")


def is_same_scene(result: Path, inputs: Sequence[bytes]) -> bool:
    """Whether a result can only be the first input with its text changed: of the same size, and showing the same.

    qwen-mt-image keeps size and layout (docs/model-studio.md 4). What fills the picture, its background, says least of
    what it shows, so it must be the same, and most of everything else too, in many colours: whatever has few of them,
    such as a page of text, proves nothing.
    """
    try:
        with _decoded(result) as after, _decoded(BytesIO(inputs[0])) as before:
            if after.size != before.size:
                return False
            pairs = list(zip(_squares(before), _squares(after), strict=True))
    except Spoiled:
        return False
    background = Counter(_coarse(before) for before, _ in pairs).most_common(1)[0][0]
    back = [pair for pair in pairs if _coarse(pair[0]) == background]
    regions = [[pair for pair in region if _coarse(pair[0]) != background] for region in _regions(pairs)]
    front = [pair for region in regions for pair in region]
    colours = {tuple(value // 16 for value in before) for before, after in front if _is_alike(before, after)}
    return (
        len(colours) >= _LEAST_COLOURS
        and _share(back) >= _SHARE
        and _share(front) >= _SHARE
        and all(_share(region) >= _SHARE_OF_REGION for region in regions if len(region) >= _LEAST_OF_REGION)
    )


def _regions(pairs: Sequence[T]) -> Iterator[list[T]]:
    """The squares of each ninth of a picture: the same banner above another product is not the same picture."""
    side = _GRID // 3
    for top in range(0, _GRID, side):
        for left in range(0, _GRID, side):
            yield [pairs[y * _GRID + x] for y in range(top, top + side) for x in range(left, left + side)]


def _share(pairs: Sequence[tuple[Colour, Colour]]) -> float:
    """The share of squares that have the same colour before and after."""
    return sum(_is_alike(before, after) for before, after in pairs) / len(pairs)


def _is_alike(before: Colour, after: Colour) -> bool:
    return all(abs(a - b) < _SAME for a, b in zip(before, after, strict=True))


def _coarse(colour: Colour) -> Colour:
    red, green, blue = colour
    return red // 32, green // 32, blue // 32


def _squares(image: Any) -> list[Colour]:
    """The middle colour of each square; red, green and blue are looked at apart."""
    from PIL import Image

    side = _GRID * _POINTS
    small = image.convert("RGB").resize((side, side), Image.Resampling.NEAREST)
    red, green, blue = (_middles(band.tobytes(), side) for band in small.split())
    return list(zip(red, green, blue, strict=True))


def _middles(band: bytes, side: int) -> list[int]:
    """The middle value of each square of one band, row by row."""
    corners = [(y * side + x) for y in range(0, side, _POINTS) for x in range(0, side, _POINTS)]
    squares = (
        [band[corner + row * side : corner + row * side + _POINTS] for row in range(_POINTS)] for corner in corners
    )
    return [sorted(b"".join(rows))[_POINTS * _POINTS // 2] for rows in squares]
