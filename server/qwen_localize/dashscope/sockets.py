"""Connections over which both sides speak whenever they like: WebSockets (docs/model-studio.md 10)."""

import json
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import anyio
import httpx2
from httpx2.websockets import AsyncWebSocketSession, HTTPXWSException
from wsproto.utilities import ProtocolError

from ..errors import LocalizeError, ServiceFailed, TimedOut, leaves, quote
from ..wellformed import word
from .bodies import Unreadable, read_body, read_json, shown
from .refusals import describe, meaning
from .retry import Failure
from .wire import Request, TryFailed, Wire, bearer, departing, judged

# A message is a second or so of speech in base64, some ten kilobytes.
_MOST_MESSAGE = 4 * 1024 * 1024
_MOST_ANSWER = 1024 * 1024
_MOST_WORDS = 2000
# A service that takes nothing for so many seconds is gone: whatever is sent is a few kilobytes.
_SEND_SECONDS = 20.0

_BROKEN = (
    HTTPXWSException,
    ProtocolError,
    httpx2.HTTPError,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    anyio.EndOfStream,
    OSError,
)


class _Patient:
    """The network below a connection, which is given up if it takes nothing: a connection says goodbye at its end."""

    def __init__(self, network: Any) -> None:
        self._network = network
        self.read, self.aclose = network.read, network.aclose

    async def write(self, data: bytes) -> None:
        import httpcore2

        try:
            await self._network.write(data, _SEND_SECONDS)
        except httpcore2.WriteTimeout as error:
            raise httpcore2.WriteError("nothing is taken") from error


class Socket:
    """A connection that is open.

    Args:
        session: the connection below.
        wire: whose it is.
        key: must not come out with what is received.
    """

    def __init__(self, session: AsyncWebSocketSession, wire: Wire, key: str) -> None:
        self._session, self._wire, self._key = session, wire, key

    async def send(self, message: dict[str, Any] | bytes) -> None:
        """Send an event as JSON, or bytes as they are.

        Raises:
            ServiceFailed: the connection broke.
        """
        try:
            if isinstance(message, bytes):
                await self._session.send_bytes(message)
            else:
                await self._session.send_text(json.dumps(message, ensure_ascii=False))
        except _BROKEN as error:
            raise _broken(self._wire, error, self._key) from error

    async def receive(self, seconds: float) -> dict[str, Any]:
        """The next event.

        Raises:
            TimedOut: none came for so many seconds.
            ServiceFailed: the connection broke, or what came is no event.
        """
        try:
            event = await self._session.receive(seconds)
        except TimeoutError:
            raise TimedOut(
                f"{self._wire.service} said nothing for {seconds:g} s. Try again in a few minutes."
            ) from None
        except _BROKEN as error:
            raise _broken(self._wire, error, self._key) from error
        data = getattr(event, "data", None)
        found = _read(data, self._key) if isinstance(data, str) else None
        if not isinstance(found, dict):
            words = shown(data.encode(errors="replace"), self._key) if isinstance(data, str) else type(event).__name__
            said = quote(words)
            raise ServiceFailed(f"{self._wire.service} sent {said} in the place of an event. Try again.")
        return found

    def failure(self, code: Any, message: Any) -> LocalizeError:
        """What an event says that went wrong, in the words of the service's error codes (docs/model-studio.md 1.4)."""
        return _meant(self._wire, 200, word(code) or "error", word(message, _MOST_WORDS))


def _read(data: str, key: str) -> Any:
    try:
        return read_json(data.encode(errors="replace"), key)
    except Unreadable:
        return None


@asynccontextmanager
async def connect(wire: Wire, request: Request) -> AsyncIterator[Socket]:
    """A connection, until the block ends; it is closed then, whatever ended it.

    Raises:
        LocalizeError: it could not be made, after the repeats that the request allows; it broke; or what the block
            raises.
    """
    key = wire.require_key()
    try:
        async with AsyncExitStack() as stack:
            yield await wire.repeating(lambda: _dialled(wire, request, key, stack), request.repeat)
    except BaseExceptionGroup as failures:
        raise _most_telling(wire, failures, key) from failures


async def _dialled(wire: Wire, request: Request, key: str, stack: AsyncExitStack) -> Socket:
    """One try; what is open afterwards, the stack will close."""
    timeout = httpx2.Timeout(wire.timeouts.other, connect=wire.timeouts.connect)
    async with AsyncExitStack() as opening, departing(request):
        with wire.explained(wire.timeouts.other):
            asked = wire.http.stream(
                "GET", request.url, params=request.params, headers=bearer(key) | _upgrade(), timeout=timeout
            )
            with anyio.fail_after(wire.timeouts.other):
                response = await opening.enter_async_context(asked)
                if response.status_code != httpx2.codes.SWITCHING_PROTOCOLS:
                    judged(response, await read_body(response, _MOST_ANSWER), wire.service, key)
                    words = "answered the call without taking it"
                    raise TryFailed(_closed(wire, words), Failure.ANSWERED, retry=False)
        network: Any = _Patient(response.extensions["network_stream"])
        session = AsyncWebSocketSession(network, max_message_size_bytes=_MOST_MESSAGE, response=response)
        await opening.enter_async_context(session)
        stack.push_async_exit(opening.pop_all())
    return Socket(session, wire, key)


def _upgrade() -> dict[str, str]:
    """The headers of a WebSocket's beginning (RFC 6455)."""
    return {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": b64encode(secrets.token_bytes(16)).decode(),
        "Sec-WebSocket-Version": "13",
    }


def _meant(wire: Wire, status: int, code: str, message: str) -> LocalizeError:
    found = meaning(status, code, message)
    return found.error(describe(found, wire.service, code, message))


def _closed(wire: Wire, words: str) -> ServiceFailed:
    return ServiceFailed(f"{wire.service} {words}. Check the network, then try again.")


def _broken(wire: Wire, error: Exception, key: str) -> LocalizeError:
    reason = str(getattr(error, "reason", None) or "").replace(key, "[key]")
    if "access" in reason.lower() and "denied" in reason.lower():  # docs/model-studio.md 1.3
        return _meant(wire, 403, "AccessDenied", reason)
    said = f" and said {quote(reason)}" if reason else ""
    return _closed(
        wire, f"closed the connection ({type(error).__name__} {getattr(error, 'code', '')}".rstrip() + f"){said}"
    )


def _most_telling(wire: Wire, failures: BaseExceptionGroup[BaseException], key: str) -> BaseException:
    """Of what ended a connection, the one that says most: what is ours, then a cancellation, then what broke."""
    found = list(leaves(failures))
    ours = [error for error in found if isinstance(error, LocalizeError)]
    others = [error for error in found if not isinstance(error, _BROKEN)]
    if ours or others:
        return (ours or others)[0]
    broken = next(error for error in found if isinstance(error, Exception))
    return _broken(wire, broken, key)
