"""What is to be read: a picture or a PDF, and each of its pages as a picture."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import anyio.to_thread

from qwen_localize.errors import BadArgument, BadInput, quote
from qwen_localize.files import LocalMedia, Media, Pdf, RemoteMedia, fits
from qwen_localize.tool import Context

from .._shared.pictures import PictureRules
from .upright import upright

_LARGE_SIDE = 4096
_PDF, _PDF_HEAD = "application/pdf", b"%PDF-"
_HEAD_BYTES = 1024
_PICTURES = PictureRules(
    formats=frozenset({"BMP", "JPEG", "PNG", "TIFF", "WEBP"}),
    min_side=11,
    max_side=8192,
    max_ratio=200,
    most_bytes=10 * 1024 * 1024,
)
# What is taken for a picture or a PDF often, and what to do.
_OTHERS = (
    ((b"<svg",), "is an SVG drawing, which is not read here. Export it as PNG or PDF."),
    (
        (b"<!doctype html", b"<html"),
        "is a web page, whatever its name says: perhaps an error or a login in place of the file. Get the file again.",
    ),
    ((b"pk\x03\x04",), "is an Office document or a ZIP archive. Save it as PDF."),
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
        head = data[:_HEAD_BYTES]
        if not head.strip():
            raise BadInput(f"{quote(name)} is empty. Check that it was written, or get it again.")
        if (words := _other(head.lower())) and not head.startswith(_PDF_HEAD):
            raise BadInput(f"{quote(name)} {words}")
        if _PDF_HEAD in head:
            return LocalMedia(name, data, _PDF)
        fits(len(data), _PICTURES.most_bytes)
        try:
            return _PICTURES.checked(name, data)
        except BadInput:
            if not name.lower().endswith(".pdf"):
                raise
        raise BadInput(f"{quote(name)} is no PDF: it does not begin as one. Get the file again, or export it anew.")


def _other(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    is_markup = start.startswith((b"<?xml", b"<!doctype", b"<!--"))
    for marks, words in _OTHERS:
        if start.startswith(marks) or (is_markup and any(mark in start for mark in marks if mark.startswith(b"<"))):
            return words
    return ""


class Document:
    """What is read in one call.

    Attributes:
        media: all of it; a PDF without its password.
        mark: what tells it from others.
    """

    def __init__(self, media: Media, mark: str, pdf: Pdf | None) -> None:
        self.media, self.mark = media, mark
        self._pdf = pdf

    @property
    def name(self) -> str:
        """The file's name."""
        return self.media.name

    @property
    def has_pages(self) -> bool:
        """Whether its pages can be chosen, even if it has only one."""
        return self._pdf is not None

    async def page_count(self) -> int:
        """How many pages it says it has.

        Raises:
            BadInput: it cannot be opened.
        """
        if self._pdf:
            return await self._pdf.page_count()
        return await anyio.to_thread.run_sync(_frames, self.media)

    async def drawn(self, number: int) -> Media:
        """A page as the service is given it.

        Raises:
            BadInput: it cannot be drawn, or the service does not read such a picture.
        """
        if self._pdf:
            return await self._pdf.drawn(number)
        return await anyio.to_thread.run_sync(_picture, self.media, number)


@asynccontextmanager
async def opened(context: Context, media: Media, password: str = "") -> AsyncIterator[Document]:
    """A document, until the block ends.

    Raises:
        BadInput: it cannot be opened.
        BadArgument: there is a password for what has none.
    """
    if isinstance(media, RemoteMedia) and media.name.lower().endswith(".pdf"):
        raise BadInput("The service reads pictures by URL, not PDFs. Save the PDF to a file and pass its path.")
    is_pdf = isinstance(media, LocalMedia) and media.mime_type == _PDF
    if password and not is_pdf:
        raise BadArgument("password: only a PDF has one. Leave it out.")
    if not isinstance(media, LocalMedia) or not is_pdf:
        yield Document(media, await _mark(media), None)
        return
    if password:
        async with context.files.pdf(media, password) as locked:
            media = await locked.unlocked()
    async with context.files.pdf(media) as pdf:
        yield Document(media, await _mark(media), pdf)


async def _mark(media: Media) -> str:
    return await anyio.to_thread.run_sync(lambda: media.mark)


def _frames(source: Media) -> int:
    if not isinstance(source, LocalMedia) or source.facts.get("format") != "TIFF":
        return 1
    with _opened(source) as image:
        return int(image.n_frames)


def _picture(source: Media, number: int) -> Media:
    if not isinstance(source, LocalMedia):
        return source
    if _frames(source) > 1:
        return _frame(source, number)
    with _opened(source) as image:
        source = upright(source, image, _PICTURES.most_bytes)
    if not _is_readable(source):
        raise BadInput(f"Over {_LARGE_SIDE} pixels a side, only JPEG and PNG are read. Convert or shrink the picture.")
    return source


def _is_readable(picture: LocalMedia) -> bool:
    facts = picture.facts
    return max(facts["width"], facts["height"]) <= _LARGE_SIDE or facts["format"] in ("JPEG", "PNG")


def _frame(picture: LocalMedia, number: int) -> LocalMedia:
    """One of several pictures in a file, upright: the service itself would read only the first."""
    buffer = BytesIO()
    with _opened(picture) as image:
        image.seek(number - 1)
        if image.mode[0] in "IF":
            raise BadInput(
                f"Page {number} of {quote(picture.name)} has over 8 bits a colour. Save it with 8, or as PDF."
            )
        page = image.convert("RGB")
        page.save(buffer, "JPEG", quality=90)
        facts = {"width": page.width, "height": page.height}
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
