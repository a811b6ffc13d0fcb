"""Answers that come in pieces, as server-sent events (docs/model-studio.md 1.2 and 9)."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any

import anyio
import httpx2

from ..errors import BadAnswer, LocalizeError, ServiceFailed
from .bodies import read_body
from .retry import Failure
from .wire import Request, TryFailed, Wire, judged, refused

Chunks = AsyncIterator[dict[str, Any]]
Consume = Callable[[Chunks], Awaitable[dict[str, Any]]]

# How long an answer may take from its first piece to its last, and how long the next piece may be waited for.
_SECONDS, _QUIET_SECONDS = 1800.0, 90.0
# A piece is a second or so of speech in base64, some ten kilobytes.
_MOST_PIECE = 8 * 1024 * 1024
_END = "[DONE]"


async def stream(wire: Wire, request: Request, consume: Consume) -> dict[str, Any]:
    """What `consume` makes of an answer's pieces; it is called anew for each try that the request allows.

    Raises:
        LocalizeError: see `Wire.send`; an answer that breaks off in the middle may be billed.
    """

    async def read(response: httpx2.Response, key: str) -> dict[str, Any]:
        if not response.is_success or "event-stream" not in response.headers.get("content-type", ""):
            return judged(response, await read_body(response), wire.service, key)
        return await _consumed(response, wire, key, consume)

    return await wire.answered(request, read, seconds=_SECONDS)


async def _consumed(response: httpx2.Response, wire: Wire, key: str, consume: Consume) -> dict[str, Any]:
    pieces = _pieces(response, wire, key)
    try:
        return await consume(pieces)
    except BadAnswer as error:  # what it took is billed
        raise TryFailed(error, Failure.UNKNOWN, retry=False) from error
    finally:
        await pieces.aclose()


async def _pieces(response: httpx2.Response, wire: Wire, key: str) -> AsyncGenerator[dict[str, Any]]:
    """The pieces as JSON objects, up to the mark at their end; what has ended by its own word may go without that."""
    events = aiter(httpx2.EventSource(response, max_event_size=_MOST_PIECE))
    has_ended = False
    while True:
        try:
            with anyio.fail_after(_QUIET_SECONDS):
                event = await anext(events)
        except StopAsyncIteration:
            if has_ended:
                return
            raise TryFailed(_ended(wire, "ended in the middle"), Failure.UNKNOWN) from None
        except TimeoutError:
            words = f"stood still for {_QUIET_SECONDS:g} s"
            raise TryFailed(_ended(wire, words), Failure.UNKNOWN) from None
        except httpx2.SSEError:
            words = "has a piece that is larger than any can be"
            raise TryFailed(_ended(wire, words), Failure.UNKNOWN, retry=False) from None
        except httpx2.TransportError:
            if has_ended:
                return
            raise
        if event.data.strip() == _END:
            return
        if event.data.strip():  # an event without data is a sign of life
            piece = _piece(event.data, response, wire, key)
            has_ended = has_ended or _is_last(piece)
            yield piece


def _piece(data: str, response: httpx2.Response, wire: Wire, key: str) -> dict[str, Any]:
    piece = judged(response, data.encode(errors="replace"), wire.service, key)
    if piece.get("error"):
        raise refused(response, piece, wire.service)
    return piece


def _is_last(piece: dict[str, Any]) -> bool:
    """Whether the model says that it has ended; only its count of tokens may follow."""
    choices = piece.get("choices")
    return isinstance(choices, list) and any(
        isinstance(choice, dict) and isinstance(choice.get("finish_reason"), str) for choice in choices
    )


def _ended(wire: Wire, words: str) -> LocalizeError:
    return ServiceFailed(f"The answer of {wire.service} {words}. Check the network, then try again.")
