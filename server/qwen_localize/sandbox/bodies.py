"""Answers whose body does not arrive as announced."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable

import anyio
from starlette.responses import Response, StreamingResponse

from .clock import Clock


class Breakable(StreamingResponse):
    """A stream that takes its time, and can be told to break off in the middle of what it has to say."""

    def break_off(self, hang_up: Callable[[], None]) -> None:
        """End in the middle, by hanging up."""
        raise NotImplementedError


_PIECES = 20
_TRICKLE_SECONDS = 10.0


def cut(whole: Response, hang_up: Callable[[], None]) -> Response:
    """Another answer that announces its whole body, sends half of it, and hangs up."""
    if isinstance(whole, Breakable):
        whole.break_off(hang_up)
        return whole

    async def half() -> AsyncGenerator[bytes]:
        body = await _read(whole)
        yield body[: len(body) // 2]
        hang_up()
        await anyio.sleep_forever()  # until the server notices that the connection has gone

    return _sent_as(whole, half())


def slow(whole: Response, clock: Clock) -> Response:
    """Another answer whose body comes in about twenty pieces over ten service seconds."""

    async def trickle() -> AsyncGenerator[bytes]:
        body, began = await _read(whole), clock.now()
        size = max(1, -(-len(body) // _PIECES))
        for start in range(0, len(body), size):
            due = began + _TRICKLE_SECONDS * (start + size) / (_PIECES * size)
            await clock.sleep(due - clock.now())  # on a busy machine, delays do not add up
            yield body[start : start + size]

    return _sent_as(whole, trickle())


def _sent_as(whole: Response, body: AsyncIterator[bytes]) -> Response:
    response = StreamingResponse(body, whole.status_code)
    response.raw_headers = whole.raw_headers  # with the length announced
    return response


async def _read(response: Response) -> bytes:
    """The whole body of an answer, streamed or not."""
    if not isinstance(response, StreamingResponse):
        return bytes(response.body)
    pieces = [piece async for piece in response.body_iterator]
    return b"".join(piece.encode() if isinstance(piece, str) else bytes(piece) for piece in pieces)
