"""The pages of what is to be read, each as a picture."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from qwen_localize import pdf
from qwen_localize.errors import BadArgument, BadInput, quote
from qwen_localize.inputs import LocalDocument, LocalPicture, Picture, RemotePicture

Source = Picture | LocalDocument
_LARGE_SIDE = 4096


def chosen(source: Source, choice: str) -> list[int]:
    """The numbers of the pages that a choice such as "1-3,7" names; all if it is empty.

    Raises:
        BadArgument: it is no such choice, or there are no such pages.
        BadInput: the source is damaged.
    """
    count = _count(source)
    if choice and count == 1 and not isinstance(source, LocalDocument):
        raise BadArgument("pages: only a PDF has pages, or a TIFF that has several. Leave it out for a picture.")
    return pdf.chosen_pages(choice, count)


def _count(source: Source) -> int:
    if isinstance(source, LocalDocument):
        return pdf.page_count(source)
    if not isinstance(source, LocalPicture) or source.format != "TIFF":
        return 1
    with _opened(source) as image:
        return int(image.n_frames)


def drawn(source: Source, number: int) -> Picture:
    """A page as the service is given it.

    Raises:
        BadInput: it cannot be drawn, or the service does not read such a picture.
    """
    if isinstance(source, LocalDocument):
        return pdf.render(source, number)
    if isinstance(source, LocalPicture) and _count(source) > 1:
        return _frame(source, number)
    if isinstance(source, LocalPicture) and not _is_readable(source):
        raise BadInput(f"Over {_LARGE_SIDE} pixels a side, only JPEG and PNG are read. Convert or shrink the picture.")
    return source


def _is_readable(picture: LocalPicture) -> bool:
    return max(picture.width, picture.height) <= _LARGE_SIDE or picture.format in ("JPEG", "PNG")


def _frame(picture: LocalPicture, number: int) -> LocalPicture:
    """One of several pictures in a file: the service itself would read only the first."""
    buffer = BytesIO()
    with _opened(picture) as image:
        image.seek(number - 1)
        if image.mode[0] in "IF":
            raise BadInput(
                f"Page {number} of {quote(picture.name)} has over 8 bits a colour. Save it with 8, or as PDF."
            )
        image.convert("RGB").save(buffer, "JPEG", quality=90)
        return LocalPicture(f"{picture.name} page {number}", buffer.getvalue(), "JPEG", image.width, image.height)


@contextmanager
def _opened(picture: LocalPicture) -> Iterator[Any]:
    from PIL import Image

    try:
        with Image.open(BytesIO(picture.data)) as image:
            yield image
    except (EOFError, KeyError, OSError, SyntaxError, TypeError, ValueError, Image.DecompressionBombError):
        raise BadInput(
            f"{quote(picture.name)} is damaged, or has pages that cannot be drawn. Save it as PDF."
        ) from None


def mark(source: Source) -> str:
    """A digest of the source's content; empty for one behind a URL, which may be another tomorrow."""
    match source:
        case RemotePicture():
            return ""
        case LocalPicture():
            return source.mark
        case LocalDocument(data=data):
            return hashlib.sha256(data).hexdigest()
