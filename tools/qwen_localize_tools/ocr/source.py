"""The pages of what is to be read, each as a picture."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from qwen_localize.errors import BadArgument, BadInput, quote
from qwen_localize.files import LocalMedia, Media, fits, pdf

from .._shared.pictures import PictureRules

_LARGE_SIDE = 4096
_PDF, _PDF_HEAD = "application/pdf", b"%PDF-"
_PICTURES = PictureRules(
    formats=frozenset({"BMP", "JPEG", "PNG", "TIFF", "WEBP"}),
    min_side=11,
    max_side=8192,
    max_ratio=200,
    most_bytes=10 * 1024 * 1024,
)


@dataclass(frozen=True)
class DocumentRules:
    """A picture or a PDF; see `files.MediaRules`. A PDF's pages are looked at later, one by one."""

    most_bytes: int = 100 * 1024 * 1024
    noun: str = "picture"

    def checked(self, name: str, data: bytes) -> LocalMedia:
        """The document, told by its first bytes.

        Raises:
            BadInput: it is neither, or a picture that the model does not take.
        """
        if _PDF_HEAD in data[:1024]:
            return LocalMedia(name, data, _PDF)
        fits(len(data), _PICTURES.most_bytes)
        return _PICTURES.checked(name, data)


def chosen(source: Media, choice: str) -> list[int]:
    """The numbers of the pages that a choice such as "1-3,7" names; all if it is empty.

    Raises:
        BadArgument: it is no such choice, or there are no such pages.
        BadInput: the source is damaged.
    """
    count = _count(source)
    if choice and count == 1 and not _is_pdf(source):
        raise BadArgument("pages: only a PDF has pages, or a TIFF that has several. Leave it out for a picture.")
    return pdf.chosen_pages(choice, count)


def _is_pdf(source: Media) -> bool:
    return isinstance(source, LocalMedia) and source.mime_type == _PDF


def _count(source: Media) -> int:
    if not isinstance(source, LocalMedia):
        return 1
    if _is_pdf(source):
        return pdf.page_count(source)
    if source.facts.get("format") != "TIFF":
        return 1
    with _opened(source) as image:
        return int(image.n_frames)


def drawn(source: Media, number: int) -> Media:
    """A page as the service is given it.

    Raises:
        BadInput: it cannot be drawn, or the service does not read such a picture.
    """
    if not isinstance(source, LocalMedia):
        return source
    if _is_pdf(source):
        return pdf.render(source, number)
    if _count(source) > 1:
        return _frame(source, number)
    if not _is_readable(source):
        raise BadInput(f"Over {_LARGE_SIDE} pixels a side, only JPEG and PNG are read. Convert or shrink the picture.")
    return source


def _is_readable(picture: LocalMedia) -> bool:
    facts = picture.facts
    return max(facts["width"], facts["height"]) <= _LARGE_SIDE or facts["format"] in ("JPEG", "PNG")


def _frame(picture: LocalMedia, number: int) -> LocalMedia:
    """One of several pictures in a file: the service itself would read only the first."""
    buffer = BytesIO()
    with _opened(picture) as image:
        image.seek(number - 1)
        if image.mode[0] in "IF":
            raise BadInput(
                f"Page {number} of {quote(picture.name)} has over 8 bits a colour. Save it with 8, or as PDF."
            )
        image.convert("RGB").save(buffer, "JPEG", quality=90)
        facts = {"width": image.width, "height": image.height}
        return LocalMedia(f"{picture.name} page {number}", buffer.getvalue(), "image/jpeg", facts)


@contextmanager
def _opened(picture: LocalMedia) -> Iterator[Any]:
    from PIL import Image

    try:
        with Image.open(BytesIO(picture.data)) as image:
            yield image
    except (EOFError, KeyError, OSError, SyntaxError, TypeError, ValueError, Image.DecompressionBombError):
        raise BadInput(
            f"{quote(picture.name)} is damaged, or has pages that cannot be drawn. Save it as PDF."
        ) from None
