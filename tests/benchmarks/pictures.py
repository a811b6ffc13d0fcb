"""Tiny pictures, each with its number: written on it, and as the colour of its paper, which survives a JPEG."""

import io
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageStat, UnidentifiedImageError

SIZE = (120, 60)
# Each of the paper's three channels holds four bits of the number, in steps too wide for a JPEG to blur.
_DARKEST, _STEP = 128, 8


def file_name(number: int) -> str:
    """The name of one picture's file."""
    return f"{number:03}.png"


def draw(folder: Path, number: int) -> Path:
    """Draw one picture into a folder."""
    image = Image.new("RGB", SIZE, _paper(number))
    ImageDraw.Draw(image).text((6, 10), str(number), "black", ImageFont.load_default(30))
    path = folder / file_name(number)
    image.save(path)
    return path


def number_in(data: bytes) -> int | None:
    """The number of a picture that came back; None for what is no such picture."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            paper = ImageStat.Stat(image.convert("RGB")).median
            size = image.size
    except (UnidentifiedImageError, OSError):
        return None
    return _number_on(paper) if size == SIZE else None


def complaint(data: bytes, number: int) -> str | None:
    """What is wrong with a delivered picture, if anything is."""
    found = number_in(data)
    if found == number:
        return None
    return "what arrived is not the picture" if found is None else "what arrived is another task's picture"


def _paper(number: int) -> tuple[int, int, int]:
    red, green, blue = (_DARKEST + _STEP * (number >> shift & 15) for shift in (0, 4, 8))
    return red, green, blue


def _number_on(paper: Sequence[float]) -> int:
    return sum(round((channel - _DARKEST) / _STEP) << shift for channel, shift in zip(paper, (0, 4, 8), strict=True))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # as it is named above us
        pass


@contextmanager
def hosted(folder: Path) -> Generator[str]:
    """A folder on loopback, as the public address that the service wants pictures at."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = Thread(target=partial(server.serve_forever, 0.05), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
