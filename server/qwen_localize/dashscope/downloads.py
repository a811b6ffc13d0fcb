"""Results, streamed from the URLs that the service signs for 24 h; never from inside a private network."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import httpx2

from ..errors import BadAnswer, Expired, LocalizeError, ServiceFailed, Spoiled, TimedOut, Unreachable, quote
from .guard import guarded, parsed
from .retry import Failure, Repeat
from .wire import Request, TryFailed, Wire

T = TypeVar("T")
_SECONDS = 300.0
# A transfer that stands still for so long is begun anew.
_QUIET_SECONDS = 30.0
_REDIRECTS = 3
_TROUBLES: dict[type[LocalizeError], str] = {
    Unreachable: "cannot be reached",
    TimedOut: "did not send it in time",
    ServiceFailed: "broke the connection off",
}


async def download(wire: Wire, url: str, consume: Callable[[httpx2.Response], Awaitable[T]]) -> T:
    """What `consume` makes of the open stream; a transfer that is cut, or that it calls spoiled, is tried again.

    Raises:
        BadAnswer: the URL is none that a result may have: not http(s), or inside a private network.
        Expired: the host refuses the URL, as it does when it is no longer valid.
        LocalizeError: see `Wire.send`.
    """

    async def once() -> T:
        target = parsed(url, _misplaced(url))
        for _ in range(_REDIRECTS + 1):
            async with _exchange(wire, target) as response:
                if response.next_request is None:
                    _succeeded(response)
                    return await _whole(response, consume)
                target = response.next_request.url
        raise BadAnswer(f"The result's URL redirects more than {_REDIRECTS} times.")

    return await wire.repeating(once, Repeat.ALWAYS)


@asynccontextmanager
async def _exchange(wire: Wire, url: httpx2.URL) -> AsyncIterator[httpx2.Response]:
    """One try at one URL; nothing is sent into a private network, unless the service itself is in one."""
    extensions = guarded(wire.service, url, _misplaced(url))
    try:
        timeout = httpx2.Timeout(_QUIET_SECONDS, connect=wire.timeouts.connect)
        request = Request("GET", str(url))
        async with wire.exchange(request, seconds=_SECONDS, extensions=extensions, timeout=timeout) as response:
            yield response
    except TryFailed as failed:
        raise TryFailed(_told(url, failed), failed.failure) from failed


async def _whole(response: httpx2.Response, consume: Callable[[httpx2.Response], Awaitable[T]]) -> T:
    try:
        return await consume(response)
    except Spoiled as error:
        raise TryFailed(error, Failure.UNKNOWN) from error


def _misplaced(url: httpx2.URL | str) -> BadAnswer:
    return BadAnswer(f"The service named a result at {quote(str(url))}, where no result can be. It was not fetched.")


def _told(url: httpx2.URL, failed: TryFailed) -> LocalizeError:
    """A failed connection, in the words of who waits for a result that is paid for."""
    trouble = _TROUBLES.get(type(failed.error))
    if not trouble:
        return failed.error
    return type(failed.error)(
        f"{quote(url.host)}, which has the result, {trouble} ({type(failed.__cause__).__name__}): check the network "
        "and the proxy variables (HTTPS_PROXY, NO_PROXY)."
    )


def _succeeded(response: httpx2.Response) -> None:
    if response.is_success:
        return
    host, status = quote(response.url.host), response.status_code
    if status in (403, 404):
        raise Expired(
            f"{host} refuses to hand out the result (HTTP {status}): its URL has expired, or something on the way, "
            "such as a proxy, blocks it."
        )
    raise TryFailed(Spoiled(f"The result could not be fetched from {host}: HTTP {status}."), Failure.ANSWERED)
