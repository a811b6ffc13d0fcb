"""The pages of PDFs as pictures, drawn by processes that are killed when a page never ends."""

import json
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from ..clock import Clock, first
from ..errors import BadInput, InternalError, quote
from .apart import end_program, start_program
from .media import LocalMedia

# How long a page may take to be drawn, or a document to be opened. Each page that took longer halves it for the
# document's others: with all of them, a call ends before hosts give it up, many of them after a minute.
MOST_SECONDS = 25.0
# So many are enough for one document: its other pages are not tried any more.
MOST_ENDLESS = 5
# So many processes are alive at a time; those that draw nothing make room.
MOST_PROCESSES = 3
_MOST_BYTES, _LONGEST_LINE = 1024 * 1024 * 1024, 1000
_PROGRAM = Path(__file__).with_name("drawing.py")


@dataclass(frozen=True)
class Reply:
    """What a process says to a request; `error` is empty, or a word for what went wrong."""

    facts: dict[str, Any] = field(default_factory=dict)
    data: bytes = b""

    @property
    def error(self) -> str:
        """Why there is no answer."""
        return str(self.facts.get("error", ""))


_DIED = Reply({"error": "died"})


class Worker:
    """A process that has one document open; see `drawing`. All of it blocks, and runs in worker threads."""

    def __init__(self, document: LocalMedia, password: str) -> None:
        self._head: bytes | None = json.dumps({"bytes": len(document.data), "password": password}).encode() + b"\n"
        self._document = document
        self._process = start_program(_PROGRAM)

    def ask(self, request: str) -> Reply:
        """The answer to a request, however long it takes; that it died, if it did."""
        said, heard = self._process.stdin, self._process.stdout
        if not said or not heard:
            return _DIED
        try:
            if self._head is not None:
                said.write(self._head)
                said.write(self._document.data)
                self._head = None
            said.write(request.encode() + b"\n")
            said.flush()
            facts = json.loads(heard.readline(_LONGEST_LINE))
            data = heard.read(min(facts["bytes"], _MOST_BYTES))
        except (OSError, ValueError, KeyError, TypeError):
            return _DIED
        return Reply(facts, data) if len(data) == facts["bytes"] else _DIED

    def end(self) -> None:
        """Kill it, whatever it is doing, and leave nothing behind."""
        end_program(self._process)


class Pdfs:
    """The PDFs that are open in this process, and the few other processes that draw them.

    Args:
        clock: what time it is.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._turns = anyio.Semaphore(MOST_PROCESSES)
        self._idle: OrderedDict[Pdf, Worker] = OrderedDict()

    @asynccontextmanager
    async def opened(self, document: LocalMedia, password: str = "") -> AsyncIterator["Pdf"]:
        """A document, until the block ends."""
        pdf = Pdf(self, document, password)
        try:
            yield pdf
        finally:
            pdf.is_open = False
            await self._let_go(pdf)

    async def close(self) -> None:
        """End all processes that draw nothing; the others end with the requests that they were asked for."""
        while self._idle:
            await self._let_go(next(iter(self._idle)))

    async def ask(self, pdf: "Pdf", request: str, seconds: float) -> Reply | None:
        """What a document's process says; None if it took longer than so many seconds."""
        async with self._turns:
            worker = self._idle.pop(pdf, None) or await self._started(pdf)
            reply: Reply | None = None
            try:
                reply = await self._answered(worker, request, seconds)
            finally:
                if pdf.is_open and reply and reply is not _DIED:
                    self._idle[pdf] = worker
                else:
                    await _ended(worker)
            return reply

    async def _started(self, pdf: "Pdf") -> Worker:
        # Whoever has a turn has a process, or is about to have one: the idle ones get what is left.
        while len(self._idle) > self._turns.value:
            await self._let_go(next(iter(self._idle)))
        try:
            return await anyio.to_thread.run_sync(Worker, pdf.document, pdf.password)
        except OSError as error:
            raise InternalError(f"No process can be started that draws PDFs ({error.strerror}). Try again.") from error

    async def _answered(self, worker: Worker, request: str, seconds: float) -> Reply | None:
        replies: list[Reply] = []

        async def asked() -> None:
            replies.append(await anyio.to_thread.run_sync(worker.ask, request, abandon_on_cancel=True))

        await first(self._clock, seconds, asked)
        return replies[0] if replies else None

    async def _let_go(self, pdf: "Pdf") -> None:
        if worker := self._idle.pop(pdf, None):
            await _ended(worker)


async def _ended(worker: Worker) -> None:
    with anyio.CancelScope(shield=True):
        await anyio.to_thread.run_sync(worker.end)


class Pdf:
    """One document. Its pages are drawn one after the other, as they are asked for.

    Attributes:
        is_open: whether its process is kept for the next request.
    """

    def __init__(self, pdfs: Pdfs, document: LocalMedia, password: str) -> None:
        self.document, self.password = document, password
        self.is_open = True
        self._pdfs = pdfs
        self._one_at_a_time = anyio.Lock()
        self._endless = 0

    async def page_count(self) -> int:
        """How many pages it says it has.

        Raises:
            BadInput: it cannot be opened.
        """
        return self._fact(await self._asked("count"), "count", quote(self.document.name))

    async def unlocked(self) -> LocalMedia:
        """The document without its password.

        Raises:
            BadInput: it cannot be opened.
        """
        reply = await self._asked("unlock")
        return LocalMedia(self.document.name, reply.data, self.document.mime_type)

    async def drawn(self, number: int) -> LocalMedia:
        """Page `number`, from 1, as a JPEG.

        Raises:
            BadInput: it cannot be drawn.
        """
        what = f"Page {number}"
        reply = await self._asked(f"draw {number}", what)
        facts = {name: self._fact(reply, name, what) for name in ("width", "height")}
        return LocalMedia(f"{self.document.name} page {number}", reply.data, "image/jpeg", facts)

    async def _asked(self, request: str, page: str = "") -> Reply:
        what = page or quote(self.document.name)
        async with self._one_at_a_time:
            if self._endless >= MOST_ENDLESS:
                raise BadInput(f"{what} was not drawn, since {self._endless} others never ended. Leave those out.")
            seconds = MOST_SECONDS / 2**self._endless
            reply = await self._pdfs.ask(self, request, seconds)
        if reply is None:
            self._endless += 1
            words = f"{what} took over {seconds:.3g} s and was given up: it may never end."
            raise BadInput(f"{words} Leave it out, or pass it as a picture.")
        if reply.error:
            raise BadInput(self._words(reply.error, what))
        return reply

    def _fact(self, reply: Reply, name: str, what: str) -> int:
        """A number that an answer must have; the process has read a stranger's file, and may say anything."""
        value = reply.facts.get(name)
        if type(value) is int and 0 <= value < _MOST_BYTES:
            return value
        raise BadInput(self._words("", what))

    def _words(self, error: str, what: str) -> str:
        name = quote(self.document.name)
        match error:
            case "password" if self.password:
                return f"The password is not that of {name}. Ask the user for the right one."
            case "password":
                return f"{name} needs a password to be opened. Ask the user for it, and pass it as password."
            case "protection":
                return f"{name} is protected in a way that is not known here. Save it without protection."
            case "damaged":
                return f"{name} is damaged: it begins as a PDF, and cannot be opened as one. Get or save it anew."
            case "page":
                return f"{what} cannot be drawn: it is damaged, or too large for memory. Leave it out."
            case _:
                return f"{what} brought the program down that draws it. Leave it out, or pass it as a picture."
