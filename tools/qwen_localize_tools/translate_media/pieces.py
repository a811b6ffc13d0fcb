"""The pieces of one recording, side by side; each is paid once, and kept as it comes."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from qwen_localize.errors import (
    BadAnswer,
    CallError,
    InternalError,
    LocalizeError,
    Rejected,
    SetupError,
    Unconfirmed,
    of_kind,
)
from qwen_localize.tool import Context, Prepared, Receipt, Tokens

from .._shared.times import clock
from .._shared.workers import side_by_side
from .answer import Coming, PieceAnswer
from .assignment import Assignment
from .models import MODEL
from .recording import Piece

logger = logging.getLogger(__name__)

# As many as are answered while the limit lets the next one go: a piece takes some seconds.
_SIDE_BY_SIDE = 10
# A piece whose answer breaks off so often is left out.
_MOST_TIMES = 3
# How often it is told how far an answer is.
_TELL_SECONDS = 2.0
_MOST_TOLD = 60

# The part of a message that holds a piece, and whether it names an upload.
Content = Callable[[Piece], Awaitable[tuple[dict[str, Any], bool]]]
Done = dict[Piece, PieceAnswer | LocalizeError]


class Translation:
    """One recording.

    Args:
        context: for calls, files and progress.
        assignment: what is asked of every piece.
        mark: tells this recording from others.
        content: makes the part of the message that holds a piece.
        expected: tokens that a piece will probably take.

    Attributes:
        done: what came of each piece.
    """

    def __init__(
        self,
        context: Context,
        assignment: Assignment,
        mark: str,
        content: Content,
        expected: Callable[[Piece], Tokens],
    ) -> None:
        self._context, self._assignment, self._mark = context, assignment, mark
        self._content, self._expected = content, expected
        self._series = context.calls.series(MODEL)
        self._told = 0.0
        self._pieces: Sequence[Piece] = ()
        self.done: Done = {}

    @property
    def receipt(self) -> Receipt:
        """What it has cost so far."""
        return self._series.receipt

    async def all(self, pieces: Sequence[Piece]) -> None:
        """Have all pieces translated that are not yet, as far as they can be; those that failed say why.

        Raises:
            LocalizeError: what would have failed all others too, or what may be different at another time: those that
                are done are kept.
        """
        self._pieces = pieces

        async def work(piece: Piece) -> None:
            self.done[piece] = await self._safely(piece)
            await self._progress("")

        await side_by_side(_SIDE_BY_SIDE, [piece for piece in pieces if piece not in self.done], work)
        failed = [answer for answer in self.done.values() if isinstance(answer, LocalizeError)]
        if passing := next((error for error in failed if not isinstance(error, CallError)), None):
            raise passing if isinstance(passing, SetupError) else self._passing(passing, len(failed), len(pieces))

    @staticmethod
    def _passing(error: LocalizeError, failed: int, total: int) -> LocalizeError:
        words = f"{failed} of {total} pieces are missing; the others are paid and kept. {error}"
        return of_kind(type(error).__name__, words)

    async def _progress(self, text: str) -> None:
        done = sum(piece.seconds for piece in self._pieces if piece in self.done)
        total = sum(piece.seconds for piece in self._pieces)
        ending = f", …{' '.join(text.split())[-_MOST_TOLD:]}" if text else ""
        await self._context.progress(done, total, f"{clock(done)} of {clock(total)}{ending}")

    async def _tell(self, text: str) -> None:
        """Say how an answer goes on, now and then."""
        now = self._context.clock.now()
        if text and now - self._told >= _TELL_SECONDS:
            self._told = now
            await self._progress(text)

    async def _safely(self, piece: Piece) -> PieceAnswer | LocalizeError:
        try:
            return await self._one(piece)
        except Unconfirmed as error:
            return await self._broken_off(piece, error)
        except LocalizeError as error:
            return error
        except Exception:
            logger.exception("the piece at %s s failed in a way nobody foresaw", piece.start)
            return InternalError()

    async def _one(self, piece: Piece) -> PieceAnswer:
        async def prepare() -> Prepared:
            content, uploads = await self._content(piece)
            return Prepared(self._assignment.body(content), uploads)

        async def consume(chunks: Any) -> dict[str, Any]:
            keep = self._context.files.keep_part if self._assignment.voice else None
            return await Coming(self._tell).consumed(chunks, keep)

        request = self._request(piece)
        return await self._series.streamed(request, prepare, consume, self._expected(piece), self._read)

    def _request(self, piece: Piece) -> dict[str, Any]:
        """All that matters to a piece's answer."""
        return {"recording": self._mark, "start": piece.start, "end": piece.end} | self._assignment.as_json

    async def _broken_off(self, piece: Piece, error: Unconfirmed) -> LocalizeError:
        """Why a piece has no answer that may be billed; after some times it is left out, and keeps nothing up."""
        key = ["broken off", self._request(piece)]
        times = int(await self._context.calls.kept(key) or 0) + 1
        await self._context.calls.keep(key, str(times))
        if times < _MOST_TIMES:
            return error
        return Rejected(f"Its answer broke off {times} times, each may be billed: it is left out. {error.reason}")

    def _read(self, body: dict[str, Any]) -> PieceAnswer:
        answer = PieceAnswer.of(body)
        if answer.voice and not self._context.files.parts.has(answer.voice):
            raise BadAnswer("The voice of an answer that was kept is gone. Try again.")
        return answer
