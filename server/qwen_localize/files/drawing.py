"""Draws one PDF's pages, in a process of its own: a page can take all memory, bring a reader down, or never end.

`pdf` starts this file as a program and ends it. It imports nothing of the package, so that it is there in a moment.

It reads a line of JSON {"bytes", "password"}, that many bytes of a PDF, and then requests, a line each: `count`,
`unlock`, or `draw 7`. It answers each with a line of JSON, {"bytes", …} or {"error"}, and the bytes. It ends when its
input does, whatever it is doing then: nobody is left to kill it.
"""

import contextlib
import json
import os
import queue
import re
import sys
import threading
from io import BytesIO
from typing import Any, BinaryIO

# 200 dots per inch are what text recognition wants; a poster is made smaller, so that it fits one request.
_SCALE = 200 / 72
_LONGEST_SIDE = 3200
_QUALITY = 90
_MOST_MEMORY = 2 * 1024**3
# As PDFium numbers them.
_OPENING_ERRORS = {4: "password", 5: "protection"}
_ID = re.compile(rb"/ID\s*\[\s*<[^<>]*>\s*<[^<>]*>\s*\]")

Answer = tuple[dict[str, Any], bytes]


class Document:
    """One PDF, opened with the first request."""

    def __init__(self, data: bytes, password: str) -> None:
        self._data, self._password = data, password
        self._pdf: Any = None

    def answer(self, request: str) -> Answer:
        """The answer to a request, and its bytes; whatever goes wrong is an answer too."""
        import pypdfium2

        try:
            self._open()
        except pypdfium2.PdfiumError as error:
            return {"error": _OPENING_ERRORS.get(error.err_code, "damaged")}, b""
        except ValueError:  # no password that can be written
            return {"error": "password"}, b""
        what, _, number = request.partition(" ")
        try:
            if what == "count":
                return {"count": len(self._pdf)}, b""
            return self._unlocked() if what == "unlock" else self._drawn(int(number))
        except (pypdfium2.PdfiumError, MemoryError, OSError, ValueError, OverflowError, ZeroDivisionError):
            return {"error": "page"}, b""

    def close(self) -> None:
        """Let go of it."""
        if self._pdf:
            self._pdf.close()

    def _open(self) -> None:
        import pypdfium2

        if self._pdf is None:
            read: Any = pypdfium2.PdfDocument
            self._pdf = read(self._data, password=self._password or None)
            # What was typed into a form is drawn only if this comes before any page is looked at.
            self._pdf.init_forms()

    def _drawn(self, number: int) -> Answer:
        """A page as a JPEG."""
        page = self._pdf[number - 1]
        try:
            scale = min(_SCALE, _LONGEST_SIDE / max(page.get_size()))
            image = page.render(scale=scale).to_pil().convert("RGB")
        finally:
            page.close()
        buffer = BytesIO()
        image.save(buffer, "JPEG", quality=_QUALITY)
        return {"width": image.width, "height": image.height}, buffer.getvalue()

    def _unlocked(self) -> Answer:
        """The document without its password; the same bytes each time, since jobs are told apart by them."""
        import pypdfium2.raw

        constants: Any = pypdfium2.raw
        buffer = BytesIO()
        self._pdf.save(buffer, flags=constants.FPDF_REMOVE_SECURITY)
        body, trailer, end = buffer.getvalue().rpartition(b"trailer")
        return {}, body + trailer + _ID.sub(b"", end)


def main() -> None:
    """Answer requests until the input ends."""
    _limit_memory()
    heard, said = sys.stdin.buffer, _own_output()
    head = json.loads(heard.readline())
    document = Document(heard.read(head["bytes"]), head["password"])
    requests: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_listen, args=(heard, requests), daemon=True).start()
    while True:
        facts, data = document.answer(requests.get())
        said.write(json.dumps(facts | {"bytes": len(data)}).encode() + b"\n" + data)
        said.flush()


def _listen(heard: BinaryIO, requests: "queue.Queue[str]") -> None:
    for line in heard:
        requests.put(line.decode().strip())
    os._exit(0)


def _own_output() -> BinaryIO:
    """Standard output for our answers alone: libraries that print would garble them."""
    said = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return said


def _limit_memory() -> None:
    """Bound what a page can take, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


if __name__ == "__main__":
    main()
