"""The pages of what is to be read, each as a picture."""

import hashlib

from qwen_localize import pdf
from qwen_localize.errors import BadArgument, BadInput
from qwen_localize.inputs import LocalDocument, LocalPicture, Picture, RemotePicture

Source = Picture | LocalDocument
_LARGE_SIDE = 4096


def chosen(source: Source, choice: str) -> list[int]:
    """The numbers of the pages that a choice such as "1-3,7" names; all if it is empty.

    Raises:
        BadArgument: it is no such choice, or there are no such pages.
        BadInput: the source is damaged.
    """
    if isinstance(source, LocalDocument):
        return pdf.chosen_pages(choice, pdf.page_count(source))
    if choice:
        raise BadArgument("pages: only a PDF has pages. Leave it out for a picture.")
    return [1]


def drawn(source: Source, number: int) -> Picture:
    """A page as the service is given it.

    Raises:
        BadInput: it cannot be drawn, or the service does not read such a picture.
    """
    if isinstance(source, LocalDocument):
        return pdf.render(source, number)
    if isinstance(source, LocalPicture) and not _is_readable(source):
        raise BadInput(f"Over {_LARGE_SIDE} pixels a side, only JPEG and PNG are read. Convert or shrink the picture.")
    return source


def _is_readable(picture: LocalPicture) -> bool:
    return max(picture.width, picture.height) <= _LARGE_SIDE or picture.format in ("JPEG", "PNG")


def mark(source: Source) -> str:
    """A digest of the source's content; empty for one behind a URL, which may be another tomorrow."""
    match source:
        case RemotePicture():
            return ""
        case LocalPicture():
            return source.mark
        case LocalDocument(data=data):
            return hashlib.sha256(data).hexdigest()
