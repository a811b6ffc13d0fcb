"""The pages of a PDF as pictures."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from ..errors import BadArgument, BadInput, quote
from .media import LocalMedia

# 200 dots per inch are what text recognition wants; a poster is made smaller, so that it fits one request.
_SCALE = 200 / 72
_LONGEST_SIDE = 3200
_QUALITY = 90

# More pages are not read in one call: what a file says of their number may be anything.
MOST_PAGES = 2000
_MOST_DIGITS = 9

# PDFium is one state for the whole process.
_pdfium = threading.Lock()


def page_count(document: LocalMedia) -> int:
    """How many pages it has.

    Raises:
        BadInput: it is damaged, or needs a password.
    """
    with _opened(document) as pdf:
        return len(pdf)


def render(document: LocalMedia, number: int) -> LocalMedia:
    """Page `number`, from 1, as a JPEG.

    Raises:
        BadInput: the page cannot be drawn.
    """
    with _opened(document) as pdf:
        page = pdf[number - 1]
        scale = min(_SCALE, _LONGEST_SIDE / max(page.get_size()))
        image = page.render(scale=scale).to_pil().convert("RGB")
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY)
    facts = {"width": image.width, "height": image.height}
    return LocalMedia(f"{document.name} page {number}", buffer.getvalue(), "image/jpeg", facts)


@contextmanager
def _opened(document: LocalMedia) -> Iterator[Any]:
    import pypdfium2

    read: Any = pypdfium2.PdfDocument
    with _pdfium:
        try:
            pdf = read(document.data)
        except pypdfium2.PdfiumError:
            raise BadInput(f"{quote(document.name)} is damaged or needs a password. Save it without one.") from None
        try:
            # What was typed into a form is drawn only if this comes before any page is looked at.
            pdf.init_forms()
            yield pdf
        except pypdfium2.PdfiumError:
            raise BadInput(f"A page of {quote(document.name)} cannot be drawn. Leave it out.") from None
        finally:
            pdf.close()


def chosen_pages(text: str, count: int) -> list[int]:
    """The pages that a choice such as "1-3,7" names, in its order; all if it is empty.

    Raises:
        BadArgument: it is not such a choice, the document has fewer pages, or they are too many for one call.
    """
    chosen: list[int] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise BadArgument(f"pages: {quote(part, 20)} is no page or range. Write them as 1-3,7.")
        start, end = (int(number) if len(number) <= _MOST_DIGITS else 0 for number in (first, last if dash else first))
        if not 1 <= start <= end <= count:
            raise BadArgument(
                f"pages: {quote(part, 20)} is not within the document, which has {count}. Choose from 1-{count}."
            )
        chosen += _few(range(start, end + 1), count)
    return list(_few(list(dict.fromkeys(chosen)) or range(1, count + 1), count))


def _few(pages: Sequence[int], count: int) -> Sequence[int]:
    if len(pages) > MOST_PAGES:
        raise BadArgument(
            f"pages: the document says it has {count} pages, and at most {MOST_PAGES} are read in one call. Choose "
            f"some, such as 1-{MOST_PAGES}."
        )
    return pages
